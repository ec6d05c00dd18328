# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys, region and endpoint come from, and which of them are invalid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.doc_fragments.auth import ModuleDocFragment
from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError

KEYS = {"access_key_id": "ak-of-the-option", "secret_access_key": "sk-of-the-option"}
# Each source, from the first to the last, and the variable of each field in it.
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
    """Return a function that writes the bce-cli configuration of a home."""

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
    """Return the settings with their secrets revealed, for comparison."""
    connection = connection_options.resolve(params, environ)
    secrets = {name: getattr(connection, name) for name in ("access_key_id", "secret_access_key", "security_token")}
    return connection._replace(**{name: secret and secret.reveal() for name, secret in secrets.items()})


def errors_of(params, environ):
    with pytest.raises(InvalidOptionsError) as caught:
        connection_options.resolve(params, environ)
    return caught.value.errors


# --- the order of sources ---


# Whether the task names the profile -> the sources of a field, from the first to the last.
SOURCES = {
    True: lambda field: [OPTION, PROFILE, *(ORDER[field] if field == "region" else ())],
    False: lambda field: [OPTION, *ORDER[field], PROFILE],
}


@pytest.mark.parametrize("empty", [None, "", "   "])
@pytest.mark.parametrize("named", SOURCES)
@pytest.mark.parametrize("field", ORDER)
def test_field_is_that_of_the_first_source_where_it_is_not_empty(field, named, empty, home):
    sources = SOURCES[named](field)
    for first, winner in enumerate(sources):
        filled = {source: f"{field[:2]}-{number}" for number, source in enumerate(sources) if number >= first}
        values = {source: filled.get(source, empty) for source in (OPTION, *ORDER[field], PROFILE)}
        # The secret key stands in the same source, so that its own token is not refused as another key's, and so that
        # the current profile is looked at.
        secret_source = BCE if winner == BCE_SESSION else winner
        own_id = {} if field == "access_key_id" else {"access_key_id": "ak"}
        params = {
            **own_id,
            "secret_access_key": "sk" if winner == OPTION else empty,
            field: values[OPTION],
            "profile": "default" if named else empty,
        }
        environ = dict(home.environ)
        if secret_source in ORDER["secret_access_key"]:
            environ[ORDER["secret_access_key"][secret_source]] = "sk"
        environ.update({name: values[source] or "" for source, name in ORDER[field].items()})
        home({"profiles": [profile(**{field: values[PROFILE]})]})

        connection = resolved(params, environ)

        expected = filled[winner]
        found = connection.endpoint if field == "region" else getattr(connection, field)
        assert found == (f"https://bcc.{expected}.baidubce.com" if field == "region" else expected), winner


def test_endpoint_is_the_option_or_the_variable_or_made_of_the_region(home):
    environ = {"BCE_ENDPOINT": "https://of.variable", "BCE_REGION": "gz"}
    assert resolved({**KEYS, "endpoint": "https://of.option"}, environ).endpoint == "https://of.option"
    assert resolved(KEYS, environ).endpoint == "https://of.variable"
    assert resolved(KEYS, {"BCE_ENDPOINT": "", "BCE_REGION": "gz"}).endpoint == "https://bcc.gz.baidubce.com"
    assert resolved(KEYS, {}).endpoint == "https://bcc.bj.baidubce.com"


@pytest.mark.parametrize(
    ("endpoint", "bcc", "eip"),
    [
        (None, "https://bcc.gz.baidubce.com", "https://eip.gz.baidubce.com"),
        ("https://{service}.{region}.example", "https://bcc.gz.example", "https://eip.gz.example"),
        ("https://api-{service}.example:8443", "https://api-bcc.example:8443", "https://api-eip.example:8443"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1"),
    ],
)
def test_service_in_the_endpoint_is_that_of_the_module(endpoint, bcc, eip):
    params, environ = dict(KEYS, endpoint=endpoint), {"BCE_REGION": "gz"}
    assert connection_options.resolve(params, environ).endpoint == bcc
    assert connection_options.resolve(params, environ, service="eip").endpoint == eip


def test_value_with_spaces_and_line_ends_around_it_is_trimmed():
    """A variable is often the content of a file."""
    environ = {"BCE_ACCESS_KEY_ID": " ak\n", "BCE_SECRET_ACCESS_KEY": "sk\r\n", "BCE_REGION": "su "}
    connection = resolved({}, environ)
    assert connection[:2] == ("ak", "sk")
    assert connection.endpoint == "https://bcc.su.baidubce.com"


def test_invisible_characters_around_keys_are_trimmed():
    """As files of Windows editors and copied text have them."""
    environ = {
        "BCE_ACCESS_KEY_ID": "\ufeffan-id\r",
        "BCE_SECRET_ACCESS_KEY": "a-secret\u200b\r\n",
        "BCE_REGION": "\u200b",
    }
    found = resolved({"security_token": "\ufeff a-token"}, environ)
    assert (found.access_key_id, found.secret_access_key, found.security_token) == ("an-id", "a-secret", "a-token")
    assert found.region == "bj"


# source of the token, source of the secret key, is the token used
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


@pytest.mark.parametrize(("token_source", "secret_source", "used"), TOKENS)
def test_token_from_another_source_than_the_secret_key_is_not_used(token_source, secret_source, used, home):
    params, environ, stored = {"access_key_id": "ak"}, dict(home.environ), {"name": "default"}
    for field, source, value in (
        ("secret_access_key", secret_source, "sk"),
        ("security_token", token_source, "token"),
    ):
        if source == OPTION:
            params[field] = value
        elif source == PROFILE:
            stored[field] = value
        else:
            environ[ORDER[field][source]] = value
    home({"profiles": [stored]})
    for name in (None, "default") if secret_source in (OPTION, PROFILE) else (None,):
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
        # What only the environment sets is the same for all tasks, and a task's own endpoint decides.
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


def test_warnings_of_the_connection_come_before_those_of_the_result():
    connection = connection_options.resolve({**KEYS, "region": "gz", "endpoint": FIXED}, {})
    (warning,) = connection.warnings
    assert connection.warn_in({"changed": True})["warnings"] == [warning]
    assert connection.warn_in({"failed": True, "warnings": ["own"]})["warnings"] == [warning, "own"]
    assert connection_options.resolve(KEYS, {}).warn_in({"changed": True}) == {"changed": True}


# --- the profile file ---


def test_current_profile_is_used_if_none_is_named_and_keys_are_missing(home):
    home(PROFILES)
    connection = resolved({}, home.environ)
    assert connection[:3] == ("ak-of-work", "sk-of-work", "token-of-work")
    assert connection.endpoint == "https://bcc.gz.baidubce.com"


def test_profile_default_is_used_if_the_file_names_no_current_one(home):
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
def test_named_profile_without_a_key_is_one_error_despite_the_environment(home, stored, options, lacking):
    home({"profiles": [{"name": "work", "region": "gz", **stored}]})
    (error,) = errors_of({"profile": "work", **options}, {**home.environ, **ACCOUNT_OF_ENVIRONMENT})
    assert error.startswith(f"profile: 'work' in ~/.bce/config.json lacks {lacking}, and keys of the environment are")


def test_current_profile_next_to_keys_of_the_environment_is_not_read(home):
    home(PROFILES)
    connection = resolved({}, {**home.environ, **ACCOUNT_OF_ENVIRONMENT})
    assert connection[:3] == ("ak-of-environment", "sk-of-environment", "token-of-environment")
    assert connection.region == "su"


def test_broken_profile_file_is_not_read_where_keys_are_provided(home):
    home("{")
    assert resolved(KEYS, home.environ).access_key_id == "ak-of-the-option"


def test_unknown_profile_is_an_error_that_names_those_that_exist(home):
    home(PROFILES)
    (error,) = errors_of({"profile": "wrok"}, home.environ)
    assert error.startswith("profile: 'wrok' is not in ")
    assert error.endswith("it has: default, work")


def test_named_profile_without_the_file_is_an_error(tmp_path):
    (error,) = errors_of({**KEYS, "profile": "work"}, {"HOME": str(tmp_path)})
    assert error.startswith(f"profile: {tmp_path}/.bce/config.json cannot be read")


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
def test_broken_profile_file_is_an_error_that_names_it(content, home):
    home(content)
    assert any("config.json is not a bce-cli configuration" in error for error in errors_of({}, home.environ))


def test_profile_file_that_is_not_utf_8_is_a_broken_one(home, tmp_path):
    home("{}")
    (tmp_path / ".bce" / "config.json").write_bytes(b'{"profiles": "\xff"}')
    assert "is not a bce-cli configuration" in errors_of({}, home.environ)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_profile_file_of_a_windows_editor_is_read(encoding, home, tmp_path):
    """Notepad writes a byte order mark, and PowerShell UTF-16."""
    home({})
    content = json.dumps(PROFILES, indent=2).replace("\n", "\r\n")
    (tmp_path / ".bce" / "config.json").write_bytes(content.encode(encoding))
    assert resolved({}, home.environ).access_key_id == "ak-of-work"


def test_field_of_a_profile_that_is_not_text_is_unset(home):
    home({"profiles": [profile(region=None, security_token=7)]})
    connection = resolved({}, home.environ)
    assert (connection.security_token, connection.endpoint) == (None, "https://bcc.bj.baidubce.com")


# --- what is missing or wrong ---


@pytest.mark.parametrize(
    "params, variables, words",
    [
        ({}, {}, "access_key_id, secret_access_key: are needed"),
        ({"access_key_id": "AK"}, {}, "secret_access_key: is needed in addition to access_key_id"),
        ({}, {"BCE_SECRET_ACCESS_KEY": "SK"}, "access_key_id: is needed in addition to secret_access_key"),
        (
            {},
            {"BCE_SECRET_ACCESS_KEY": "SK", "BAIDUCLOUD_ACCESS_KEY": "AK"},
            "access_key_id, secret_access_key: were found in two places",
        ),
    ],
)
def test_missing_key_is_an_error_that_says_where_to_give_both(tmp_path, params, variables, words):
    (error,) = errors_of(params, {"HOME": str(tmp_path), **variables})
    assert error.startswith(words)
    assert error.endswith(
        "environment (BCE_ACCESS_KEY_ID and BCE_SECRET_ACCESS_KEY), or in a profile in ~/.bce/config.json"
    )


def unreadable(path):
    (path / "file").write_text("")
    return path / "file" / "ca.pem"


# What ca_path names -> the reason in the error.
NOT_CERTIFICATES = {
    "no file": (lambda path: path / "ca.pem", "No such file or directory"),
    "an empty file": (lambda path: (path / "ca.pem").touch() or path / "ca.pem", "has no certificate"),
    "a text": (lambda path: (path / "ca.pem").write_text("hello\n") and path / "ca.pem", "has no certificate"),
    "a binary": (
        lambda path: (path / "ca.pem").write_bytes(b"0\x82\x05\xff") and path / "ca.pem",
        "has no certificate",
    ),
    "a directory": (lambda path: (path / "ca.pem").write_text("-----BEGIN X") and path, "has no certificate"),
    "a path that cannot be read": (unreadable, "Not a directory"),
    "a device that cannot be read": (lambda _path: "/proc/self/mem", "Input/output error"),
    "a NUL": (lambda path: str(path) + "/\0", "no file"),
}


@pytest.mark.parametrize("kind", NOT_CERTIFICATES)
def test_ca_path_without_certificates_is_an_error_that_names_it(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, reason = NOT_CERTIFICATES[kind]
    path = str(make(Path(".")))
    (error,) = errors_of({"access_key_id": "AK", "secret_access_key": "SK", "ca_path": path}, {})
    assert error == (
        f"ca_path: must be a file of PEM certificates, or a directory that openssl rehash prepared: {path!r} ({reason})"
    )


@pytest.mark.parametrize("key", ["ddd22@www", "0123456789abcdef0123456789abcdef"])
@pytest.mark.parametrize("option", ["region", "profile", "timeout", "ca_path"])
def test_key_in_a_wrong_option_is_not_quoted(tmp_path, option, key):
    (tmp_path / ".bce").mkdir()
    (tmp_path / ".bce/config.json").write_text('{"profiles": []}')
    (error,) = errors_of({"access_key_id": "AK", "secret_access_key": "SK", option: key}, {"HOME": str(tmp_path)})
    assert error.startswith(option + ": ") and "another text (not shown, as it looks like a key)" in error
    assert key not in error


def test_all_invalid_options_are_one_error_without_the_value_of_a_key(tmp_path):
    params = {
        "access_key_id": "hidden-ak\nhidden",
        "secret_access_key": "hidden-sk hidden",
        "security_token": "hidden-token\r\nhidden",
        "region": "Beijing!",
        "ca_path": str(tmp_path / "nothing.pem"),
        "timeout": 0.0,
        "retry_timeout": -1.0,
    }
    found = errors_of(params, {})
    assert [error.partition(":")[0] for error in found] == list(params)
    assert "hidden" not in str(InvalidOptionsError(found))


def test_options_of_a_wrong_type_are_reported_with_all_others(tmp_path):
    params = {"validate_certs": "maybe", "timeout": "x", "retry_timeout": "x", "region": "B J", "endpoint": 5}
    found = errors_of(params, {"HOME": str(tmp_path)})
    assert [error.split(": ")[0] for error in found] == [
        "access_key_id, secret_access_key",
        "endpoint",
        "validate_certs",
        "region",
        "timeout",
        "retry_timeout",
    ]


@pytest.mark.parametrize("option", ["access_key_id", "secret_access_key", "profile"])
def test_key_or_profile_of_a_wrong_type_is_not_reported_as_missing_too(tmp_path, option):
    found = errors_of({option: 5, "region": "B J"}, {"HOME": str(tmp_path)})
    assert [error.split(": ")[0] for error in found] == [option, "region"]


def test_type_errors_of_the_caller_replace_what_depends_on_them(tmp_path):
    of_caller = {"secret_access_key": "secret_access_key: must be text", "timeout": "timeout: must be a number"}
    with pytest.raises(InvalidOptionsError) as caught:
        connection_options.resolve({"region": "B J"}, {"HOME": str(tmp_path)}, of_caller)
    assert caught.value.errors[:2] == list(of_caller.values())
    assert [error.split(":")[0] for error in caught.value.errors[2:]] == ["region"]


def test_connection_settings_show_no_key():
    connection = connection_options.resolve({**KEYS, "security_token": "token-of-the-option"}, {})
    assert "of-the-option" not in repr(connection)


@pytest.mark.parametrize("value", ["sk\nx", "sk\rx", "s k", "sk\x00", "clé", "sk\u2028x", "sk\x7f"])
@pytest.mark.parametrize("field", ["access_key_id", "secret_access_key", "security_token"])
def test_key_that_is_not_fit_for_a_header_is_an_error(field, value):
    (error,) = errors_of({**KEYS, field: value}, {})
    assert error.startswith(f"{field}: must be printable ASCII")
    assert value not in error


@pytest.mark.parametrize("region", ["bj", "gz", "su", "hkg", "fwh", "bd", "cd", "fsh", "sin", "us-east-1"])
def test_region_is_a_part_of_the_host_s_name(region):
    assert resolved({**KEYS, "region": region}, {}).endpoint == f"https://bcc.{region}.baidubce.com"


@pytest.mark.parametrize("region", ["BJ", "b j", "bj.evil.com/", "bj#", "-bj", "bj-", "北京", "b" * 33, "bj\nx"])
def test_region_that_would_lead_to_another_host_is_an_error(region):
    assert errors_of({**KEYS, "region": region}, {})[0].startswith("region: ")


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
def test_valid_endpoint_is_scheme_host_and_a_port_that_is_not_the_default(given, used, loopback):
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
def test_plain_http_to_another_machine_is_an_error(endpoint):
    (error,) = errors_of({**KEYS, "endpoint": endpoint}, {})
    assert "plain http is for loopback only" in error


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
def test_endpoint_that_is_more_than_scheme_host_and_port_is_an_error(endpoint):
    (error,) = errors_of({**KEYS, "endpoint": endpoint}, {})
    assert error.startswith("endpoint: must be a URL of scheme, host and port alone")
    assert "hidden" not in error


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        ("timeout", [0.01, 1, 30.5, 86400], [0, 0.009, -1, 86401, float("nan"), float("inf"), "30", True, [1]]),
        ("retry_timeout", [0, 0.5, 60, 86400], [-0.1, 86401, float("nan"), float("-inf"), "60", False]),
    ],
)
def test_timeout_that_is_not_seconds_up_to_a_day_is_an_error(option, good, bad):
    assert [getattr(resolved({**KEYS, option: value}, {}), option) for value in good] == good
    for value in bad:
        (error,) = errors_of({**KEYS, option: value}, {})
        assert error.startswith(f"{option}: {value!r} must be a number of seconds")


def test_certificates_are_validated_unless_the_task_disables_it():
    checks = [resolved({**KEYS, "validate_certs": value}, {}).validate_certs for value in (True, None, False)]
    assert [resolved(KEYS, {}).validate_certs, *checks] == [True, True, True, False]


# --- the documentation ---


def test_documentation_names_every_variable_of_a_field_in_order():
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    for field, names in connection_options.ENVIRONMENT.items():
        text = " ".join(documented[field]["description"])
        sources = [text.index(f"E({name})") for name in names]
        assert sources == sorted(sources), field


def test_keys_are_no_log_options():
    hidden = {name for name, option in connection_options.ARGUMENT_SPEC.items() if option.get("no_log")}
    assert hidden == {"access_key_id", "secret_access_key", "security_token"}
