"""What NCALayer says and hears on its WebSocket: messages in and out, no keys, no sockets.

Modules `kz.gov.pki.knca.basics` (sign) and, of the older `kz.gov.pki.knca.commonUtils`, making a
CMS and listing tokens. Differences from the real one: no TSA is at hand, so a request for a
timestamp is an error and createCMSSignatureFromBase64 makes none; no XML is signed; a key that is
expired or revoked is offered, marked as such, so that the server's refusal can be seen.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from stand.demo_ca.people import Use
from stand.ncalayer.keyring import KeyFilter

HELLO = json.dumps({"result": {"version": "1.4"}})
HEARTBEAT = "--heartbeat--"
BASICS = "kz.gov.pki.knca.basics"
COMMON_UTILS = "kz.gov.pki.knca.commonUtils"

_FILES = "PKCS12"
_USES: dict[str, Use] = {"SIGNATURE": "sign", "AUTHENTICATION": "auth"}

Module = Literal["basics", "common_utils"]


@dataclass(frozen=True, slots=True)
class SignRequest:
    """Something to sign. `digested`: `documents` are digests, not contents."""

    module: Module
    documents: tuple[bytes, ...]
    encapsulate: bool
    digested: bool
    allowed: KeyFilter


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that needs nobody's decision, as it goes onto the socket."""

    text: str


class _Args(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class _SigningParams(_Args):
    decode: bool = True
    encapsulate: bool = True
    digested: bool = False
    tsa_profile: dict[str, Any] | None = Field(default=None, alias="tsaProfile")
    output_cert: Literal[False] | None = Field(default=None, alias="outputCert")


class _SignerParams(_Args):
    usages: tuple[str, ...] | None = Field(default=None, alias="extKeyUsageOids")
    iin: str | None = None
    bin: str | None = None
    serial_number: str | None = Field(default=None, alias="serialNumber")


class _BasicsArgs(_Args):
    storages: tuple[str, ...] | None = Field(default=None, alias="allowedStorages")
    format: Literal["cms"]
    data: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]
    signing: _SigningParams = Field(default_factory=_SigningParams, alias="signingParams")
    signer: _SignerParams = Field(default_factory=_SignerParams, alias="signerParams")

    @field_validator("data", mode="before")
    @classmethod
    def _one_is_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class _NotBase64Error(ValueError):
    """Data that should be base64 is not."""


def read(message: str) -> SignRequest | Reply:
    """Understand one message of a page."""
    if message == HEARTBEAT:
        return Reply(HELLO)
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):
        return basics_error("INVOCATION_ERROR", "the message is not JSON")
    if not isinstance(body, dict):
        return basics_error("INVOCATION_ERROR", "the message is not an object")
    known: dict[Any, Callable[[dict[str, Any]], SignRequest | Reply]] = {
        BASICS: _basics,
        COMMON_UTILS: _common_utils,
    }
    module = body.get("module")
    if not isinstance(module, str) or module not in known:
        return Reply(json.dumps({"success": False, "errorCode": "MODULE_NOT_FOUND"}))
    return known[module](body)


def _basics(body: dict[str, Any]) -> SignRequest | Reply:
    if body.get("method") != "sign":
        return basics_error("INVOCATION_ERROR", "the module has no such method")
    try:
        args = _BasicsArgs.model_validate(body.get("args"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "args"
        return basics_error("INVALID_SIGNING_PARAMS", f"{where}: {first['msg']}")
    if args.signing.tsa_profile is not None:
        return basics_error("SIGNING_FAILURE", "tsaProfile: the stand has no TSA; leave it out")
    digested = args.signing.digested
    try:
        # A digest is octets, which only base64 can carry.
        documents = tuple(_octets(one, decode=args.signing.decode or digested) for one in args.data)
    except _NotBase64Error:
        return basics_error("INVALID_SIGNING_PARAMS", "data: not base64")
    signer = args.signer
    allowed = KeyFilter(
        usages=frozenset(signer.usages or ()),
        iin=signer.iin or "",
        bin=signer.bin or "",
        serial_number=signer.serial_number or "",
        files=args.storages is None or _FILES in args.storages,
    )
    encapsulate = args.signing.encapsulate and not digested
    return SignRequest("basics", documents, encapsulate, digested, allowed)


def _common_utils(body: dict[str, Any]) -> SignRequest | Reply:
    method, args = body.get("method"), body.get("args")
    if method == "getActiveTokens":
        return Reply(json.dumps({"code": "200", "responseObject": []}))
    if method not in {"createCAdESFromBase64", "createCMSSignatureFromBase64"}:
        return common_utils_error("the emulator has no such method")
    match args:
        case [str(storage), str(use), str(data), bool(encapsulate)]:
            try:
                documents = (_octets(data, decode=True),)
            except _NotBase64Error:
                return common_utils_error("data: not base64")
            allowed = KeyFilter(use=_USES.get(use), files=storage == _FILES)
            return SignRequest("common_utils", documents, encapsulate, False, allowed)  # noqa: FBT003 - a record
    return common_utils_error("args: expected storage, key type, base64, attached")


def signed(request: SignRequest, signatures: Sequence[bytes]) -> Reply:
    """The signatures, DER, as the module answers them."""
    encoded = [base64.b64encode(one).decode() for one in signatures]
    if request.module == "basics":
        return Reply(json.dumps({"status": True, "body": {"result": encoded}}))
    return Reply(json.dumps({"code": "200", "responseObject": encoded[0]}))


def cancelled(request: SignRequest) -> Reply:
    """The person closed the window."""
    if request.module == "basics":
        return Reply(json.dumps({"status": True, "body": {}}))
    return common_utils_error("action.canceled")


def failed(request: SignRequest, message: str) -> Reply:
    """The key could not sign."""
    if request.module == "basics":
        return basics_error("SIGNING_FAILURE", message)
    return common_utils_error(message)


def busy() -> Reply:
    """A second request of one page while its first is open."""
    return basics_error("GENERAL_ERROR", "one request at a time: another window is open")


def basics_error(code: str, message: str) -> Reply:
    body = {"status": False, "code": code, "message": message, "details": None}
    return Reply(json.dumps(body, ensure_ascii=False))


def common_utils_error(message: str) -> Reply:
    return Reply(json.dumps({"code": "500", "message": message}, ensure_ascii=False))


def _octets(data: str, *, decode: bool) -> bytes:
    if not decode:
        return data.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _NotBase64Error from error
