"""BouncyCastle in a JVM inside this process, driven call by call (JPype); no Java of ours.

RSA goes the way its users go: CMSSignedData, SignerInformation.verify with the BC provider, and
the PKIX CertPathValidator of BC over leaf, issuer and root, revocation off.

BouncyCastle has GOST R 34.10-2012 on the same curve, but knows neither Kazakhstan's OIDs nor its
octet order. So for GOST its parts are put together by hand: CMS and certificates are parsed by its
ASN.1, digests made by its Streebog, signatures checked by its ECGOST3410Signer on its
Tc26-Gost-3410-12-512-paramSetA, after r, s and the key were turned around. No policy, name or
extension rule is applied there: it does less than PKIX would.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.support.jars import UnavailableError
from stand.errors import JavaError
from stand.java import find_java

_COORDINATE = _DIGEST = 64
_UNTESTED = "org.bouncycastle.rsa.allow_unsafe_mod"
_JVM_NAMES = ("libjvm.so", "libjvm.dylib", "jvm.dll")


@cache
def start(jars: tuple[Path, ...]) -> Any:
    """Start the one JVM this process can have; answers `jpype`. UnavailableError says why not."""
    try:
        jpype: Any = importlib.import_module("jpype")
    except ImportError:
        raise UnavailableError("jpype1 is not installed") from None
    try:
        home = find_java(os.environ)
    except JavaError as error:
        raise UnavailableError(str(error)) from None
    libraries = [path for name in _JVM_NAMES for path in home.rglob(name)]
    if not libraries:
        raise UnavailableError(f"the Java in {home} has no JVM library")
    if not jpype.isJVMStarted():
        jpype.startJVM(
            str(libraries[0]),
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            classpath=[str(path) for path in jars],
            convertStrings=False,
        )
    return jpype


class BouncyCastle:
    """Judges the messages of one root and one issuer at one instant."""

    RSA_CALLS = 21
    GOST_CALLS = 95
    """Calls from Python into Java that one judgement makes, counted in the code below."""

    def __init__(self, jars: tuple[Path, ...], root: bytes, issuer: bytes, at: datetime) -> None:
        self._jpype = start(jars)
        java = self._jpype.JClass
        self._java, self._bytes = java, self._jpype.JArray(self._jpype.JByte)
        provider = java("org.bouncycastle.jce.provider.BouncyCastleProvider")()
        java("java.security.Security").addProvider(provider)
        self._date = java("java.util.Date")(int(at.timestamp() * 1000))
        self._message = java("org.bouncycastle.cms.CMSSignedData")
        self._holder = java("org.bouncycastle.cert.X509CertificateHolder")
        self._properties = java("org.bouncycastle.util.Properties")
        self._arrays = java("java.util.Arrays")
        self._root, self._issuer = self.octets(root), self.octets(issuer)
        self._prepare_gost()

    def octets(self, data: bytes) -> Any:
        """A Java byte[]: made before measuring, as a Java program would have it."""
        return self._bytes(data)

    def prepare_rsa(self) -> None:
        """What a Java program keeps between judgements: factory, validator, anchor."""
        java = self._java
        factory = java("java.security.cert.CertificateFactory").getInstance("X.509", "BC")
        stream = java("java.io.ByteArrayInputStream")
        root = factory.generateCertificate(stream(self._root))
        self._x509_issuer = factory.generateCertificate(stream(self._issuer))
        anchor = java("java.security.cert.TrustAnchor")(root, None)
        parameters = java("java.security.cert.PKIXParameters")(
            java("java.util.Collections").singleton(anchor)
        )
        parameters.setRevocationEnabled(False)
        parameters.setDate(self._date)
        self._parameters, self._factory = parameters, factory
        self._validator = java("java.security.cert.CertPathValidator").getInstance("PKIX", "BC")
        self._converter = java(
            "org.bouncycastle.cert.jcajce.JcaX509CertificateConverter"
        )().setProvider("BC")
        self._verifier = java(
            "org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder"
        )().setProvider("BC")
        self._list = java("java.util.ArrayList")

    def rsa_holds(self, cms: Any, content: Any) -> bool:
        """CMS and path of three, by BouncyCastle's own verifiers. `cms`, `content`: `octets`."""
        signed = self._message(cms)
        signer = signed.getSignerInfos().getSigners().iterator().next()
        holder = signed.getCertificates().getMatches(signer.getSID()).iterator().next()
        try:
            if not signer.verify(self._verifier.build(holder)):
                return False
            leaf = self._converter.getCertificate(holder)
            path = self._list()
            path.add(leaf)
            path.add(self._x509_issuer)
            self._validator.validate(self._factory.generateCertPath(path), self._parameters)
        except (
            self._java("java.security.cert.CertPathValidatorException"),
            self._java("org.bouncycastle.cms.CMSException"),
        ):
            return False
        return bool(self._arrays.equals(signed.getSignedContent().getContent(), content))

    @contextmanager
    def moduli_untested(self) -> Iterator[None]:
        """Without BouncyCastle's test whether an RSA modulus it has not seen is composite."""
        self._properties.setThreadOverride(_UNTESTED, True)  # noqa: FBT003 - Java's: switched on
        try:
            yield
        finally:
            self._properties.removeThreadOverride(_UNTESTED)

    def _prepare_gost(self) -> None:
        java = self._java
        curves = java("org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves")
        oids = java("org.bouncycastle.asn1.rosstandart.RosstandartObjectIdentifiers")
        parameters = curves.getByOIDX9(oids.id_tc26_gost_3410_12_512_paramSetA)
        self._curve = parameters.getCurve()
        self._domain = java("org.bouncycastle.crypto.params.ECDomainParameters")(parameters)
        self._public = java("org.bouncycastle.crypto.params.ECPublicKeyParameters")
        self._signer = java("org.bouncycastle.crypto.signers.ECGOST3410Signer")
        self._streebog = java("org.bouncycastle.crypto.digests.GOST3411_2012_512Digest")
        self._reverse = java("org.bouncycastle.util.Arrays").reverse
        self._number = java("java.math.BigInteger")
        self._octet_string = java("org.bouncycastle.asn1.ASN1OctetString")
        self._message_digest = java("org.bouncycastle.asn1.cms.CMSAttributes").messageDigest

    def prepare_gost(self) -> None:
        """The authorities' certificates and keys, parsed once."""
        root, self._gost_issuer = self._holder(self._root), self._holder(self._issuer)
        self._root_key, self._issuer_key = self._key(root), self._key(self._gost_issuer)

    def gost_holds(self, cms: Any, content: Any, *, issuer_too: bool = True) -> bool:
        """CMS and certificates by hand; `issuer_too`: the issuer's own certificate each time."""
        signed = self._message(cms)
        signer = signed.getSignerInfos().getSigners().iterator().next()
        leaf = signed.getCertificates().getMatches(signer.getSID()).iterator().next()
        held = signed.getSignedContent().getContent()
        attribute = signer.getSignedAttributes().get(self._message_digest)
        named = attribute.getAttrValues().getObjectAt(0).getOctets()
        return bool(
            self._arrays.equals(held, content)
            and self._arrays.equals(self._digest(held), named)
            and self._gost(
                self._key(leaf), signer.getEncodedSignedAttributes(), signer.getSignature()
            )
            and leaf.isValidOn(self._date)
            and leaf.getIssuer().equals(self._gost_issuer.getSubject())
            and self._certified(leaf, self._issuer_key)
            and (not issuer_too or self._certified(self._gost_issuer, self._root_key))
        )

    def _certified(self, holder: Any, key: Any) -> bool:
        signed = holder.toASN1Structure().getTBSCertificate().getEncoded()
        return self._gost(key, signed, holder.getSignature())

    def gost_signature_holds(self, point: bytes, data: bytes, signature: bytes) -> bool:
        """One signature in Kazakhstan's octet order by BouncyCastle's arithmetic."""
        try:
            key = self._key_of(self.octets(point))
        except self._java("java.lang.IllegalArgumentException"):
            return False
        return self._gost(key, self.octets(data), self.octets(signature))

    def streebog(self, data: bytes) -> bytes:
        """Streebog-512 by BouncyCastle."""
        return bytes(self._digest(self.octets(data)))

    def _gost(self, key: Any, data: Any, signature: Any) -> bool:
        signer = self._signer()
        signer.init(False, key)  # noqa: FBT003 - Java's: to verify
        r, s = self._halves(signature)
        return bool(signer.verifySignature(self._digest(data), r, s))

    def _digest(self, data: Any) -> Any:
        digest = self._streebog()
        digest.update(data, 0, len(data))
        out = self._bytes(_DIGEST)
        digest.doFinal(out, 0)
        return out

    def _halves(self, octets: Any) -> tuple[Any, Any]:
        """Two little-endian numbers. Reversed as a whole, the second one stands first."""
        turned = self._reverse(octets)
        second = self._number(1, self._arrays.copyOfRange(turned, 0, _COORDINATE))
        return self._number(1, self._arrays.copyOfRange(turned, _COORDINATE, len(turned))), second

    def _key(self, holder: Any) -> Any:
        bits = holder.getSubjectPublicKeyInfo().getPublicKeyData().getOctets()
        return self._key_of(self._octet_string.getInstance(bits).getOctets())

    def _key_of(self, octets: Any) -> Any:
        x, y = self._halves(octets)
        return self._public(self._curve.validatePoint(x, y), self._domain)

    def seconds_per_call(self, calls: int = 2_000) -> float:
        """What a call from Python costs by itself: one that takes two objects and does nothing.

        The best of many rounds, so that BouncyCastle is not given what other processes took.
        """
        objects = self._java("java.util.Objects")
        best = float("inf")
        for _ in range(20):
            started = time.thread_time()
            self._calls(objects, calls)
            best = min(best, (time.thread_time() - started) / calls)
        return best

    def _calls(self, objects: Any, count: int) -> None:
        for _ in range(count):
            objects.requireNonNullElse(self._date, self._date)


def require(judgements: Iterable[bool]) -> None:
    """Each must hold: refusing a good message is quick, and would be measured for nothing."""
    if not all(judgements):
        raise AssertionError("BouncyCastle refuses a good message: the comparison is wrong")
