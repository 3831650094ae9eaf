"""Where every case begins: a root, an issuer it certified, a person, and sound evidence.

    root → issuer → person → message        trust: root   certs: issuer
                                            crl: the issuer's and the root's, both an hour old

`Pki` makes the parts; `Scene` puts them together and ends a case by saying what is right.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any, Self

from tests.limbo.build import names
from tests.limbo.build.certificates import (
    MINUTE,
    NOW,
    SIGN,
    SIGN_2015,
    Draft,
    Extension,
    Signer,
    authority,
    director,
    issue,
    person,
)
from tests.limbo.build.crls import Crl
from tests.limbo.build.keys import Key, Kind, key_of
from tests.limbo.build.messages import Message, message
from tests.limbo.build.ocsp import Answer, Single, responder
from tests.limbo.model import Expected, Policy

What = Draft | Signer | Message | bytes | None

ACCEPTANCE = Policy(purpose="acceptance", key_use="sign")
DOCUMENT = Policy(purpose="document")


@dataclass(frozen=True)
class Ocsp:
    """A response, and the nonce that was sent for it."""

    response: bytes
    nonce: bytes | None = None


@dataclass(frozen=True)
class Scene:
    """One judging. `certs`, `crls` None: the issuer's certificate, and sound fresh CRLs."""

    pki: Pki
    cms: bytes
    content: bytes | None = None
    trust: tuple[bytes, ...] | None = None
    certs: tuple[bytes, ...] | None = None
    ocsp: tuple[Ocsp, ...] = ()
    crls: tuple[bytes, ...] | None = None
    at: datetime = NOW
    policy: Policy = field(default=Policy())

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def under(self, **policy: Any) -> Self:
        """The same with these values in its policy."""
        return replace(self, policy=self.policy.model_copy(update=policy))

    def answered(self, *answers: Answer | bytes, nonce: bytes | None = None) -> Self:
        """With these OCSP responses and no CRL about the person."""
        responses = (a if isinstance(a, bytes) else a.encode() for a in answers)
        ocsp = tuple(Ocsp(response, nonce) for response in responses)
        return replace(self, ocsp=ocsp, crls=(self.pki.root_crl.encode(),))

    def listed(self, *crls: Crl | bytes) -> Self:
        """With these CRLs about the person."""
        encoded = (crl if isinstance(crl, bytes) else crl.encode() for crl in crls)
        return replace(self, crls=(*encoded, self.pki.root_crl.encode()))

    def valid(self, *warnings: str, **expected: Any) -> Verdicted:
        """Nothing is wrong that lets nobody in.

        A document's only signer is valid just so; nothing proves when an acceptance existed, unless
        told.
        """
        if self.policy.purpose == "acceptance":
            expected.setdefault("existence_proof", "none")
        answer = Expected(verdict="valid", reason="ok", warnings=warnings, **expected)
        if self.policy.purpose == "document" and not answer.signers:
            answer = answer.model_copy(update={"signers": (answer,)})
        return self._expecting(answer)

    def invalid(self, reason: str, *warnings: str, **expected: Any) -> Verdicted:
        """Something is wrong, for that reason."""
        return self._expecting(
            Expected(verdict="invalid", reason=reason, warnings=warnings, **expected)
        )

    def indeterminate(self, *warnings: str, **expected: Any) -> Verdicted:
        """Nothing usable is said about revocation, and nothing else is wrong."""
        answer = Expected(
            verdict="indeterminate", reason="revocation_unavailable", warnings=warnings, **expected
        )
        return self._expecting(answer)

    def _expecting(self, expected: Expected) -> Verdicted:
        pki = self.pki
        trust = (pki.root.der,) if self.trust is None else self.trust
        certs = (pki.issuer.der,) if self.certs is None else self.certs
        crls = pki.sound_crls if self.crls is None else self.crls
        return Verdicted(replace(self, trust=trust, certs=certs, crls=crls), expected)


@dataclass(frozen=True)
class Verdicted:
    """A scene with what is right to say of it."""

    scene: Scene
    expected: Expected

    def parts(self) -> dict[str, Any]:
        """The fields of a `Case` that come from here."""
        scene = self.scene
        return {
            "cms": scene.cms,
            "content": scene.content,
            "trust": scene.trust,
            "certs": scene.certs,
            "ocsp": tuple(item.response for item in scene.ocsp),
            "ocsp_nonces": tuple(item.nonce for item in scene.ocsp),
            "crl": scene.crls,
            "at": scene.at,
            "policy": scene.policy,
            "expected": self.expected,
        }


@dataclass(frozen=True)
class Pki:
    """A root and an issuer with keys of one kind."""

    kind: Kind
    root: Signer
    issuer: Signer

    def key(self, owner: str) -> Key:
        return key_of(self.kind, owner)

    def person(self, **changes: Any) -> Draft:
        """An individual's SIGN certificate to be."""
        usage = SIGN_2015 if self.kind.startswith("gost2015") else SIGN
        return person(self.key("person"), usage).but(**changes)

    def director(self, **changes: Any) -> Draft:
        """The SIGN certificate to be of an organisation's first head."""
        usage = SIGN_2015 if self.kind.startswith("gost2015") else SIGN
        return director(self.key("director"), usage).but(**changes)

    def with_extensions(self, *extensions: Extension) -> Draft:
        """The person's, with these extensions in place of those of their kinds."""
        return self.person().with_(*extensions)

    def issue(self, draft: Draft) -> Signer:
        return issue(draft, self.issuer)

    def message(
        self, signer: Draft | Signer | None = None, content: bytes | None = None
    ) -> Message:
        """A sound message by the person, or by the holder of that certificate."""
        if signer is None:
            signer = self.person()
        made = self.issue(signer) if isinstance(signer, Draft) else signer
        return message(made) if content is None else message(made, content=content)

    def scene(self, what: What = None, **changes: Any) -> Scene:
        """A judging of a message, or of a sound message by the holder of a certificate."""
        if not isinstance(what, (Message, bytes)):
            what = self.message(what)
        cms = what.encode() if isinstance(what, Message) else what
        return Scene(self, cms, **changes)

    def root_draft(self, **changes: Any) -> Draft:
        return authority(self.key("root"), names.ROOT).but(**changes)

    def issuer_draft(self, **changes: Any) -> Draft:
        return authority(self.key("issuer"), names.ISSUER, serial=0x15501).but(**changes)

    def reissued(self, *, root: Draft | None = None, issuer: Draft | None = None) -> Pki:
        """With another certificate of the root, or of the issuer."""
        new_root = issue(root) if root else self.root
        return Pki(self.kind, new_root, issue(issuer or self.issuer_draft(), new_root))

    # -- evidence

    @property
    def crl(self) -> Crl:
        """The issuer's base CRL: an hour old, empty."""
        return Crl(self.issuer)

    @property
    def root_crl(self) -> Crl:
        """The root's CRL: the issuer is not in it."""
        return Crl(self.root)

    @cached_property
    def sound_crls(self) -> tuple[bytes, ...]:
        return self.crl.encode(), self.root_crl.encode()

    def responder_draft(self, **changes: Any) -> Draft:
        return responder(self.key("responder")).but(**changes)

    @cached_property
    def responder(self) -> Signer:
        return self.issue(self.responder_draft())

    def answer(self, by: Signer | None = None, **single: Any) -> Answer:
        """The delegated responder's answer that the person's certificate is good, a minute old."""
        when = NOW - MINUTE
        about = self.person().serial
        serial = about if isinstance(about, int) else int.from_bytes(about)
        usual: dict[str, Any] = {"serial": serial, "this_update": when}
        said = Single(self.issuer, **(usual | single))
        return Answer(by or self.responder, (said,), produced_at=when)


@cache
def pki(kind: Kind = "rsa") -> Pki:
    """The corpus' own authorities with keys of that kind."""
    root = issue(authority(key_of(kind, "root"), names.ROOT))
    issuer = issue(authority(key_of(kind, "issuer"), names.ISSUER, serial=0x15501), root)
    return Pki(kind, root, issuer)


def acceptance_nonce(cms: bytes) -> bytes:
    """The nonce that ties an OCSP answer to an acceptance: 16 octets of SHA-256 of its CMS."""
    return hashlib.sha256(cms).digest()[:16]
