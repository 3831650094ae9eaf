"""The system's `openssl cms -verify`, asked about the factory's RSA messages."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.eds_verifier.factory import CONTENT, NOW, Pki, pki


def openssl_or_skip() -> str:
    """The binary; skips where there is none."""
    binary = shutil.which("openssl")
    if binary is None:
        pytest.skip("there is no openssl binary here")
    return binary


def accepts(
    cms: bytes,
    *,
    content: bytes | None = CONTENT,
    at: datetime = NOW,
    crl: bytes | None = None,
    setup: Pki | None = None,
) -> bool:
    """Whether OpenSSL verifies `cms` with the factory's root as anchor and its issuer beside.

    `content` is given for a detached signature; with an attached one it is compared with what
    OpenSSL says was signed, since OpenSSL itself leaves that to its caller. With `crl` revocation
    of the signer is checked too.
    """
    trust = setup or pki("rsa")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "message").write_bytes(cms)
        # The issuer is looked up among the anchors, but a path must still end in the root.
        anchors = "".join(ssl.DER_cert_to_PEM_cert(x.der) for x in (trust.root, trust.issuer))
        if crl is not None:
            anchors += _pem("X509 CRL", crl)
        (folder / "anchors").write_text(anchors, encoding="ascii")
        command = [
            openssl_or_skip(), "cms", "-verify", "-inform", "DER", "-binary",
            "-in", "message", "-out", "signed",
            "-CAfile", "anchors", "-no-CApath", "-no-CAstore",
            "-purpose", "smimesign", "-attime", str(int(at.timestamp())),
        ]  # fmt: skip
        if crl is not None:
            command.append("-crl_check")
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=30, check=False)
        if content is not None and b"no content" in done.stderr:
            (folder / "content").write_bytes(content)
            command += ["-content", "content"]
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=30, check=False)
        if done.returncode != 0:
            return False
        return content is None or (folder / "signed").read_bytes() == content


def _pem(label: str, data: bytes) -> str:
    certificate = ssl.DER_cert_to_PEM_cert(data)
    return certificate.replace("CERTIFICATE", label)
