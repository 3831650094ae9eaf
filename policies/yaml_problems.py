"""What is wrong with a file's YAML, in an admin's words; and what its plain scalars mean.

The parser's own sentences are never passed on: some of them hold the text they are about.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

_NOT_CLOSED = re.compile(r"expected ',' or '([\]}])'")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?")
_NAMED = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_WORDS = {
    r"character '\\t'": "a tab: YAML is indented by spaces, never by tabs",
    r"mapping values are not allowed": (
        "a colon that makes no key here: the line is indented too deep, the line above lacks its "
        "colon, or this is text that belongs in quotes"
    ),
    r"sequence entries are not allowed": (
        "a list begins on a line of its own: put the dash under its key"
    ),
    r"expected <block end>, but found '<scalar>'": (
        "text after the value's end: wrong indentation, or a quote too many"
    ),
    r"expected <block end>": (
        "wrong indentation: this line does not begin in the column of the block of line {line}"
    ),
    r"could not find expected ':'": ("a key without its colon, or text that is indented wrongly"),
    r"unexpected end of stream": "a quote that is not closed; it was opened in line {line}",
    r"unknown escape character|escape sequence": (
        'an escape (\\) that "…" does not know: use single quotes'
    ),
    r"that cannot start any token": "text that begins with this character belongs in quotes",
    r"expected chomping": "after | or > nothing follows on the line",
    r"expected the node content": "a value is missing here",
    r"alphabetic or numeric character": "& and * begin a name; put other text in quotes",
}
"""What the parser says, by a part of it: the first that fits."""


def in_words(error: MarkedYAMLError, lines_before: int) -> str:
    """One sentence for the parser's error; lines are counted in the whole file."""
    problem = error.problem or ""
    line = (error.context_mark.line if error.context_mark else 0) + lines_before + 1
    unclosed = _NOT_CLOSED.search(problem)
    if unclosed:
        opened = {"]": "[", "}": "{"}[unclosed[1]]
        return (
            f"expected , or {unclosed[1]}: the {opened} of line {line} is not closed, or a value "
            "with special characters in it, as a reference has, lacks its quotes"
        )
    for pattern, words in _WORDS.items():
        if re.search(pattern, problem):
            return words.format(line=line)
    return "not YAML"


def plain_value(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means by YAML 1.2's core schema; numbers too long stay text."""
    if text in _NAMED:
        return _NAMED[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
