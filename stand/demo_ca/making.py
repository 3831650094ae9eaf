"""Making the demo CA: keys for everybody, certificates by the profile. No files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from stand.demo_ca import people, profile
from stand.demo_ca.issuing import Request, Validity, issue, key_identifier_of
from stand.demo_ca.model import Authority, Credential, DemoCa, subject
from stand.signing.cms import Signer
from stand.signing.keys import GostKey, RsaKey, SigningKey

HOLDER_LIFE = timedelta(days=365)

_AUTHORITY_SINCE, _AUTHORITY_LIFE = timedelta(days=730), timedelta(days=3650)
_EXPIRED_SINCE = timedelta(days=30)
_SKEW = timedelta(hours=1)
_RSA_BITS = {"root": 4096, "issuer": 3072, "holder": 2048}
_ALGORITHMS: tuple[people.Algorithm, ...] = ("gost", "rsa")


@dataclass(frozen=True, slots=True)
class _Site:
    """What every certificate of one making shares."""

    base_url: str
    now: datetime

    def addresses(self, authority: str) -> profile.Addresses:
        return profile.Addresses(self.base_url, authority)

    def holder_validity(self, status: people.Status) -> Validity:
        end = self.now + HOLDER_LIFE
        if status == "expired":
            end = self.now - _EXPIRED_SINCE
        return Validity(end - HOLDER_LIFE - _SKEW, end)


def make(directory: Path, *, base_url: str, now: datetime) -> DemoCa:
    """A whole new demo CA, `now` in whole seconds; `directory` is where it is going to lie."""
    site = _Site(base_url, now)
    authorities: list[Authority] = []
    credentials: list[Credential] = []
    with ThreadPoolExecutor(max_workers=4) as pool:
        begun = [_Hierarchy(algorithm, pool) for algorithm in _ALGORITHMS]
        for hierarchy in begun:
            root, issuer = hierarchy.authorities(site)
            authorities += [root, issuer]
            credentials += hierarchy.credentials(issuer, root, site)
    return DemoCa(directory, base_url, now, tuple(authorities), tuple(credentials))


class _Hierarchy:
    """One algorithm's CA. Its RSA keys take the time, so all are begun at once."""

    def __init__(self, algorithm: people.Algorithm, pool: Executor) -> None:
        self.algorithm = algorithm
        self._root, self._issuer, self._responder = (
            _begin(algorithm, kind, pool) for kind in ("root", "issuer", "holder")
        )
        self._holders = [
            (holding, use, _begin(algorithm, "holder", pool))
            for holding in people.HOLDINGS
            for key_algorithm, use in holding.keys
            if key_algorithm == algorithm
        ]

    def authorities(self, site: _Site) -> tuple[Authority, Authority]:
        root_key, issuer_key = self._root(), self._issuer()
        root_id = key_identifier_of(root_key.public_key_info)
        above = site.addresses(f"demo_root_{self.algorithm}")
        names = [profile.authority_name(self.algorithm, root=root) for root in (True, False)]
        validity = Validity(site.now - _AUTHORITY_SINCE, site.now + _AUTHORITY_LIFE)
        certificates = []
        for key, name in zip((root_key, issuer_key), names, strict=True):
            own_id = key_identifier_of(key.public_key_info)
            extensions = profile.authority_extensions(own_id, root_id, above, root=key is root_key)
            request = Request(name, key.public_key_info, extensions, validity)
            certificates.append(issue(request, issuer=names[0], key=root_key))
        root = Authority(above.authority, self.algorithm, certificates[0], root_key)
        issuer = Authority(
            f"demo_{self.algorithm}",
            self.algorithm,
            certificates[1],
            issuer_key,
            issuer=root.name,
            responder=self._responder_of(issuer_key, certificates[1], site),
        )
        return root, issuer

    def _responder_of(self, issuer_key: SigningKey, issuer: bytes, site: _Site) -> Signer:
        key = self._responder()
        extensions = profile.responder_extensions(
            key_identifier_of(key.public_key_info), key_identifier_of(issuer_key.public_key_info)
        )
        request = Request(
            profile.responder_name(self.algorithm),
            key.public_key_info,
            extensions,
            site.holder_validity("good"),
        )
        return Signer(key, issue(request, issuer=subject(issuer), key=issuer_key))

    def credentials(self, issuer: Authority, root: Authority, site: _Site) -> Iterator[Credential]:
        issuer_id = key_identifier_of(issuer.key.public_key_info)
        for holding, use, key_of in self._holders:
            key = key_of()
            extensions = profile.holder_extensions(
                holding,
                (self.algorithm, use),
                ids=(key_identifier_of(key.public_key_info), issuer_id),
                issuer=site.addresses(issuer.name),
            )
            request = Request(
                profile.subject_name(holding, self.algorithm),
                key.public_key_info,
                extensions,
                site.holder_validity(holding.status),
            )
            certificate = issue(request, issuer=subject(issuer.certificate), key=issuer.key)
            signer = Signer(key, certificate, (issuer.certificate, root.certificate))
            yield Credential(holding, self.algorithm, use, signer)


def _begin(algorithm: people.Algorithm, kind: str, pool: Executor) -> Callable[[], SigningKey]:
    if algorithm == "gost":
        return pool.submit(GostKey.generate).result
    return pool.submit(RsaKey.generate, _RSA_BITS[kind]).result
