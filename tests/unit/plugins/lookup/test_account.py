# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup account: what the modules would use, found by the same code."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleLookupError
from ansible.plugins.loader import lookup_loader

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options

KEYS = {"BCE_ACCESS_KEY_ID": "ak-of-bce", "BCE_SECRET_ACCESS_KEY": "sk-of-bce"}
ACCOUNT = {"access_key_id": "ak-of-bce", "secret_access_key": "sk-of-bce", "region": "bj"}


@pytest.fixture
def account(monkeypatch, tmp_path):
    """The lookup in an environment that holds nothing but what a test gives it."""

    def run(environment, terms=(), **options):
        for name in (name for names in connection_options.ENVIRONMENT.values() for name in names):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"HOME": str(tmp_path), **environment}.items():
            monkeypatch.setenv(name, value)
        return lookup_loader.get("baiducloud.network.account").run(list(terms), {}, **options)

    run.home = tmp_path
    return run


@pytest.mark.parametrize(
    "environment, options, changes",
    [
        ({}, {}, {}),
        ({"BCE_SECURITY_TOKEN": "", "BCE_REGION": " ", "BCE_ENDPOINT": ""}, {}, {}),
        ({"BCE_REGION": "su", "BCE_SESSION_TOKEN": "token"}, {}, {"region": "su", "security_token": "token"}),
        ({"BCE_REGION": "su"}, {"region": "gz"}, {"region": "gz"}),
        ({"BCE_ENDPOINT": "https://bcc.bj.baidubce.com/"}, {"region": "bj"}, {}),
        ({"BCE_ENDPOINT": "https://x.{region}.example.com"}, {}, {"endpoint": "https://x.bj.example.com"}),
        (
            {"BCE_ENDPOINT": "https://{service}.{region}.example.com"},
            {},
            {"endpoint": "https://{service}.bj.example.com"},
        ),
        ({"BAIDUCLOUD_ACCESS_KEY": "other", "BAIDUCLOUD_SECRET_KEY": "other"}, {}, {}),
    ],
)
def test_account_has_what_the_modules_find(account, environment, options, changes):
    assert account({**KEYS, **environment}, **options) == [{**ACCOUNT, **changes}]


def test_account_of_an_endpoint_alone_has_no_region(account):
    (found,) = account({**KEYS, "BCE_ENDPOINT": "https://example.com"})
    assert "region" not in found and found["endpoint"] == "https://example.com"


def test_account_of_a_profile(account):
    (account.home / ".bce").mkdir()
    profile = {"name": "lab", "access_key_id": "ak", "secret_access_key": "sk", "region": "hkg"}
    (account.home / ".bce/config.json").write_text(json.dumps({"profiles": [profile]}))
    found = {"access_key_id": "ak", "secret_access_key": "sk", "region": "hkg"}
    assert account(KEYS, profile="lab") == [found]


def test_account_errors_are_reported_together_without_keys(account):
    environment = {"BCE_SECRET_ACCESS_KEY": "sk-of-bce-4711", "BCE_REGION": "Beijing", "BCE_ENDPOINT": ""}
    with pytest.raises(AnsibleLookupError) as caught:
        account(environment, terms=["x"])
    errors = account(environment, terms=["x"], validate_only=True)
    assert [error.split(":")[0] for error in errors] == ["account", "access_key_id", "region"]
    assert str(caught.value) == "baiducloud.network.account: " + "; ".join(errors) and "4711" not in str(caught.value)


def test_account_validate_only_of_a_complete_account_is_empty(account):
    assert account(KEYS, validate_only=True) == []


def test_account_options_of_a_wrong_type_are_a_list_of_all_errors(account):
    options = {"timeout": "x", "retry_timeout": "y", "validate_certs": "ture", "region": "B J", "regoin": "bj"}
    errors = account(KEYS, validate_only=True, **options)
    assert [error.split(":")[0] for error in errors] == [
        "regoin",
        "validate_certs",
        "timeout",
        "retry_timeout",
        "region",
    ]
    with pytest.raises(AnsibleLookupError) as caught:
        account(KEYS, **options)
    assert str(caught.value) == "baiducloud.network.account: " + "; ".join(errors)


def test_account_key_of_a_wrong_type_is_one_error_without_its_value(account):
    (error,) = account({}, access_key_id="ak", secret_access_key=["sk-4711-hidden"], validate_only=True)
    assert error.startswith("secret_access_key: must be text") and "4711" not in error


def test_account_options_are_read_in_the_types_of_a_module(account, certificate):
    options = {"validate_certs": "yes", "timeout": "5", "ca_path": certificate.path, "validate_only": "yes"}
    assert account(KEYS, **options) == []
    with pytest.raises(AnsibleLookupError, match="validate_only: must be true or false, got 'ture'"):
        account(KEYS, validate_only="ture")
