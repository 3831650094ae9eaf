"""What somebody might try through the interface, each by a request."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.api.world import KEYS, ApiWorld, api_world, bearer, encoded

VERIFY = "/v1/cms/verify"
IIN = "900314499010"
JSON = {"Content-Type": "application/json"}


def access_information() -> tuple[factory.Extension, ...]:
    """Addresses of OCSP, CRLs and issuers, all of an attacker's choice."""
    address = der.tlv(0x86, b"http://169.254.169.254/latest/meta-data/")
    ocsp = der.seq(der.oid("1.3.6.1.5.5.7.48.1"), address)
    issuers = der.seq(der.oid("1.3.6.1.5.5.7.48.2"), address)
    point = der.seq(der.seq(der.explicit(0, der.explicit(0, address))))
    return (
        factory.Extension("1.3.6.1.5.5.7.1.1", der.seq(ocsp, issuers)),
        factory.Extension("2.5.29.31", point),
        factory.Extension("2.5.29.46", point),
    )


def test_addresses_in_a_certificate_are_never_asked(world: ApiWorld) -> None:
    now = world.clock()
    pki = factory.pki("rsa")
    draft = replace(pki.person(), not_before=now - factory.DAY, not_after=now + factory.DAY)
    forged = factory.issue(
        replace(draft, extensions=(*draft.extensions, *access_information())), pki.issuer
    )
    held = (forged.der, pki.issuer.der, pki.root.der)
    cms = encoded(factory.Message(forged, certificates=held).encode())
    for path, body in (
        (VERIFY, {"cms": cms, "purpose": "sign_in"}),
        (VERIFY, {"cms": cms, "purpose": "document"}),
        ("/cms/verify", {"cms": cms, "revocationCheck": ["OCSP", "CRL"]}),
        ("/v1/certificate/info", {"certificate": encoded(forged.der)}),
        ("/x509/info", {"certs": [encoded(one) for one in held]}),
    ):
        answered = world.post(path, body).json()
        assert "valid" not in (answered.get("verdict"), answered.get("status"))
        assert answered.get("valid") is not True
    assert world.fetcher.asked == []


def test_only_addresses_of_the_trust_list_are_asked(api_ca: DemoCa, tmp_path: Path) -> None:
    """The people's certificates name http://ca.test/; the trust list here names another place."""
    trust = tmp_path / "trust"
    trust.mkdir()
    for file in api_ca.trust_dir.iterdir():
        octets = file.read_bytes()
        if file.suffix == ".yaml":
            octets = octets.replace(b"http://ca.test/", b"http://pinned.test/")
        (trust / file.name).write_bytes(octets)
    with api_world(api_ca, folder=trust) as world:
        certificate = world.ca.credential("aizhan-rsa-auth").signer.certificate
        assert b"http://ca.test/" in certificate
        world.post(VERIFY, {"cms": world.sign("aizhan-rsa-auth"), "purpose": "sign_in"})
        world.post("/v1/certificate/info", {"certificate": world.certificate("aizhan-rsa-auth")})
        world.fetcher.down = True
        world.post("/cms/verify", {"cms": world.sign("daniyar-gost-sign")})
        assert len(world.fetcher.asked) > 3
        assert all(url.startswith("http://pinned.test/") for url in world.fetcher.asked)


def test_a_caller_cannot_bring_trust_time_or_rules_of_its_own(world: ApiWorld) -> None:
    body = {"cms": world.sign("saule-rsa-auth"), "purpose": "sign_in"}
    additions: tuple[dict[str, Any], ...] = (
        {"trust": []},
        {"certs": []},
        {"at": "2020-01-01T00:00:00Z"},
        {"ocsp": []},
        {"policy": {"revocation": "off"}},
        {"policy": {"revocation": "unsafe_off"}},
        {"policy": {"clock_skew": "P1D"}},
        {"policy": {"max_bytes": 1}},
    )
    for more in additions:
        assert world.post(VERIFY, body | more).status_code == 422


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
@pytest.mark.parametrize("path", [VERIFY, "/cms/verify", "/cms/sign"])
def test_another_method_is_refused_and_the_right_one_named(
    world: ApiWorld, method: str, path: str
) -> None:
    headers = bearer("portal") | {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
    reply = world.client.request(method, path, headers=headers)
    assert reply.status_code == 405
    assert reply.headers["allow"] == "POST"
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/cms/verify/",
        "/v1//cms/verify",
        "/v1/cms%2fverify",
        "/v1/cms/verify%00",
        "/v1/cms/verify%0d%0aX-Injected:%20yes",
        "/v1/cms/verify;a=b",
        "/V1/CMS/VERIFY",
        "/v1/%63ms/verify",
        "/v1/..%2f..%2fetc/passwd",
        "/metrics/",
        "/health/ready/..",
        "/v1/",
        "/v1",
    ],
)
def test_an_address_that_is_not_one_of_ours_is_nothing(world: ApiWorld, path: str) -> None:
    reply = world.client.post(path, json={"cms": "AAAA", "purpose": "sign_in"})
    assert reply.status_code in {404, 405}
    assert "location" not in reply.headers
    assert "x-injected" not in reply.headers


def test_headers_of_a_proxy_and_of_a_host_move_nothing(world: ApiWorld) -> None:
    reply = world.client.get(
        "/metrics",
        headers={
            "X-Forwarded-For": "127.0.0.1",
            "X-Real-IP": "127.0.0.1",
            "Forwarded": "for=127.0.0.1",
            "Host": "localhost",
        },
    )
    assert reply.status_code == 401


def test_requests_are_counted_by_route_and_key_never_by_address(world: ApiWorld) -> None:
    world.post(VERIFY, {"cms": "AAAA", "purpose": "sign_in"})
    world.client.post(f"{VERIFY}?planted=1", content=b"{}", headers=JSON)
    world.client.post("/v1/planted")
    told = world.get("/metrics", key="prometheus").text
    assert 'requests_total{key="portal",route="/v1/cms/verify",status="200"} 1.0' in told
    assert 'requests_total{key="",route="/v1/cms/verify",status="401"} 1.0' in told
    assert "planted" not in told


def test_the_metrics_are_for_keys_of_that_purpose(world: ApiWorld) -> None:
    assert world.get("/metrics", key=None).status_code == 401
    assert world.get("/metrics", key="portal").status_code == 403
    world.post(VERIFY, {"cms": world.sign("aizhan-rsa-auth"), "purpose": "sign_in"})
    reply = world.get("/metrics", key="prometheus")
    assert reply.status_code == 200
    assert 'reason="ok"' in reply.text
    assert world.get("/v1/trust", key="prometheus").status_code == 403


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonp",
        "application/json, text/html",
        "text/json",
    ],
)
def test_what_is_not_called_json_is_not_read(world: ApiWorld, kind: str) -> None:
    body = {"cms": "AAAA", "purpose": "sign_in"}
    reply = world.post(VERIFY, body, **{"Content-Type": kind})
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")


def test_compressed_bodies_are_not_unpacked(world: ApiWorld) -> None:
    for encoding in ("gzip", "deflate", "br", "gzip, gzip"):
        reply = world.post(VERIFY, b"\x1f\x8b", **{"Content-Encoding": encoding})
        assert reply.status_code == 415


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 100_000, 400, "json_too_deep"),
        (b'{"cms": ' * 5000, 400, "json_too_deep"),
        (b'{"cms": "AAAA", "cms": "BBBB", "purpose": "sign_in"}', 400, "member_repeated"),
        (b'{"purpose": "document", "purpose": "sign_in", "cms": "A"}', 400, "member_repeated"),
        (b"\x00", 400, "not_json"),
        (b"", 400, "not_json"),
        (b'{"cms": "' + b"A" * 5_000_000 + b'"}', 413, "body_too_large"),
    ],
    ids=["brackets", "objects", "cms twice", "purpose twice", "zero", "empty", "giant"],
)
def test_a_hostile_body_is_refused(world: ApiWorld, body: bytes, status: int, code: str) -> None:
    reply = world.post(VERIFY, body)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_a_signature_larger_than_may_be_is_a_verdict(api_ca: DemoCa) -> None:
    with api_world(api_ca, limits={"cms_bytes": 4096}) as world:
        reply = world.post(VERIFY, {"cms": "A" * 4097, "purpose": "sign_in"})
        assert (reply.json()["verdict"], reply.json()["reason"]) == ("invalid", "too_large")


def test_deep_and_endless_ber_is_a_verdict_soon(world: ApiWorld) -> None:
    for octets in (b"\x30\x80" * 200_000, b"\x24\x80" * 200_000, b"\x30\x84\xff\xff\xff\xff"):
        reply = world.post(VERIFY, {"cms": encoded(octets), "purpose": "document"})
        assert reply.json()["reason"] == "malformed"
        assert world.post("/cms/extract", {"cms": encoded(octets)}).status_code == 400


def test_a_keys_requests_a_minute_are_counted_whatever_they_ask(world: ApiWorld) -> None:
    for _ in range(3):
        assert world.post(VERIFY, b"no json", key="slow").status_code == 400
    reply = world.post(VERIFY, b"no json", key="slow")
    assert (reply.status_code, reply.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(reply.headers["retry-after"]) <= 60
    other = world.post("/cms/verify", {"cms": "A"}, key="slow")
    assert other.status_code == 429
    assert "retry-after" in other.headers
    assert world.post(VERIFY, b"no json", key="portal").status_code == 400


def test_without_a_key_nothing_is_counted_against_anybody(world: ApiWorld) -> None:
    for _ in range(20):
        reply = world.client.post(VERIFY, headers=JSON, content=b"{}")
        assert reply.status_code == 401
    assert world.post(VERIFY, b"no json", key="slow").status_code == 400


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Bearer " + "a" * 20_000,
        "Basic cG9ydGFs",
        "Bearer " + KEYS["portal"].sha256,
        "Digest username=portal",
    ],
)
def test_every_wrong_key_gets_the_same_answer(world: ApiWorld, value: str) -> None:
    expected = world.client.post(VERIFY, headers=JSON, content=b"{}")
    given = world.client.post(VERIFY, headers={**JSON, "Authorization": value}, content=b"{}")
    assert (given.status_code, expected.status_code) == (401, 401)
    assert without_reference(given.json()) == without_reference(expected.json())
    assert given.headers["www-authenticate"] == expected.headers["www-authenticate"]
    assert world.fetcher.asked == []


def test_every_reply_forbids_to_be_sniffed_framed_or_kept(world: ApiWorld) -> None:
    for reply in (
        world.post(VERIFY, {"cms": "AAAA", "purpose": "sign_in"}),
        world.get("/v1/openapi.json", key=None),
        world.client.get("/v1/none"),
        world.client.post("/cms/sign"),
        world.client.get("/health/ready"),
    ):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_nothing_of_a_request_gets_into_logs_metrics_or_errors(world: ApiWorld) -> None:
    planted = "planted-Qwerty12"
    cms = world.sign("aizhan-rsa-auth")
    sent: list[tuple[str, Any]] = [
        (VERIFY, {"cms": cms, "purpose": "sign_in"}),
        (VERIFY, {"cms": cms, "purpose": "sign_in", planted: IIN}),
        (VERIFY, {"cms": cms, "purpose": planted, "policy": {planted: IIN, "numbers": IIN}}),
        (VERIFY, {"cms": planted, "content": IIN, "purpose": "document"}),
        (VERIFY, {"cms": world.sign("saule-rsa-auth"), "purpose": "sign_in"}),
        (VERIFY, f'{{"cms": "{planted}{IIN}", "cms": 1}}'.encode()),
        ("/v1/certificate/info", {"certificate": planted}),
        ("/v1/certificate/info", {"certificate": world.certificate("system-astyq-gost-sign")}),
        ("/cms/verify", {"cms": cms, "data": planted, planted: IIN}),
        ("/cms/verify", {"cms": planted, "revocationCheck": [planted]}),
        ("/cms/extract", {"cms": planted}),
        ("/x509/info", {"certs": [planted, IIN]}),
        ("/cms/sign", {"signers": [{"key": cms, "password": planted}]}),
        (f"/v1/{planted}/{IIN}", {}),
    ]
    replies = []
    for path, body in sent:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        for headers in (bearer("portal"), {"Authorization": f"Bearer {planted}{IIN}"}):
            given = {**JSON, **headers, "User-Agent": planted, "Cookie": IIN}
            reply = world.client.post(f"{path}?iin={IIN}&{planted}", content=content, headers=given)
            replies.append(reply)
    world.fetcher.down = True
    world.post(VERIFY, {"cms": cms, "purpose": "sign_in"})
    errors = [r.text for r in replies if r.status_code != 200]
    assert len(errors) > 15
    metrics = world.get("/metrics", key="prometheus").text
    everything = "\n".join([*world.log.lines, metrics, *errors])
    assert world.log.lines
    assert '"event": "judged"' in everything
    secrets = [planted, IIN, cms[:64], cms[-64:], *(one.key for one in KEYS.values())]
    for secret in secrets:
        assert secret not in everything
    assert all(one.sha256 not in everything for one in KEYS.values())


class Failing:
    """A judge that fails with everything it was given in its message."""

    def judge(self, cms: bytes, **more: Any) -> Any:
        raise RuntimeError(f"planted {cms!r} {more}")


def test_a_failure_of_our_own_tells_where_to_look_and_nothing_else(api_ca: DemoCa) -> None:
    with api_world(api_ca) as world:
        object.__setattr__(world.service, "judge", Failing())
        reply = world.post(VERIFY, {"cms": "planted", "purpose": "sign_in"})
        assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")
        other = world.post("/cms/verify", {"cms": "planted"})
        assert other.status_code == 500
        written = "\n".join(world.log.lines)
        assert reply.json()["reference"] in written
        assert "RuntimeError" in written
        assert "planted" not in reply.text + other.text + written


def without_reference(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "reference"}
