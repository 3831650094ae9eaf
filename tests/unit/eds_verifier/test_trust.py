"""Trust: only pinned certificates, wherever they come from; and fetching within limits."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from eds_verifier.errors import TrustStoreError, TrustUpdateError
from eds_verifier.revocation.fetch import FetchFailed, fetch
from eds_verifier.trust import find_list, state_of, store_of
from eds_verifier.trust_update import update
from policies.trust import Authority, TrustList
from tests.unit.eds_verifier.factory import NOW, issue, pki

PKI = pki()
FILES = {"root": PKI.root.der, "issuer": PKI.issuer.der}
LIST = TrustList(
    version=1,
    name="tests",
    authorities=tuple(
        Authority(
            name=name,
            role="issuer" if name == "issuer" else "root",
            issuer="root" if name == "issuer" else None,
            sha256=hashlib.sha256(der).hexdigest(),
            urls=(f"http://ca.test/{name}.cer", f"http://mirror.test/{name}.cer"),
            not_before=NOW,
            not_after=NOW,
        )
        for name, der in FILES.items()
    ),
)


def _official(url: str) -> bytes:
    return FILES[url.rpartition("/")[2].removesuffix(".cer")]


def _pem(der: bytes) -> bytes:
    body = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"


def test_certificates_are_fetched_proven_and_loaded(tmp_path: Path) -> None:
    done = update(LIST, tmp_path / "trust", get=_official)
    assert [item.changed for item in done] == [True, True]
    store = store_of(LIST, tmp_path / "trust")
    assert [authority.name for authority in store.issuers()] == ["issuer"]
    assert store.root_of(store.issuers()[0]).name == "root"
    assert not any(item.changed for item in update(LIST, tmp_path / "trust", get=_official))
    assert sorted(path.name for path in (tmp_path / "trust").iterdir()) == [
        "issuer.cer",
        "root.cer",
    ]


def test_a_pem_file_and_the_second_address_will_do(tmp_path: Path) -> None:
    def get(url: str) -> bytes:
        if "ca.test" in url:
            raise FetchFailed("the address cannot be reached")
        return _pem(_official(url))

    assert all("mirror.test" in item.source for item in update(LIST, tmp_path, get=get))
    store_of(LIST, tmp_path)


def test_another_certificate_at_the_address_changes_nothing(tmp_path: Path) -> None:
    def get(url: str) -> bytes:
        return PKI.root.der if "root" in url else issue(PKI.person()).der

    with pytest.raises(TrustUpdateError, match=r"issuer: .*not the pinned one"):
        update(LIST, tmp_path, get=get)
    assert list(tmp_path.iterdir()) == []


def test_certificates_are_found_in_a_folder_by_their_hash_not_their_name(tmp_path: Path) -> None:
    source = tmp_path / "downloads" / "deep"
    source.mkdir(parents=True)
    (source / "a.bin").write_bytes(_pem(PKI.root.der))
    (source / "root.cer").write_bytes(PKI.issuer.der)
    update(LIST, tmp_path / "trust", from_dir=tmp_path / "downloads")
    assert (tmp_path / "trust/root.cer").read_bytes() == PKI.root.der
    (source / "root.cer").write_bytes(b"")
    with pytest.raises(TrustUpdateError, match="issuer: no file in"):
        update(LIST, tmp_path / "again", from_dir=tmp_path / "downloads")
    assert not (tmp_path / "again").exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrustUpdateError, match="no such folder"):
        update(LIST, tmp_path, from_dir=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "state", "message"),
    [
        (None, "missing", "No such file"),
        (issue(PKI.person()).der, "different", "not the certificate"),
        (b"", "different", "not the certificate"),
    ],
)
def test_an_unpinned_or_missing_certificate_is_not_loaded(
    tmp_path: Path, content: bytes | None, state: str, message: str
) -> None:
    update(LIST, tmp_path, get=_official)
    (tmp_path / "issuer.cer").unlink()
    if content is not None:
        (tmp_path / "issuer.cer").write_bytes(content)
    assert state_of(LIST.authorities[1], tmp_path) == state
    with pytest.raises(TrustStoreError, match=message) as error:
        store_of(LIST, tmp_path)
    assert "tanba eds trust update" in error.value.hint


def test_a_pinned_certificate_must_be_an_authoritys(tmp_path: Path) -> None:
    person = issue(PKI.person(), PKI.issuer).der
    issuer = LIST.authorities[1].model_copy(update={"sha256": hashlib.sha256(person).hexdigest()})
    wrong = LIST.model_copy(update={"authorities": (LIST.authorities[0], issuer)})
    with pytest.raises(TrustUpdateError, match="pinned"):
        update(wrong, tmp_path, get=_official)
    (tmp_path / "issuer.cer").write_bytes(person)
    (tmp_path / "root.cer").write_bytes(PKI.root.der)
    with pytest.raises(TrustStoreError, match="not an authority's"):
        store_of(wrong, tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "../nca-rk", "/etc/passwd", ""])
def test_a_list_is_found_by_name_only(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrustStoreError, match="no trust list"):
        find_list(name, tmp_path)


def test_a_list_in_the_folder_overrides_ours(tmp_path: Path) -> None:
    assert find_list("nca-rk", tmp_path).parent != tmp_path
    (tmp_path / "nca-rk.yaml").write_text("", encoding="utf-8")
    assert find_list("nca-rk", tmp_path).parent == tmp_path


class _Answers(BaseHTTPRequestHandler):
    requests: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.requests.append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif self.path == "/missing":
            self.send_error(404)
        elif self.path == "/short":
            self._send(b"x", declared=5)
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self._send(b"x" * 100)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/ocsp-request"
        self._send(body[::-1])

    def _send(self, body: bytes, *, declared: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    _Answers.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as listening:
        listening.handle_error = lambda *_: None  # type: ignore[method-assign]  # cut connections are meant
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def _get(url: str, *, seconds: float = 5, max_bytes: int = 1000) -> bytes:
    return fetch(url, max_bytes=max_bytes, seconds=seconds, what="the CRL")


def test_what_is_there_is_fetched(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert _get(f"{server}/good") == b"x" * 100
    assert fetch(server, data=b"abc", max_bytes=10, seconds=5, what="OCSP") == b"cba"


@pytest.mark.parametrize(
    ("path", "detail"),
    [("/redirect", "status 302"), ("/missing", "status 404"), ("/short", "cannot be reached|cut")],
)
def test_anything_but_a_whole_answer_fails(server: str, path: str, detail: str) -> None:
    with pytest.raises(FetchFailed, match=detail):
        _get(server + path)
    assert _Answers.requests == [path]


def test_an_answer_beyond_the_limit_is_not_read(server: str) -> None:
    with pytest.raises(FetchFailed, match="more than 99 octets"):
        _get(f"{server}/good", max_bytes=99)


def test_an_answer_that_drips_is_cut_at_the_deadline(server: str) -> None:
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="in time"):
        _get(f"{server}/drip", seconds=0.3)
    assert time.monotonic() - started < 1.5


def test_nobody_listening_fails_without_telling_the_address() -> None:
    with pytest.raises(FetchFailed) as failed:
        _get("http://127.0.0.1:9/secret-path")
    assert "secret-path" not in failed.value.detail
