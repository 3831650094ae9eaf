"""Fetching OCSP answers and CRLs from the addresses of the trust list, within strict limits.

Answers prove themselves by their signatures, so plain http is enough. Redirects are not
followed, sizes and times are bounded. Proxies of the environment are not used: the addresses
must be reached directly, or through an address given in the trust list.
"""

from __future__ import annotations

import time
from typing import Protocol

import requests
from urllib3.exceptions import HTTPError

from eds_verifier.revocation.crl_reading import MAX_CRL
from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.http import FetchFailed, exchange
from eds_verifier.revocation.ocsp import MAX_RESPONSE

__all__ = ["EvidenceFetcher", "FetchFailed", "HttpEvidenceFetcher", "fetch"]

_CHUNK = 65_536
_SUCCESS = 200


class EvidenceFetcher(Protocol):
    """Somebody who asks a responder or fetches a CRL. Each call ends within `seconds`."""

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:
        """POST a DER OCSPRequest; return the response's octets or raise FetchFailed."""

    def crl(self, url: str, *, seconds: float) -> bytes:
        """GET a CRL; return its octets or raise FetchFailed."""


class HttpEvidenceFetcher:
    """Fetches over HTTP."""

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:
        """POST a DER OCSPRequest (RFC 6960 appendix A.1)."""
        return exchange(
            url,
            data=request,
            content_type="application/ocsp-request",
            accept="application/ocsp-response",
            max_bytes=MAX_RESPONSE,
            seconds=seconds,
            what="OCSP",
        )

    def crl(self, url: str, *, seconds: float) -> bytes:
        """GET a CRL (RFC 5280 section 4.2.1.13)."""
        return exchange(url, max_bytes=MAX_CRL, seconds=seconds, what="the CRL")


def fetch(  # noqa: PLR0913 - every limit is named by the caller
    url: str,
    *,
    max_bytes: int,
    seconds: float,
    what: str,
    data: bytes | None = None,
    use_environment_proxy: bool = False,
) -> bytes:
    """GET `url`, or POST `data` to it, through a proxy too; return at most `max_bytes` octets.

    Raises FetchFailed: unreachable, later than `seconds`, not 200, too large, cut short.
    """
    deadline = time.monotonic() + seconds
    headers = {"Accept-Encoding": "identity"}
    if data is not None:
        headers |= {
            "Content-Type": "application/ocsp-request",
            "Accept": "application/ocsp-response",
        }
    try:
        with requests.Session() as session:
            session.trust_env = use_environment_proxy
            with session.request(
                "GET" if data is None else "POST",
                url,
                data=data,
                headers=headers,
                timeout=max(seconds, 0.001),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _body(response, max_bytes, deadline, what)
    except requests.Timeout:
        raise FetchFailed(f"{what} did not answer in time", Cause.TIMEOUT) from None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise FetchFailed(f"{what} cannot be reached") from None


def _body(response: requests.Response, max_bytes: int, deadline: float, what: str) -> bytes:
    if response.status_code != _SUCCESS:
        raise FetchFailed(
            f"{what} answered with HTTP status {response.status_code}", Cause.HTTP_STATUS
        )
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise FetchFailed(f"{what} sent more than {max_bytes} octets", Cause.TOO_LARGE)
        if time.monotonic() > deadline:
            raise FetchFailed(f"{what} did not answer in time", Cause.TIMEOUT)
        chunks.append(chunk)
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) != size:
        raise FetchFailed(f"{what} was cut short", Cause.CUT_SHORT)
    return b"".join(chunks)
