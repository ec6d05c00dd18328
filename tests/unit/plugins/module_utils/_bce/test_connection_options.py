# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys, region and endpoint come from, and which of them are refused."""

from __future__ import annotations

import json

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.doc_fragments.auth import ModuleDocFragment
from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError

KEYS = {"access_key_id": "ak-of-the-option", "secret_access_key": "sk-of-the-option"}
# Each place, from the first asked to the last, and how it is filled for one field.
OPTION, BCE, BCE_SESSION, BAIDUCLOUD, PROFILE = "option", "BCE_", "BCE_SESSION_TOKEN", "BAIDUCLOUD_", "profile"
ORDER = {
    "access_key_id": {BCE: "BCE_ACCESS_KEY_ID", BAIDUCLOUD: "BAIDUCLOUD_ACCESS_KEY"},
    "secret_access_key": {BCE: "BCE_SECRET_ACCESS_KEY", BAIDUCLOUD: "BAIDUCLOUD_SECRET_KEY"},
    "security_token": {
        BCE: "BCE_SECURITY_TOKEN",
        BCE_SESSION: "BCE_SESSION_TOKEN",
        BAIDUCLOUD: "BAIDUCLOUD_SESSION_TOKEN",
    },
    "region": {BCE: "BCE_REGION", BAIDUCLOUD: "BAIDUCLOUD_REGION"},
}


@pytest.fixture
def home(tmp_path):
    """A home whose bce-cli configuration is written by calling it."""

    def write(content):
        (tmp_path / ".bce").mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / ".bce" / "config.json").write_text(text, encoding="utf-8")

    write.environ = {"HOME": str(tmp_path)}
    return write


def profile(name="default", **fields):
    return {"name": name, "access_key_id": f"ak-of-{name}", "secret_access_key": f"sk-of-{name}", **fields}


PROFILES = {"current": "work", "profiles": [profile(), profile("work", region="gz", security_token="token-of-work")]}


def resolved(params, environ):
    """The Connection with its secrets revealed, for comparison."""
    connection = connection_options.resolve(params, environ)
    secrets = {name: getattr(connection, name) for name in ("access_key_id", "secret_access_key", "security_token")}
    return connection._replace(**{name: secret and secret.reveal() for name, secret in secrets.items()})


def mistakes(params, environ):
    with pytest.raises(InvalidOptionsError) as caught:
        connection_options.resolve(params, environ)
    return caught.value.problems


# --- the order of places ---


# Whether the task names the profile -> where a field comes from, from the first place to the last.
PLACES = {
    True: lambda field: [OPTION, PROFILE, *(ORDER[field] if field == "region" else ())],
    False: lambda field: [OPTION, *ORDER[field], PROFILE],
}


@pytest.mark.parametrize("empty", [None, "", "   "])
@pytest.mark.parametrize("named", PLACES)
@pytest.mark.parametrize("field", ORDER)
def test_a_field_is_taken_from_the_first_place_that_has_it_and_an_empty_one_has_not(field, named, empty, home):
    places = PLACES[named](field)
    for first, winner in enumerate(places):
        filled = {place: f"{field[:2]}-{number}" for number, place in enumerate(places) if number >= first}
        values = {place: filled.get(place, empty) for place in (OPTION, *ORDER[field], PROFILE)}
        # The secret key stands in the same place, so that its own token is not refused as another key's, and so that
        # the current profile is looked at.
        secret_place = BCE if winner == BCE_SESSION else winner
        own_id = {} if field == "access_key_id" else {"access_key_id": "ak"}
        params = {
            **own_id,
            "secret_access_key": "sk" if winner == OPTION else empty,
            field: values[OPTION],
            "profile": "default" if named else empty,
        }
        environ = dict(home.environ)
        if secret_place in ORDER["secret_access_key"]:
            environ[ORDER["secret_access_key"][secret_place]] = "sk"
        environ.update({name: values[place] or "" for place, name in ORDER[field].items()})
        home({"profiles": [profile(**{field: values[PROFILE]})]})

        connection = resolved(params, environ)

        expected = filled[winner]
        found = connection.endpoint if field == "region" else getattr(connection, field)
        assert found == (f"https://bcc.{expected}.baidubce.com" if field == "region" else expected), winner


def test_the_endpoint_is_the_option_then_the_variable_then_made_of_the_region(home):
    environ = {"BCE_ENDPOINT": "https://of.variable", "BCE_REGION": "gz"}
    assert resolved({**KEYS, "endpoint": "https://of.option"}, environ).endpoint == "https://of.option"
    assert resolved(KEYS, environ).endpoint == "https://of.variable"
    assert resolved(KEYS, {"BCE_ENDPOINT": "", "BCE_REGION": "gz"}).endpoint == "https://bcc.gz.baidubce.com"
    assert resolved(KEYS, {}).endpoint == "https://bcc.bj.baidubce.com"


def test_spaces_and_line_ends_around_a_value_are_not_part_of_it():
    environ = {"BCE_ACCESS_KEY_ID": " ak\n", "BCE_SECRET_ACCESS_KEY": "sk\r\n", "BCE_REGION": "su "}
    connection = resolved({}, environ)
    assert connection[:2] == ("ak", "sk")
    assert connection.endpoint == "https://bcc.su.baidubce.com"


# place of the token, place of the secret key, is the token used
TOKENS = [
    (OPTION, OPTION, True),
    (OPTION, BCE, True),
    (BCE, BCE, True),
    (BCE_SESSION, BCE, True),
    (BAIDUCLOUD, BAIDUCLOUD, True),
    (PROFILE, PROFILE, True),
    (BCE, OPTION, False),
    (BCE_SESSION, OPTION, False),
    (BAIDUCLOUD, OPTION, False),
    (BAIDUCLOUD, BCE, False),
    (PROFILE, OPTION, False),
    (PROFILE, BCE, False),
    (PROFILE, BAIDUCLOUD, False),
    (OPTION, PROFILE, True),
    (BCE, PROFILE, False),
    (BAIDUCLOUD, PROFILE, False),
]


@pytest.mark.parametrize(("token_place", "secret_place", "used"), TOKENS)
def test_a_token_from_another_place_than_the_secret_key_belongs_to_another_key(token_place, secret_place, used, home):
    params, environ, stored = {"access_key_id": "ak"}, dict(home.environ), {"name": "default"}
    for field, place, value in (
        ("secret_access_key", secret_place, "sk"),
        ("security_token", token_place, "token"),
    ):
        if place == OPTION:
            params[field] = value
        elif place == PROFILE:
            stored[field] = value
        else:
            environ[ORDER[field][place]] = value
    home({"profiles": [stored]})
    for name in (None, "default") if secret_place in (OPTION, PROFILE) else (None,):
        connection = resolved({**params, "profile": name}, environ)
        assert (connection.secret_access_key, connection.security_token) == ("sk", "token" if used else None)


# --- a region that has no effect ---

FIXED, MADE = "https://bcc.example", "https://bcc.{region}.example"


@pytest.mark.parametrize(
    ("params", "environ", "names"),
    [
        (
            {"region": "gz", "endpoint": FIXED},
            {},
            "region: 'gz' has no effect, because endpoint is https://bcc.example",
        ),
        ({"region": "gz"}, {"BCE_ENDPOINT": FIXED}, "region: 'gz' has no effect, because BCE_ENDPOINT is https://bcc."),
        (
            {"region": "gz", "endpoint": FIXED},
            {"BCE_ENDPOINT": MADE, "BCE_REGION": "su"},
            "region: 'gz' has no effect, because endpoint is https://bcc.example",
        ),
        (
            {"profile": "work"},
            {"BCE_ENDPOINT": FIXED},
            "region: 'gz' of the profile has no effect, because BCE_ENDPOINT is https://bcc.example",
        ),
        ({"region": "gz"}, {}, None),
        ({"region": "gz", "endpoint": MADE}, {"BCE_ENDPOINT": FIXED}, None),
        ({"region": "gz"}, {"BCE_ENDPOINT": MADE}, None),
        ({"region": " "}, {"BCE_ENDPOINT": FIXED}, None),
        # What only the environment says is the same for all tasks, and a task's own endpoint is its last word.
        ({}, {"BCE_ENDPOINT": FIXED, "BCE_REGION": "su"}, None),
        ({"endpoint": FIXED}, {"BCE_REGION": "su"}, None),
        ({"profile": "work", "endpoint": FIXED}, {}, None),
    ],
)
def test_region_of_the_task_next_to_an_endpoint_without_it_is_one_warning(home, params, environ, names):
    home(PROFILES)
    warnings = connection_options.resolve({**KEYS, **params}, {**home.environ, **environ}).warnings
    assert len(warnings) == (names is not None)
    assert all(text.startswith(names) for text in warnings)


def test_warnings_of_the_connection_stand_before_those_of_the_result():
    connection = connection_options.resolve({**KEYS, "region": "gz", "endpoint": FIXED}, {})
    (warning,) = connection.warnings
    assert connection.warn_in({"changed": True})["warnings"] == [warning]
    assert connection.warn_in({"failed": True, "warnings": ["own"]})["warnings"] == [warning, "own"]
    assert connection_options.resolve(KEYS, {}).warn_in({"changed": True}) == {"changed": True}


# --- the profile file ---


def test_the_current_profile_is_taken_if_none_is_named_and_keys_are_missing(home):
    home(PROFILES)
    connection = resolved({}, home.environ)
    assert connection[:3] == ("ak-of-work", "sk-of-work", "token-of-work")
    assert connection.endpoint == "https://bcc.gz.baidubce.com"


def test_the_profile_default_is_taken_if_the_file_names_no_current_one(home):
    home({"profiles": PROFILES["profiles"]})
    assert resolved({}, home.environ)[:3] == ("ak-of-default", "sk-of-default", None)


ACCOUNT_OF_ENVIRONMENT = {
    "BCE_ACCESS_KEY_ID": "ak-of-environment",
    "BCE_SECRET_ACCESS_KEY": "sk-of-environment",
    "BCE_SECURITY_TOKEN": "token-of-environment",
    "BCE_REGION": "su",
}


def test_named_profile_next_to_the_environment_brings_its_own_account_and_region(home):
    home(PROFILES)
    environ = {**home.environ, **ACCOUNT_OF_ENVIRONMENT}
    of_work = resolved({"profile": " work "}, environ)
    assert of_work[:3] == ("ak-of-work", "sk-of-work", "token-of-work") and of_work.region == "gz"
    # No token and no region of its own: there is no token then, but regions belong to no account.
    of_default = resolved({"profile": "default"}, environ)
    assert of_default[:3] == ("ak-of-default", "sk-of-default", None) and of_default.region == "su"
    assert of_default.warnings == of_work.warnings == ()


def test_named_profile_next_to_keys_of_the_task_gives_the_region_alone(home):
    home(PROFILES)
    connection = resolved({**KEYS, "profile": "work"}, {**home.environ, **ACCOUNT_OF_ENVIRONMENT})
    assert connection[:3] == (*KEYS.values(), None) and connection.region == "gz"


@pytest.mark.parametrize(
    ("stored", "options", "lacking"),
    [
        ({}, {}, "access_key_id, secret_access_key"),
        ({"access_key_id": "AK"}, {}, "secret_access_key"),
        ({"access_key_id": "AK"}, {"access_key_id": "AK"}, "secret_access_key"),
        ({"secret_access_key": "SK", "access_key_id": "  "}, {}, "access_key_id"),
        ({"security_token": "T"}, {"secret_access_key": "SK"}, "access_key_id"),
    ],
)
def test_named_profile_without_a_key_is_one_error_and_no_way_to_the_environment(home, stored, options, lacking):
    home({"profiles": [{"name": "work", "region": "gz", **stored}]})
    (mistake,) = mistakes({"profile": "work", **options}, {**home.environ, **ACCOUNT_OF_ENVIRONMENT})
    assert mistake.startswith(f"profile: 'work' in ~/.bce/config.json lacks {lacking}, and keys of the environment are")


def test_current_profile_next_to_keys_of_the_environment_is_not_read(home):
    home(PROFILES)
    connection = resolved({}, {**home.environ, **ACCOUNT_OF_ENVIRONMENT})
    assert connection[:3] == ("ak-of-environment", "sk-of-environment", "token-of-environment")
    assert connection.region == "su"


def test_without_a_named_profile_a_broken_file_does_not_matter_while_keys_are_given(home):
    home("{")
    assert resolved(KEYS, home.environ).access_key_id == "ak-of-the-option"


def test_an_unknown_profile_is_named_together_with_those_that_there_are(home):
    home(PROFILES)
    (mistake,) = mistakes({"profile": "wrok"}, home.environ)
    assert mistake.startswith("profile: 'wrok' is not in ")
    assert mistake.endswith("it has: default, work")


def test_a_named_profile_needs_the_file(tmp_path):
    (mistake,) = mistakes({**KEYS, "profile": "work"}, {"HOME": str(tmp_path)})
    assert mistake.startswith(f"profile: {tmp_path}/.bce/config.json cannot be read")


BROKEN_FILES = [
    "",
    "{",
    "[]",
    "null",
    "5",
    '"text"',
    "{}",
    '{"profiles": null}',
    '{"profiles": "x"}',
    '{"profiles": ["x"]}',
    '{"profiles": [{}]}',
    '{"profiles": [{"name": ["x"]}]}',
    '{"profiles": {"work": {}}}',
    '{"current": ["work"], "profiles": [{"name": "work"}]}',
    '{"current": {}, "profiles": 5}',
]


@pytest.mark.parametrize("content", BROKEN_FILES)
def test_a_broken_profile_file_is_named_and_never_a_traceback(content, home):
    home(content)
    assert any("config.json is not a bce-cli configuration" in mistake for mistake in mistakes({}, home.environ))


def test_a_file_that_is_no_utf_8_is_a_broken_one(home, tmp_path):
    home("{}")
    (tmp_path / ".bce" / "config.json").write_bytes(b'{"profiles": "\xff"}')
    assert "is not a bce-cli configuration" in mistakes({}, home.environ)[0]


def test_fields_of_a_profile_that_are_no_text_are_as_if_they_were_not_there(home):
    home({"profiles": [profile(region=None, security_token=7)]})
    connection = resolved({}, home.environ)
    assert (connection.security_token, connection.endpoint) == (None, "https://bcc.bj.baidubce.com")


# --- what is missing or wrong ---


@pytest.mark.parametrize(
    "params, variables, words",
    [
        ({}, {}, "access_key_id, secret_access_key: are needed"),
        ({"access_key_id": "AK"}, {}, "secret_access_key: is needed beside access_key_id"),
        ({}, {"BCE_SECRET_ACCESS_KEY": "SK"}, "access_key_id: is needed beside secret_access_key"),
        (
            {},
            {"BCE_SECRET_ACCESS_KEY": "SK", "BAIDUCLOUD_ACCESS_KEY": "AK"},
            "access_key_id, secret_access_key: were found in two places",
        ),
    ],
)
def test_the_key_that_is_missing_is_named_and_where_to_give_both(tmp_path, params, variables, words):
    (told,) = mistakes(params, {"HOME": str(tmp_path), **variables})
    assert told.startswith(words)
    assert told.endswith(
        "environment (BCE_ACCESS_KEY_ID and BCE_SECRET_ACCESS_KEY), or in a profile in ~/.bce/config.json"
    )


@pytest.mark.parametrize("key", ["ddd22@www", "0123456789abcdef0123456789abcdef"])
@pytest.mark.parametrize("option", ["region", "profile", "timeout", "ca_path"])
def test_a_key_in_a_wrong_option_is_not_quoted(tmp_path, option, key):
    (tmp_path / ".bce").mkdir()
    (tmp_path / ".bce/config.json").write_text('{"profiles": []}')
    (told,) = mistakes({"access_key_id": "AK", "secret_access_key": "SK", option: key}, {"HOME": str(tmp_path)})
    assert told.startswith(option + ": another text (not shown, as it looks like a key)") and key not in told


def test_all_mistakes_are_told_together_and_no_value_of_a_key_in_any_of_them(tmp_path):
    params = {
        "access_key_id": "hidden-ak\nhidden",
        "secret_access_key": "hidden-sk hidden",
        "security_token": "hidden-token\r\nhidden",
        "region": "Beijing!",
        "ca_path": str(tmp_path / "nothing.pem"),
        "timeout": 0.0,
        "retry_timeout": -1.0,
    }
    found = mistakes(params, {})
    assert [mistake.partition(":")[0] for mistake in found] == list(params)
    assert "hidden" not in str(InvalidOptionsError(found))


def test_a_connection_never_shows_its_keys():
    connection = connection_options.resolve({**KEYS, "security_token": "token-of-the-option"}, {})
    assert "of-the-option" not in repr(connection)


@pytest.mark.parametrize("value", ["sk\nx", "sk\rx", "s k", "sk\x00", "clé", "sk\u2028x", "sk\x7f"])
@pytest.mark.parametrize("field", ["access_key_id", "secret_access_key", "security_token"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(field, value):
    (mistake,) = mistakes({**KEYS, field: value}, {})
    assert mistake.startswith(f"{field}: must be printable ASCII")
    assert value not in mistake


@pytest.mark.parametrize("region", ["bj", "gz", "su", "hkg", "fwh", "bd", "cd", "fsh", "sin", "us-east-1"])
def test_every_region_is_a_part_of_the_host_s_name(region):
    assert resolved({**KEYS, "region": region}, {}).endpoint == f"https://bcc.{region}.baidubce.com"


@pytest.mark.parametrize("region", ["BJ", "b j", "bj.evil.com/", "bj#", "-bj", "bj-", "北京", "b" * 33, "bj\nx"])
def test_a_region_cannot_lead_to_another_host(region):
    assert mistakes({**KEYS, "region": region}, {})[0].startswith("region: ")


# endpoint as given, endpoint as used, whether it is loopback
GOOD_ENDPOINTS = [
    ("https://bcc.bj.baidubce.com", "https://bcc.bj.baidubce.com", False),
    ("https://bcc.bj.baidubce.com/", "https://bcc.bj.baidubce.com", False),
    ("https://BCC.bj.baidubce.com:443", "https://bcc.bj.baidubce.com", False),
    ("HTTPS://proxy.example:8443", "https://proxy.example:8443", False),
    ("https://203.0.113.7", "https://203.0.113.7", False),
    ("https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443", False),
    ("https://localhost", "https://localhost", True),
    ("http://localhost:8080", "http://localhost:8080", True),
    ("http://LocalHost:8080/", "http://localhost:8080", True),
    ("http://127.0.0.1:80", "http://127.0.0.1", True),
    ("http://127.8.9.10:1", "http://127.8.9.10:1", True),
    ("http://[::1]:8080", "http://[::1]:8080", True),
]


@pytest.mark.parametrize(("given", "used", "loopback"), GOOD_ENDPOINTS)
def test_a_good_endpoint_is_used_as_scheme_host_and_other_port(given, used, loopback):
    connection = resolved({**KEYS, "endpoint": given}, {})
    assert (connection.endpoint, connection.loopback) == (used, loopback)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://bcc.bj.baidubce.com",
        "http://10.0.0.1",
        "http://0.0.0.0:8080",
        "http://[::]:80",
        "http://[2001:db8::1]",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://128.0.0.1",
        "http://2130706433",
    ],
)
def test_plain_http_is_for_loopback_only(endpoint):
    (mistake,) = mistakes({**KEYS, "endpoint": endpoint}, {})
    assert "plain http is for loopback only" in mistake


@pytest.mark.parametrize(
    "endpoint",
    [
        "bcc.bj.baidubce.com",
        "//bcc.bj.baidubce.com",
        "ftp://bcc.bj.baidubce.com",
        "file:///etc/passwd",
        "https://",
        "x",
        "https://bcc.bj.baidubce.com/v1",
        "https://bcc.bj.baidubce.com?a=b",
        "https://bcc.bj.baidubce.com#a",
        "https://me:hidden@bcc.bj.baidubce.com",
        "http://localhost@example.com",
        "http://localhost:1@example.com",
        "http://localhost#@example.com",
        "http://localhost\\@example.com",
        "https://[::1",
        "https://a b",
        "https://host:99999",
        "https://host:port",
        "https://host\nX-Header: 1",
        "https://münchen.example",
        "https://.example.com",
        "https://a..b",
        "https://" + 64 * "a" + ".example.com",
    ],
)
def test_an_endpoint_that_is_not_just_scheme_host_and_port_is_refused(endpoint):
    (mistake,) = mistakes({**KEYS, "endpoint": endpoint}, {})
    assert mistake.startswith("endpoint: must be a URL of scheme, host and port alone")
    assert "hidden" not in mistake


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        ("timeout", [0.01, 1, 30.5, 86400], [0, 0.009, -1, 86401, float("nan"), float("inf"), "30", True, [1]]),
        ("retry_timeout", [0, 0.5, 60, 86400], [-0.1, 86401, float("nan"), float("-inf"), "60", False]),
    ],
)
def test_times_are_seconds_up_to_a_day(option, good, bad):
    assert [getattr(resolved({**KEYS, option: value}, {}), option) for value in good] == good
    for value in bad:
        (mistake,) = mistakes({**KEYS, option: value}, {})
        assert mistake.startswith(f"{option}: {value!r} must be a number of seconds")


def test_certificates_are_checked_unless_the_task_says_no():
    checks = [resolved({**KEYS, "validate_certs": value}, {}).validate_certs for value in (True, None, False)]
    assert [resolved(KEYS, {}).validate_certs, *checks] == [True, True, True, False]


# --- the documentation ---


def test_the_documentation_names_every_variable_of_a_field():
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    for field, names in connection_options.ENVIRONMENT.items():
        text = " ".join(documented[field]["description"])
        places = [text.index(f"E({name})") for name in names]
        assert places == sorted(places), field


def test_the_keys_are_never_logged_by_ansible():
    hidden = {name for name, option in connection_options.ARGUMENT_SPEC.items() if option.get("no_log")}
    assert hidden == {"access_key_id", "secret_access_key", "security_token"}
