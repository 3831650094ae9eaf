"""The provider's errors.

EdsError
└── ProviderError          the provider cannot start or cannot answer
    ├── KeyFileError           a key file is missing, malformed, or readable by others
    ├── RealmSettingsError     a realm's settings and its policy do not fit together
    ├── OAuthError             answered in OAuth's shape (RFC 6749 5.2), or by redirect (4.1.2.1)
    ├── PageError              answered with a page: nowhere safe to redirect to
    └── Problem                answered as problem+json (RFC 9457) to our own page's script
"""

from __future__ import annotations

from eds_verifier.errors import EdsError


class ProviderError(EdsError):
    """The provider cannot start or cannot answer."""

    code = "provider"


class KeyFileError(ProviderError):
    """A key file is missing, malformed, or readable by others."""

    code = "provider_key"


class RealmSettingsError(ProviderError):
    """A realm's settings and its policy do not fit together."""

    code = "provider_realm"


class OAuthError(ProviderError):
    """An OAuth error: `error` is RFC 6749's word, `description` is for the operator."""

    code = "provider_oauth"

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class PageError(ProviderError):
    """What went wrong is shown on a page: `state` is one of `pages.states.STATES`."""

    code = "provider_page"

    def __init__(self, state: str, detail: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail
        self.status = status


class Problem(ProviderError):  # noqa: N818 - RFC 9457's name
    """What the page's script is told: `state` is what it then shows, `detail` is logged only.

    `since`: from when on this has been so, in words for the person; empty when it is not known.
    """

    code = "provider_problem"

    def __init__(self, state: str, detail: str, *, status: int = 400, since: str = "") -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail
        self.status = status
        self.since = since
