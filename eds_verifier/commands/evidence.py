"""CRLs and OCSP responses given as files: each is what its option says, or an error."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eds_verifier.commands.kinds import Kind, is_whole, kind_of, plain, said_of
from eds_verifier.commands.options import STDIN, read_input
from eds_verifier.errors import CertificateFileError
from eds_verifier.revocation.crl_reading import MAX_CRL
from eds_verifier.revocation.evidence import Evidence, OcspEvidence


def read_evidence(crls: Iterable[Path], answers: Iterable[Path]) -> Evidence:
    """The files' octets (DER, PEM or base64) as evidence; what they say is judged by others.

    Raises CertificateFileError naming the first file that is no CRL, or no OCSP response.
    """
    return Evidence(
        ocsp=tuple(OcspEvidence(_read(path, Kind.OCSP_RESPONSE), None) for path in answers),
        crls=tuple(_read(path, Kind.CRL) for path in crls),
    )


def named(evidence: Evidence, crls: Iterable[Path], answers: Iterable[Path]) -> dict[str, Evidence]:
    """Each file's part of what `read_evidence` gave, by the file's name."""
    apart = [Evidence(ocsp=(answer,)) for answer in evidence.ocsp]
    apart += [Evidence(crls=(crl,)) for crl in evidence.crls]
    return dict(zip(map(_name, (*answers, *crls)), apart, strict=True))


def _name(path: Path) -> str:
    return "stdin" if path == STDIN else str(path)


def _read(path: Path, wanted: Kind) -> bytes:
    name = _name(path)
    given = read_input(path, MAX_CRL)
    if len(given) > MAX_CRL:
        raise CertificateFileError(f"{name}: larger than {MAX_CRL} octets")
    if kind_of(given) is not wanted:
        said = said_of(given, wanted=str(wanted))
        raise CertificateFileError(f"{name}: not {wanted}" + (f": {said}" if said else ""))
    data = plain(given)
    if not is_whole(data):
        raise CertificateFileError(f"{name}: {wanted} that is cut short, or goes on behind its end")
    return data
