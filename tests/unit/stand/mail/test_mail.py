"""Letters: caught over real SMTP, found, shown without letting them do anything."""

from __future__ import annotations

import asyncio
import smtplib
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests
from starlette.types import ASGIApp

from stand.mail import box as box_module
from stand.mail.box import Mailbox, split_links
from stand.mail.server import page_app
from stand.mail.smtp import protocol

Serve = Callable[[ASGIApp], str]
LINK = "http://localhost:8080/realms/x/login-actions/action-token?key=abc.def&tab_id=1"
EVIL = f'<script>alert(1)</script><img src="http://evil.example/x"><a href="{LINK}">go</a>'


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail", lambda: datetime.now(UTC))


@pytest.fixture
def smtp(box: Mailbox) -> Iterator[int]:
    """The port of a running catcher."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: protocol(box), "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def letter(to: str = "aizhan@example.kz", subject: str = "Растау: «Астық»") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "noreply@grain-receipts.example"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(f"Сілтеме: {LINK}.\nСәлем")
    message.add_alternative(f"<p>Сәлем</p>{EVIL}", subtype="html")
    return message


def send(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(message)


def test_a_letter_is_caught_with_its_text_and_links(box: Mailbox, smtp: int) -> None:
    send(smtp, letter())
    (caught,) = box.letters()
    assert caught.subject == "Растау: «Астық»"
    assert caught.recipients == ("aizhan@example.kz",)
    assert "Сәлем" in caught.text
    assert caught.links == (LINK,)


def test_letters_are_found_by_address_newest_first(box: Mailbox, smtp: int, serve: Serve) -> None:
    for subject, to in (("one", "a@x.kz"), ("two", "b@x.kz"), ("three", "A@x.kz")):
        send(smtp, letter(to, subject))
    url = f"http://{serve(page_app(box))}/api/letters"
    found = requests.get(url, params={"to": "a@X.kz"}, timeout=10).json()
    assert [one["subject"] for one in found] == ["three", "one"]
    assert requests.delete(url, params={"to": "a@x.kz"}, timeout=10).json() == {"deleted": 2}
    assert [one["subject"] for one in requests.get(url, timeout=10).json()] == ["two"]


def test_files_are_private_and_go_with_their_letters(box: Mailbox, smtp: int) -> None:
    send(smtp, letter())
    (file,) = box.folder.glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(box.folder.stat().st_mode) == 0o700
    assert box.clear() == 1
    assert not list(box.folder.iterdir())


def test_letters_outlive_a_restart(box: Mailbox, smtp: int) -> None:
    send(smtp, letter())
    again = Mailbox(box.folder, lambda: datetime.now(UTC))
    assert [one.subject for one in again.letters(to="aizhan@example.kz")] == ["Растау: «Астық»"]


def test_only_so_many_are_kept(box: Mailbox, smtp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box_module, "KEPT", 2)
    for number in range(4):
        send(smtp, letter(subject=str(number)))
    assert [one.subject for one in box.letters()] == ["3", "2"]
    assert len(list(box.folder.glob("*.eml"))) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no headers at all",
        b"Subject: x\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nbroken",
        b"Subject: =?utf-8?b?%%%?=\r\n\r\nbody",
    ],
)
def test_a_damaged_letter_is_kept_all_the_same(box: Mailbox, data: bytes) -> None:
    kept = box.add(data, sender="a@x.kz", recipients=("b@x.kz",))
    assert box.letters(to="b@x.kz") == (kept,)


def test_a_letters_page_shows_markup_as_text(box: Mailbox, serve: Serve) -> None:
    message = letter(subject="<script>alert(2)</script>")
    caught = box.add(message.as_bytes(), sender="a@x.kz", recipients=('"<i>"@x.kz',))
    url = f"http://{serve(page_app(box))}"
    for path in ("/", f"/letters/{caught.id}"):
        page = requests.get(url + path, timeout=10).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(2)" in page
        assert "<i>" not in page


def test_a_letters_html_can_run_and_load_nothing(box: Mailbox, serve: Serve) -> None:
    caught = box.add(letter().as_bytes(), sender="a@x.kz", recipients=("b@x.kz",))
    url = f"http://{serve(page_app(box))}/letters/{caught.id}"
    assert (
        'sandbox="allow-popups allow-popups-to-escape-sandbox"'
        in requests.get(url, timeout=10).text
    )
    policy = requests.get(f"{url}/html", timeout=10).headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy


def test_only_web_addresses_become_links() -> None:
    text = "a javascript:alert(1) https://a.kz/x?y=1&z, (http://b.kz) data:text/html,x"
    assert [link for link, _ in split_links(text) if link] == [
        "https://a.kz/x?y=1&z",
        "http://b.kz",
    ]
    assert "".join(link + text for link, text in split_links(text)) == text


@pytest.mark.parametrize("method", ["DELETE", "POST"])
def test_another_site_cannot_delete_letters(box: Mailbox, serve: Serve, method: str) -> None:
    box.add(letter().as_bytes(), sender="a@x.kz", recipients=("b@x.kz",))
    path = {"DELETE": "/api/letters", "POST": "/clear"}[method]
    refused = requests.request(
        method,
        f"http://{serve(page_app(box))}{path}",
        headers={"Origin": "https://evil.example"},
        timeout=10,
    )
    assert refused.status_code == 403
    assert len(box.letters()) == 1


def test_no_letter_is_a_plain_404(box: Mailbox, serve: Serve) -> None:
    url = f"http://{serve(page_app(box))}/letters/..%2f..%2fetc"
    assert requests.get(url, timeout=10).status_code == 404
