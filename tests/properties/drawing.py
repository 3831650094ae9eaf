"""What realms at random are drawn from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Realm = dict[str, Any]

SECRETS = {f"TANBA_RANDOM_SECRET_{n}": f"planted-random-{n}-5d1e7c90" for n in range(3)}
"""Variables that policies at random refer to, and the secrets in them."""

TEXTS = st.sampled_from(
    (
        "",
        "plain",
        "қазақша мәтін",
        "with \"quotes\" and 'these'",
        "a: b # c",
        "two\nlines",
        "{0} %s",
    )
)
FILLED = st.sampled_from(("plain", "қазақша мәтін", "a: b # c", "it's {0}", "1", "true", "null"))
FLAGS = st.booleans()


def some(names: tuple[str, ...], *, least: int = 0) -> st.SearchStrategy[list[str]]:
    if not names:
        return st.builds(list)
    return st.lists(st.sampled_from(names), unique=True, min_size=least, max_size=len(names))


def part(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields: what is not named is not declared."""
    return st.fixed_dictionaries({}, optional=fields)
