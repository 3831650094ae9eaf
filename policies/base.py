"""Reading declared YAML into frozen models, with every mistake named by file, line and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from policies.errors import PolicyFileError, PolicyReferenceError

_REFERENCE = re.compile(r"\$\{(?P<kind>[a-z]*):(?P<name>[^${}]+)\}")
_MAX_FILE_BYTES = 1_000_000


class Frozen(BaseModel):
    """A declared thing: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Localized(Frozen):
    """One text in each language of the portals."""

    kk: str = Field(min_length=1)
    ru: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def get(self, language: str) -> str:
        """The text for a reader of `language`; Kazakh for any other."""
        return str(getattr(self, language)) if language in {"kk", "ru", "en"} else self.kk


class Resolved(str):
    """A value that came through a reference, as a secret must."""

    __slots__ = ()


def _must_be_reference(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value
    if isinstance(value, Resolved):
        if not value.strip():
            raise ValueError("the reference leads to an empty secret")
        return value
    raise ValueError("a secret is given by reference only: ${env:NAME} or ${file:PATH}")


Secret = Annotated[SecretStr, BeforeValidator(_must_be_reference)]

Model = TypeVar("Model", bound=BaseModel)


def read_model(
    path: Path, model: type[Model], *, environ: Mapping[str, str] | None = None
) -> Model:
    """Read one YAML file as `model`.

    References are resolved when `environ` is given; a `${file:…}` path is relative to the YAML
    file. Raises PolicyFileError naming every mistake at once, PolicyReferenceError for a
    reference that leads nowhere. No value is ever shown, only where it stands.
    """
    tree = _parse(path)
    if environ is not None:
        missing: list[str] = []
        tree = _resolve(tree, environ, path, missing)
        if missing:
            raise PolicyReferenceError(
                "\n".join(missing), hint="Set what is named, or change the references."
            )
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        lines = [_explain(path, tree, dict(item), model) for item in error.errors()]
        raise PolicyFileError("\n".join(lines)) from None


def _parse(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise PolicyFileError(f"{path}: larger than {_MAX_FILE_BYTES} bytes")
        tree = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyFileError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise PolicyFileError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise PolicyFileError(f"{path}: cannot be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise PolicyFileError(f"{path}{where}: {error.problem or 'not YAML'}") from None
    except YAMLError:
        raise PolicyFileError(f"{path}: not YAML") from None
    if not isinstance(tree, CommentedMap):
        raise PolicyFileError(f"{path}: expected keys and values")
    return tree


def _resolve(node: Any, environ: Mapping[str, str], path: Path, missing: list[str]) -> Any:
    """Replace references in place; what cannot be resolved is added to `missing`."""
    places: list[tuple[Any, Any]] = []
    if isinstance(node, CommentedMap):
        places = [(key, node.lc.value(key)) for key in node]
    elif isinstance(node, CommentedSeq):
        places = [(index, node.lc.item(index)) for index in range(len(node))]
    for key, (line, column) in places:
        value = node[key]
        if isinstance(value, str) and "${" in value:
            try:
                node[key] = Resolved(_substitute(value, environ, path.parent))
            except ValueError as error:
                missing.append(f"{path}:{line + 1}:{column + 1}: {error}")
        else:
            _resolve(value, environ, path, missing)
    return node


def _substitute(text: str, environ: Mapping[str, str], folder: Path) -> str:
    def value(match: re.Match[str]) -> str:
        kind, name = match["kind"], match["name"]
        if kind == "env":
            if name not in environ:
                raise ValueError(f"the environment variable {name} is not set")
            return environ[name]
        if kind == "file":
            try:
                return (folder / name).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError):
                raise ValueError(f"the file {name} cannot be read") from None
        raise ValueError(f"no reference of kind {kind!r}: use ${{env:NAME}} or ${{file:PATH}}")

    if "${" in _REFERENCE.sub("", text):
        raise ValueError("not a reference: use ${env:NAME} or ${file:PATH}")
    return _REFERENCE.sub(value, text)


def _explain(path: Path, tree: Any, error: dict[str, Any], model: type[BaseModel]) -> str:
    location = tuple(error["loc"])
    line, column = _position(tree, location)
    name = ".".join(str(part) for part in location) or "the file"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = _keys_at(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        message = "unknown key" + (f"; did you mean {near[0]}?" if near else "")
    return f"{path}:{line}:{column}: {name}: {message}"


def _position(tree: Any, location: tuple[Any, ...]) -> tuple[int, int]:
    line, column, node = 0, 0, tree
    for part in location:
        try:
            if isinstance(node, CommentedMap):
                line, column = node.lc.key(part)
            elif isinstance(node, CommentedSeq):
                line, column = node.lc.item(part)
            else:
                break
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line + 1, column + 1


def _keys_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part)
        candidates = _models_in(field.annotation) if field else []
        if not candidates:
            return []
        current = candidates[0]
    return list(current.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    arguments = getattr(annotation, "__args__", ())
    return [model for argument in arguments for model in _models_in(argument)]
