"""What is counted, and that no label can hold anything of anybody."""

from __future__ import annotations

import gc
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from eds_verifier.metrics import METRICS, Metrics, metrics_response
from eds_verifier.policy import Purpose
from eds_verifier.service import SignatureService
from eds_verifier.verdict import Reason, Refused
from tests.unit.eds_verifier.factory import Message, issue
from tests.unit.eds_verifier.revocation.world import CMS, PKI, POLICY, Authority, Clocks


def samples(metrics: Metrics) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Values by the sample's name and labels, read as Prometheus reads them."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


class World:
    def __init__(self) -> None:
        self.clocks = Clocks()
        self.metrics = Metrics()
        self.authority = Authority(at=self.clocks.now)
        self.service = self.start()

    def start(self) -> SignatureService:
        around = self.clocks.around(observer=self.metrics)
        return SignatureService(PKI.store, self.authority, metrics=self.metrics, around=around)

    def judge(self, cms: bytes = CMS) -> str:
        judged = self.service.judge(cms, policy=POLICY, at=self.clocks.now())
        return str(judged.verdict.reason)


def test_every_verdict_is_counted_once_by_purpose_and_reason() -> None:
    world = World()
    stranger = Message(issue(PKI.person())).encode()
    assert [world.judge(), world.judge(), world.judge(b"junk"), world.judge(stranger)] == [
        "ok",
        "ok",
        "malformed",
        "untrusted_issuer",
    ]
    verdicts = samples(world.metrics)["tanba_eds_verdicts_total"]
    assert {tuple(value for _, value in labels): count for labels, count in verdicts.items()} == {
        ("sign_in", "ok", "valid"): 2,
        ("sign_in", "malformed", "invalid"): 1,
        ("sign_in", "untrusted_issuer", "invalid"): 1,
    }


def test_exchanges_are_timed_by_authority_source_and_outcome() -> None:
    world = World()
    world.authority.during = lambda _: setattr(world.clocks, "seconds", world.clocks.seconds + 0.3)
    world.judge()
    world.authority.ocsp_up = False
    world.clocks.seconds += 3_600
    world.judge()
    found = samples(world.metrics)
    counted = {
        tuple(value for _, value in labels): count
        for labels, count in found["tanba_eds_exchange_seconds_count"].items()
    }
    assert counted["issuer", "answered", "ocsp"] == 1
    assert counted["issuer", "timeout", "ocsp"] == 3
    assert counted["issuer", "answered", "crl"] == counted["issuer", "answered", "delta_crl"] == 1
    labels = (("authority", "issuer"), ("outcome", "answered"), ("source", "ocsp"))
    assert found["tanba_eds_exchange_seconds_sum"][labels] == pytest.approx(0.3)


def test_gauges_tell_what_is_up_how_old_the_crls_are_and_when_trust_expires() -> None:
    world = World()
    world.authority.ocsp_up = False
    world.judge()
    world.clocks.seconds += 600
    found = samples(world.metrics)
    up = {labels[1][1]: value for labels, value in found["tanba_eds_source_up"].items()}
    assert up == {"ocsp": 0, "crl": 1, "delta_crl": 1}
    ages = found["tanba_eds_crl_age_seconds"]
    assert {labels[1][1] for labels in ages} == {"crl", "delta_crl"}
    assert all(value == pytest.approx(600, abs=10) for value in ages.values())
    expires = found["tanba_eds_certificate_expires_seconds"]
    issuer = PKI.store.authorities[1].certificate
    assert expires[("authority", "issuer"), ("trust", "tests")] == issuer.not_after.timestamp()


def test_two_realms_with_one_trust_list_make_one_gauge() -> None:
    world = World()
    other = world.start()
    world.judge()
    world.authority.ocsp_up = False
    world.clocks.seconds += 3_600
    other.judge(CMS, policy=POLICY, at=world.clocks.now())
    lines = world.metrics.text().decode().splitlines()
    up = [line.split()[0] for line in lines if line.startswith("tanba_eds_source_up{")]
    assert len(set(up)) == len(up) == 3


def test_a_service_that_is_gone_is_no_longer_read() -> None:
    world = World()
    world.judge()
    assert samples(world.metrics)["tanba_eds_source_up"]
    del world.service
    gc.collect()
    assert "tanba_eds_source_up" not in samples(world.metrics)


def test_an_impersonation_of_the_nca_is_counted() -> None:
    metrics = Metrics()
    refused = Refused(
        Reason.UNTRUSTED_ISSUER, "no", warnings=("issuer_impersonates_nca", "iin_check_digit")
    )
    metrics.judged("sign_in", refused.verdict())
    metrics.judged("sign_in", Refused(Reason.UNTRUSTED_ISSUER, "no").verdict())
    assert samples(metrics)["tanba_eds_impersonations_total"] == {(): 1}


def test_labels_hold_nothing_but_our_words_and_names_of_the_trust_list() -> None:
    world = World()
    world.judge()
    world.judge(b"junk")
    world.authority.ocsp_up = world.authority.crl_up = False
    world.clocks.seconds += 3_600
    world.judge()
    words = {
        *get_args(Purpose), *map(str, Reason), "valid", "invalid", "indeterminate",
        "issuer", "root", "tests", "ocsp", "crl", "delta_crl", "answered", "timeout", "http_status",
    }  # fmt: skip
    for values in samples(world.metrics).values():
        for labels in values:
            assert {value for name, value in labels if name != "le"} <= words


def test_the_reply_is_text_that_prometheus_reads() -> None:
    response = metrics_response()
    assert response.media_type is not None
    assert response.media_type.startswith("text/plain; version=0.0.4")
    assert b"tanba_eds_verdicts_total" in bytes(response.body)
    assert METRICS.registry is not Metrics().registry
