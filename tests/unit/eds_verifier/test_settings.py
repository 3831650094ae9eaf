"""The settings file: what is taken, and what is refused with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from eds_verifier.api.keys import new_key
from eds_verifier.settings import ApiKeySettings, ApiLimits, VerifierSettings, load_settings
from policies.errors import PolicyFileError

GOOD = """\
version: 1
base_url: https://verifier.test
listen: 127.0.0.1:8090
store: sqlite:////var/lib/tanba/verifier.sqlite
keys: keys
trust: trust
realms:
  - policy: ../policies/one
    keycloak: https://keycloak.test/realms/one
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "verifier.yaml"
    path.write_text(text)
    return load_settings(path, environ={"DB": "postgresql+psycopg://user:secret@db/x"})


def test_paths_are_relative_to_the_file_and_defaults_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "verifier.yaml"
    path.write_text(GOOD)
    settings = load_settings(path, environ={})
    assert settings.keys == tmp_path / "keys"
    assert settings.realms[0].policy == tmp_path / "../policies/one"
    assert settings.signing_socket == "wss://127.0.0.1:13579"
    assert settings.realms[0].unsafe_judging_time is None
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8090)
    assert settings.cache_of("nca-rk") is None


def test_each_trust_list_has_its_own_cache_of_crls(tmp_path: Path) -> None:
    path = tmp_path / "verifier.yaml"
    path.write_text(GOOD.replace("trust: trust", "trust: trust\ncrl_cache: crls"))
    settings = load_settings(path, environ={})
    assert settings.cache_of("nca-rk") == tmp_path / "crls" / "nca-rk"


@pytest.mark.parametrize(
    ("line", "changed", "complaint"),
    [
        ("version: 1", "version: 2", "version"),
        ("https://verifier.test", "http://verifier.test", "https"),
        ("https://verifier.test", "https://verifier.test/path", "origin only"),
        ("https://verifier.test", "https://user@verifier.test", "origin only"),
        ("127.0.0.1:8090", "localhost", "host:port"),
        ("127.0.0.1:8090", "127.0.0.1:99999", "host:port"),
        ("keys: keys", "key: keys", "did you mean keys?"),
        ("trust: trust", "ncalayer: wss://evil.test:13579\ntrust: trust", "own machine"),
        ("trust: trust", "ncalayer: ws://127.0.0.1:13579\ntrust: trust", "own machine"),
        ("trust: trust", "ncalayer: wss://127.0.0.1\ntrust: trust", "own machine"),
        (
            "trust: trust",
            'ncalayer: "wss://127.0.0.1:1; script-src *"\ntrust: trust',
            "own machine",
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands(
    tmp_path: Path, line: str, changed: str, complaint: str
) -> None:
    assert line in GOOD
    with pytest.raises(PolicyFileError, match=r"verifier\.yaml:\d+:\d+") as raised:
        load(tmp_path, GOOD.replace(line, changed))
    assert complaint in raised.value.message


def test_plain_websockets_are_for_a_stand_on_this_machine_alone(tmp_path: Path) -> None:
    plain = "unsafe_plain_ncalayer: ws://127.0.0.1:13580\n"
    with pytest.raises(PolicyFileError, match="needs base_url and listen on this machine"):
        load(tmp_path, GOOD + plain)
    local = GOOD.replace("https://verifier.test", "http://localhost:8090")
    path = tmp_path / "local.yaml"
    path.write_text(local + plain)
    assert load_settings(path, environ={}).signing_socket == "ws://127.0.0.1:13580"
    with pytest.raises(PolicyFileError, match="own machine"):
        load(tmp_path, local + "unsafe_plain_ncalayer: ws://192.0.2.1:13580\n")


def test_another_judging_time_is_for_tests_on_this_machine_alone(tmp_path: Path) -> None:
    moved = GOOD.rstrip() + "\n    unsafe_judging_time: 2026-08-12T00:00:00Z\n"
    with pytest.raises(PolicyFileError, match="unsafe_judging_time is for tests"):
        load(tmp_path, moved)
    local = moved.replace("https://verifier.test", "http://localhost:8090")
    path = tmp_path / "local.yaml"
    path.write_text(local)
    assert load_settings(path, environ={}).realms[0].unsafe_judging_time is not None


OPEN = ("0.0.0.0:8090", '"[::]:8090"', "192.0.2.1:8090", "verifier.test:8090")
UNSAFE = (
    "unsafe_plain_ncalayer: ws://127.0.0.1:13580\n",
    "    unsafe_judging_time: 2026-08-12T00:00:00Z\n",
)


@pytest.mark.parametrize("unsafe", UNSAFE, ids=["plain NCALayer", "judging time"])
@pytest.mark.parametrize("listen", OPEN)
def test_what_is_for_this_machine_alone_is_refused_where_others_can_reach_it(
    listen: str, unsafe: str, tmp_path: Path
) -> None:
    local = GOOD.replace("https://verifier.test", "http://127.0.0.1:8090")
    with pytest.raises(PolicyFileError, match="needs base_url and listen on this machine"):
        load(tmp_path, local.replace("127.0.0.1:8090\nstore", f"{listen}\nstore") + unsafe)
    load(tmp_path, local.replace("127.0.0.1:8090\nstore", '"[::1]:8090"\nstore') + unsafe)


def test_one_key_cannot_take_every_worker_unless_somebody_says_so() -> None:
    key = ApiKeySettings(id="portal", sha256="0" * 64, purposes=("document",))
    assert key.concurrency < ApiLimits().workers


def test_the_stores_address_is_a_secret(tmp_path: Path) -> None:
    text = GOOD.replace("sqlite:////var/lib/tanba/verifier.sqlite", "${env:DB}")
    settings = load(tmp_path, text)
    assert "secret" not in repr(settings)


API = """\
version: 1
trust: trust
api:
  keys:
    - id: portal
      sha256: "0000000000000000000000000000000000000000000000000000000000000000"
      purposes: [sign_in, document]
"""


def read(tmp_path: Path, text: str, **environ: str) -> VerifierSettings:
    path = tmp_path / "verifier.yaml"
    path.write_text(text)
    return load_settings(path, environ=environ)


def test_without_its_section_there_is_no_rest_interface(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert settings.api is None
    assert not settings.serves_api
    assert not settings.realms[0].unsafe_allow_test_trust


def test_the_rest_interface_is_served_alone_or_beside_realms(tmp_path: Path) -> None:
    alone = read(tmp_path, API)
    assert alone.serves_api
    assert alone.realms == ()
    assert alone.trust == tmp_path / "trust"
    assert alone.api is not None
    assert (alone.api.trust, alone.api.ncanode) == ("nca-rk", False)
    assert not alone.api.unsafe_allow_test_trust
    both = read(tmp_path, GOOD + API.partition("trust: trust\n")[2])
    assert both.serves_api
    assert both.realms


def test_nothing_to_serve_is_a_mistake(tmp_path: Path) -> None:
    off = API.replace("api:\n", "api:\n  enabled: false\n")
    for text in ("version: 1\ntrust: trust\n", off, off + "realms: []\n"):
        with pytest.raises(PolicyFileError, match="nothing to serve"):
            read(tmp_path, text)


@pytest.mark.parametrize("missing", ["base_url", "store", "keys"])
def test_realms_need_what_they_needed(tmp_path: Path, missing: str) -> None:
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{missing}:")]
    with pytest.raises(PolicyFileError, match=f"realms need {missing}"):
        read(tmp_path, "\n".join(lines))


@pytest.mark.parametrize("unused", ["store: sqlite:////x", "keys: keys"])
def test_what_would_not_be_used_is_a_mistake(tmp_path: Path, unused: str) -> None:
    with pytest.raises(PolicyFileError, match="leave out"):
        read(tmp_path, f"{API}{unused}\n")


@pytest.mark.parametrize(
    ("line", "changed", "complaint"),
    [
        ("id: portal", "id: Portal!", "id"),
        ("id: portal", 'id: "x\\r\\nSet-Cookie: a=b"', "id"),
        ("purposes: [sign_in, document]", "purposes: []", "purposes"),
        ("purposes: [sign_in, document]", "purposes: [login]", "sign_in"),
        ("purposes: [sign_in, document]", "purpose: [sign_in]", "did you mean purposes?"),
        ("      sha256: ", "      key: ${env:KEY}\n      sha256: ", "either sha256 or key"),
        ('"' + "0" * 64 + '"', '"' + "0" * 63 + '"', "sha256"),
        ('"' + "0" * 64 + '"', '"' + "A" * 64 + '"', "sha256"),
        ("  keys:", "  trusts: demo\n  keys:", "did you mean trust?"),
        ("  keys:", "  trust: ../x\n  keys:", "trust"),
        ("  keys:", "  limits: {workers: 0}\n  keys:", "workers"),
        ("  keys:", "  limits: {body_bytes: 999999999}\n  keys:", "body_bytes"),
    ],
)
def test_a_mistake_in_the_api_section_is_named_where_it_stands(
    tmp_path: Path, line: str, changed: str, complaint: str
) -> None:
    assert line in API
    with pytest.raises(PolicyFileError, match=r"verifier\.yaml:\d+:\d+") as raised:
        read(tmp_path, API.replace(line, changed), KEY=new_key().key)
    assert complaint in raised.value.message


def test_a_key_may_be_given_by_reference_and_is_shown_nowhere(tmp_path: Path) -> None:
    made = new_key()
    (tmp_path / "portal.key").write_text(made.key + "\n")
    by_reference = API.replace('sha256: "' + "0" * 64 + '"', "key: ${file:portal.key}")
    settings = read(tmp_path, by_reference)
    assert settings.api is not None
    assert settings.api.keys[0].digest.hex() == made.sha256
    assert made.key not in repr(settings)
    hashed = API.replace('"' + "0" * 64 + '"', "${env:HASH}")
    again = read(tmp_path, hashed, HASH=made.sha256)
    assert again.api is not None
    assert again.api.keys[0].digest == settings.api.keys[0].digest


@pytest.mark.parametrize("weak", ["password", "tanba_short", "", "tanba_" + "a" * 42])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, weak: str) -> None:
    text = API.replace('sha256: "' + "0" * 64 + '"', "key: ${env:KEY}")
    with pytest.raises(PolicyFileError) as raised:
        read(tmp_path, text, KEY=weak)
    assert not weak or weak not in raised.value.message


def test_a_key_itself_never_stands_in_the_file(tmp_path: Path) -> None:
    made = new_key()
    text = API.replace('sha256: "' + "0" * 64 + '"', f"key: {made.key}")
    with pytest.raises(PolicyFileError, match="by reference only") as raised:
        read(tmp_path, text)
    assert made.key not in raised.value.message


def test_two_keys_of_one_id_or_one_hash_are_a_mistake(tmp_path: Path) -> None:
    item = API.partition("  keys:\n")[2]
    for second in (item, item.replace("portal", "other")):
        with pytest.raises(PolicyFileError, match=r"two keys have one id|one key stands under two"):
            read(tmp_path, API + second)


def test_a_key_in_the_place_of_its_hash_is_called_one_and_not_shown(tmp_path: Path) -> None:
    made = new_key().key
    api = f"api:\n  keys: [{{id: portal, sha256: {made}, purposes: [document]}}]\n"
    with pytest.raises(PolicyFileError, match="this is a key, not its hash") as caught:
        load(tmp_path, f"version: 1\ntrust: trust\n{api}")
    assert made not in str(caught.value)
