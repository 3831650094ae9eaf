"""CMS as the emulator makes it: the verifier takes it, OpenSSL takes it, changes are noticed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from eds_verifier.examine import examine
from eds_verifier.policy import VerificationPolicy
from eds_verifier.trust import load_trust
from eds_verifier.verdict import Refused
from stand.demo_ca import DemoCa
from stand.signing.cms import DigestLengthError, sign_cms, sign_cms_digest

CONTENT = "Портал: «Астық»\nМақсаты: кіру\n".encode()
KEYS = ["aizhan-gost-sign", "aizhan-rsa-auth", "madina-saulet-gost-sign", "daniyar-rsa-sign"]
ANY_KEY = VerificationPolicy(purpose="sign_in", key="any")


@pytest.mark.parametrize("key", KEYS)
def test_the_verifier_takes_an_attached_signature(
    key: str, demo_ca: DemoCa, made: datetime
) -> None:
    cms = sign_cms(CONTENT, signer=demo_ca.credential(key).signer, at=made)
    trust = load_trust(demo_ca.trust_dir / "demo.yaml", demo_ca.trust_dir)
    (examined,) = examine(cms, content=CONTENT, trust=trust, policy=ANY_KEY, at=made).proven
    holder = demo_ca.credential(key).holding.person
    assert holder is not None
    assert examined.subject.iin == holder.iin
    assert examined.claimed_at == made


@pytest.mark.parametrize("key", KEYS)
def test_a_detached_signature_needs_the_right_content(
    key: str, demo_ca: DemoCa, made: datetime
) -> None:
    cms = sign_cms(CONTENT, signer=demo_ca.credential(key).signer, at=made, encapsulate=False)
    assert CONTENT not in cms
    trust = load_trust(demo_ca.trust_dir / "demo.yaml", demo_ca.trust_dir)
    examine(cms, content=CONTENT, trust=trust, policy=ANY_KEY, at=made)
    with pytest.raises(Refused):
        examine(cms, content=CONTENT + b"!", trust=trust, policy=ANY_KEY, at=made)


@pytest.mark.parametrize("key", KEYS[:2])
def test_a_signature_over_a_digest_equals_a_detached_one(
    key: str, demo_ca: DemoCa, made: datetime
) -> None:
    signer = demo_ca.credential(key).signer
    cms = sign_cms_digest(signer.key.digest(CONTENT), signer=signer, at=made)
    trust = load_trust(demo_ca.trust_dir / "demo.yaml", demo_ca.trust_dir)
    examine(cms, content=CONTENT, trust=trust, policy=ANY_KEY, at=made)


def test_a_digest_of_another_length_is_refused(demo_ca: DemoCa, made: datetime) -> None:
    signer = demo_ca.credential("aizhan-gost-sign").signer
    with pytest.raises(DigestLengthError, match="64 octets, not 32"):
        sign_cms_digest(bytes(32), signer=signer, at=made)


@pytest.mark.parametrize("key", KEYS[:2])
def test_one_changed_character_is_noticed(key: str, demo_ca: DemoCa, made: datetime) -> None:
    cms = sign_cms(CONTENT, signer=demo_ca.credential(key).signer, at=made)
    changed = cms.replace(CONTENT, CONTENT.replace("кіру".encode(), "беру".encode()))
    assert changed != cms
    trust = load_trust(demo_ca.trust_dir / "demo.yaml", demo_ca.trust_dir)
    with pytest.raises(Refused):
        examine(changed, content=None, trust=trust, policy=ANY_KEY, at=made)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
@pytest.mark.parametrize("key", ["aizhan-rsa-auth", "daniyar-rsa-sign"])
def test_openssl_takes_an_rsa_signature(
    key: str, demo_ca: DemoCa, made: datetime, tmp_path: Path
) -> None:
    cms, root, out = tmp_path / "cms.der", tmp_path / "root.pem", tmp_path / "out"
    cms.write_bytes(sign_cms(CONTENT, signer=demo_ca.credential(key).signer, at=made))
    authority = demo_ca.trust_dir / "demo_root_rsa.cer"
    subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", authority, "-out", root], check=True
    )
    command: list[str | Path] = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        cms,
    ]
    command += ["-CAfile", root, "-purpose", "any", "-out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == CONTENT
