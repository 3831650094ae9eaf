"""Keys, certificates and servers on loopback for the tests of authentication."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provisioning.auth.files import PrivateKey

TOKEN = b'{"access_token": "token", "token_type": "Bearer", "expires_in": 60}'


def write_key(path: Path, key: PrivateKey, *, mode: int = 0o600) -> Path:
    """The key as PEM, PKCS #8, not encrypted."""
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(mode)
    return path


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, in memory and as files."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    cert_file: Path
    key_file: Path


def make_pair(
    folder: Path, name: str, *, issuer: Pair | None = None, days: tuple[int, int] = (-1, 9)
) -> Pair:
    """A certificate for `name` on loopback, a CA's own where it has no issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    loopback = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signer = issuer.key if issuer else key
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(loopback), critical=False)
        .sign(signer, hashes.SHA256())
    )
    cert_file = folder / f"{name}.pem"
    cert_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return Pair(certificate, key, cert_file, write_key(folder / f"{name}.key", key))


@dataclass(slots=True)
class Seen:
    """One request as a server saw it."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    subject: str = ""


@dataclass(slots=True)
class Server:
    """A server on loopback: its address, and what it saw so far."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)

    @property
    def tokens(self) -> list[Seen]:
        """The token requests."""
        return [one for one in self.seen if one.path.endswith("/token")]

    @property
    def others(self) -> list[Seen]:
        """The requests that were not for a token."""
        return [one for one in self.seen if not one.path.endswith("/token")]


Answer = Callable[[BaseHTTPRequestHandler, Seen], None]


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """One whole answer; `headers` by their names with underscores."""
    handler.send_response(status)
    for name, value in {"Content_Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(
    answer: Answer, *, token: Answer | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Answer token requests by `token` (a good one by default), all others by `answer`."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Seen(self.command, self.path, body, dict(self.headers), _subject(self))
            server.seen.append(seen)
            if not self.path.endswith("/token"):
                answer(self, seen)
            elif token is not None:
                token(self, seen)
            else:
                reply(self, 200, TOKEN)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Connections are broken on purpose."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    server.url = f"{'https' if tls else 'http'}://localhost:{httpd.server_port}"
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()


def _subject(handler: BaseHTTPRequestHandler) -> str:
    """The common name of the certificate that the client showed; empty for none."""
    if not isinstance(handler.connection, ssl.SSLSocket):
        return ""
    der = handler.connection.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der).subject.rfc4514_string() if der else ""
