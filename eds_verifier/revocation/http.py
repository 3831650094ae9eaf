"""One HTTP exchange within one deadline, whatever the other side does (RFC 9112).

`http.client` times each read: a server that sends one octet at a time would hold it for hours.
Here every read, of headers and body alike, has what is left until the deadline. Redirects are not
followed, nothing is decompressed, and proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from functools import cache
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from eds_verifier.revocation.evidence import Cause

_CHUNK = 65_536
_SUCCESS = 200
_PORTS = {"http": 80, "https": 443}


class FetchFailed(Exception):  # noqa: N818 - an outcome that the caller puts in words
    """Nothing usable came; `detail` and `cause` say why, without the address."""

    def __init__(self, detail: str, cause: Cause = Cause.UNREACHABLE) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cause = cause


def exchange(  # noqa: PLR0913 - every limit is named by the caller
    url: str,
    *,
    max_bytes: int,
    seconds: float,
    what: str,
    data: bytes | None = None,
    content_type: str = "",
    accept: str = "*/*",
) -> bytes:
    """GET `url`, or POST `data` to it; return at most `max_bytes` octets.

    Raises FetchFailed: unreachable, later than `seconds`, not 200, compressed, too large, cut
    short.
    """
    deadline = time.monotonic() + seconds
    headers = {"Accept": accept, "Accept-Encoding": "identity", "Connection": "close"}
    if content_type:
        headers["Content-Type"] = content_type
    try:
        parts = urlsplit(url)
        with _connect(parts, deadline) as connected:
            connection = http.client.HTTPConnection(parts.netloc)
            # Typed as a socket, used as one: sendall, makefile, close.
            connection.sock = cast("socket.socket", _DeadlineSocket(connected, deadline))
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET" if data is None else "POST", target, data, headers)
            return _body(connection.getresponse(), max_bytes, what)
    except TimeoutError:
        raise FetchFailed(f"{what} did not answer in time", Cause.TIMEOUT) from None
    except http.client.IncompleteRead:
        raise FetchFailed(f"{what} was cut short", Cause.CUT_SHORT) from None
    except (http.client.HTTPException, OSError, ValueError):
        raise FetchFailed(f"{what} cannot be reached", Cause.UNREACHABLE) from None


def _connect(parts: SplitResult, deadline: float) -> socket.socket:
    port = parts.port or _PORTS.get(parts.scheme)
    if port is None or not parts.hostname:
        raise ValueError("not an http address")
    connected = socket.create_connection((parts.hostname, port), timeout=_left(deadline))
    if parts.scheme == "http":
        return connected
    try:
        connected.settimeout(_left(deadline))
        return _tls().wrap_socket(connected, server_hostname=parts.hostname)
    except BaseException:
        connected.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _DeadlineSocket:
    """As much of a socket as `http.client` uses; no single operation outlasts the deadline.

    `close` does nothing: whoever connected closes, when the body was read.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        self._connected.settimeout(_left(self._deadline))
        self._connected.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._connected, self._deadline), _CHUNK)

    def close(self) -> None:
        return


class _Reader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connected = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(_left(self._deadline))
        return self._connected.recv_into(buffer)


def _body(response: http.client.HTTPResponse, max_bytes: int, what: str) -> bytes:
    if response.status != _SUCCESS:
        raise FetchFailed(f"{what} answered with HTTP status {response.status}", Cause.HTTP_STATUS)
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise FetchFailed(f"{what} came compressed, which was not asked for", Cause.COMPRESSED)
    declared = response.length
    if declared is not None and declared > max_bytes:
        raise FetchFailed(f"{what} is more than {max_bytes} octets", Cause.TOO_LARGE)
    body = io.BytesIO()
    while chunk := response.read(_CHUNK):
        if body.tell() + len(chunk) > max_bytes:
            raise FetchFailed(f"{what} sent more than {max_bytes} octets", Cause.TOO_LARGE)
        body.write(chunk)
    if declared is not None and declared != body.tell():
        raise FetchFailed(f"{what} was cut short", Cause.CUT_SHORT)
    return body.getvalue()
