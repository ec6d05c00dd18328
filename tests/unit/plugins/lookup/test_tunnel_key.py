# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup tunnel_key: keys that keep the API's rule, their files, and derived keys that never change."""

from __future__ import annotations

import hashlib
import hmac
import multiprocessing
import os
import secrets

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import lookup_loader
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._resources.fields import validate_value
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import SECRET_KEY
from ansible_collections.baiducloud.network.plugins.plugin_utils import _tunnel_key

MASTER = "correct-horse-battery-staple-4711"
DERIVATION = {"master_secret": MASTER, "gateway": "vpn-119bd69b", "tunnel": "vpncon"}


@pytest.fixture
def lookup(tmp_path):
    """Return the lookup with a folder of its own as that of the playbook."""

    def run(*terms, variables=None, vault_password=None, **options):
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        if vault_password:
            loader.set_vault_secrets([("default", VaultSecret(vault_password))])
        return lookup_loader.get("baiducloud.network.tunnel_key", loader=loader).run(
            list(terms), variables or {}, **options
        )

    run.folder = tmp_path
    return run


def errors_of(lookup, *terms, **options):
    """Return the sentences of the error, each once."""
    with pytest.raises(AnsibleLookupError) as caught:
        lookup(*terms, **options)
    beginning, _colon, texts = str(caught.value).partition(": ")
    assert beginning == "baiducloud.network.tunnel_key"
    return texts.split("; ")


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32), st.integers(8, 17), st.integers(1, 9))
def test_key_of_any_length_keeps_the_rule_and_needs_no_quotes(seed, length, generation):
    for key in (
        _tunnel_key.random_key(length),
        _tunnel_key.derived_key(seed.hex(), "vpn-1", "vpncon", generation, length),
    ):
        assert len(key) == length and validate_value(SECRET_KEY, key) == []
        assert yaml.safe_load(f"[secret_key: {key}, {{secret_key: {key} }}]") == [{"secret_key": key}] * 2


def test_random_key_has_17_characters_and_is_another_each_time(lookup):
    keys = [lookup()[0] for _time in range(20)]
    assert len(set(keys)) == 20 and set(map(len, keys)) == {17} and list(lookup.folder.iterdir()) == []


def test_random_key_comes_from_the_generator_of_secrets(lookup, monkeypatch):
    numbers = iter([0, 255, 1, 52, 62] * 8)
    monkeypatch.setattr(secrets, "randbelow", lambda limit: next(numbers))
    assert lookup(length=8) == ["ab0!ab0!"]  # 255 is not below a multiple of the number of characters


@pytest.mark.parametrize(
    "changes, key",
    [
        ({}, "IZvWn9Oh9hoaLN2$D"),
        ({"generation": 2}, "S)W5UqD0L4%^o1dkC"),
        ({"tunnel": "vpncon2"}, "nWIeD#p2Q(f)zgQDP"),
        ({"gateway": "vpn-22222222"}, "N@1!8Z6pAFO8K$Mg2"),
        ({"length": 8}, "W#0SFE1P"),
        ({"master_secret": MASTER + "!"}, "x#9F4Fa_uDs$zSKqL"),
    ],
)
def test_derived_keys_are_those_of_earlier_releases(lookup, changes, key):
    """Another key would cut off the tunnels of everybody who derives keys: never change these."""
    assert lookup(**{**DERIVATION, **changes}) == [key]


def test_derived_key_follows_rfc_5869(lookup):
    """The first bytes by the definition of the RFC, made here with hmac alone."""
    info = b'["vpn-119bd69b", "vpncon", 1, 17]'
    extracted = hmac.digest(b"baiducloud.network.tunnel_key.1", MASTER.encode(), hashlib.sha256)
    stream, block = b"", b""
    for counter in range(1, 11):
        block = hmac.digest(extracted, block + info + bytes([counter]), hashlib.sha256)
        stream += block
    assert lookup(**DERIVATION) == [_tunnel_key._select_key(17, iter(stream))]


def test_derived_key_ignores_blanks_around_the_options(lookup):
    spelt = {name: " %s\n" % value for name, value in DERIVATION.items()}
    assert lookup(**spelt, generation=1) == lookup(**DERIVATION)


def test_key_file_is_created_for_its_owner_only_and_read_from_then_on(lookup):
    created = lookup("keys/branch", "other length=9")
    file, other = lookup.folder / "keys/branch", lookup.folder / "other"
    assert [file.read_text(), other.read_text()] == [key + "\n" for key in created]
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, other)] == [0o600, 0o700, 0o600]
    assert list(map(len, created)) == [17, 9] and [path.name for path in file.parent.iterdir()] == ["branch"]
    assert lookup("keys/branch", "other") == created == lookup(str(file), str(other))


def test_key_file_of_a_user_is_used_and_stays_as_it_is(lookup):
    (lookup.folder / "my key").write_text("\ufeff  ddd22@www \n")
    assert lookup("my key") == lookup("my key length=9") == ["ddd22@www"]
    assert (lookup.folder / "my key").read_text() == "\ufeff  ddd22@www \n"


def test_key_file_dev_null_stores_nothing(lookup):
    assert lookup("/dev/null")[0] != lookup("/dev/null")[0]


def test_key_file_of_ansible_vault_is_decrypted(lookup):
    vault = VaultLib([("default", VaultSecret(b"open sesame"))])
    (lookup.folder / "encrypted").write_bytes(vault.encrypt("ddd22@www\n"))
    assert lookup("encrypted", vault_password=b"open sesame") == ["ddd22@www"]
    (error, _remedy) = errors_of(lookup, "encrypted", vault_password=b"wrong")
    assert "cannot be decrypted" in error


def _keys_of_one_process(arguments):
    barrier_path, paths = arguments
    while not os.path.exists(barrier_path):
        pass
    return [_tunnel_key.stored_key(_tunnel_key.KeyFile(path, path, None), bytes) for path in paths]


def test_key_file_of_concurrent_processes_is_one_key_and_never_incomplete(tmp_path):
    start, paths = tmp_path / "start", [str(tmp_path / f"keys/{number}") for number in range(50)]
    with multiprocessing.get_context("fork").Pool(4) as pool:
        running = pool.map_async(_keys_of_one_process, [(str(start), paths)] * 4)
        start.touch()
        results = running.get(60)
    assert results == [[(tmp_path / path).read_text().strip() for path in paths]] * 4
    assert len(os.listdir(tmp_path / "keys")) == 50


def test_key_file_whose_write_fails_leaves_nothing(lookup, monkeypatch):
    def refuse(*_paths):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (error, _remedy) = errors_of(lookup, "branch")
    assert "branch" in error and "Operation not permitted" in error and list(lookup.folder.iterdir()) == []


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "has 0 characters"),
        (b"ddd22www\n", "has no symbol"),
        (b"ddd22@www\neee33@xxx\n", "has 19 characters, an invisible character"),
        (b"\xff\xfe\x00", "is not a text file"),
    ],
)
def test_key_file_without_a_valid_key_is_an_error_that_shows_none(lookup, content, reason):
    (lookup.folder / "branch").write_bytes(content)
    text = "; ".join(errors_of(lookup, "branch"))
    assert reason in text and "branch" in text and "ddd22" not in text
    assert (lookup.folder / "branch").read_bytes() == content


def test_key_in_the_place_of_a_path_is_not_in_the_error(lookup):
    (lookup.folder / "ddd22@www").write_text("")
    assert "ddd22@www" not in "; ".join(errors_of(lookup, "ddd22@www"))


def test_key_file_of_another_length_is_an_error(lookup):
    (lookup.folder / "branch").write_text("ddd22@www")
    (error, _remedy) = errors_of(lookup, "branch", length=12)
    assert error.endswith("has a key of 9 characters, but length is 12")


def test_errors_of_options_are_reported_together_and_nothing_is_written(lookup):
    options = {"lenght": 9, "length": 18, "master_secret": "K3y-4711@", "gateway": 7, "tunnel": "1x", "generation": "a"}
    text = "; ".join(errors_of(lookup, "branch", "other size=4", " ", **options))
    for beginning in (
        "lenght: is not an option",
        "gateway: must be text, got the number 7",
        "generation: must be a whole number",
        "length: must be a whole number from 8 to 17, got 18",
        "master_secret: must have at least 32 characters",
        "tunnel: must be 1 to 65 characters",
        "master_secret: is not accepted next to a path",
        "other size=4: has a parameter",
        "the path of the key's file is empty",
    ):
        assert beginning in text
    assert "4711" not in text and list(lookup.folder.iterdir()) == []


@pytest.mark.parametrize(
    "options, error",
    [
        ({"gateway": "vpn-1"}, "gateway: has a meaning only with master_secret"),
        ({"master_secret": MASTER, "gateway": "vpn-1"}, "tunnel: is required with master_secret"),
        ({**DERIVATION, "generation": 0}, "generation: must be a whole number from 1 to 1000000, got 0"),
        ({**DERIVATION, "gateway": "check-mode-new"}, "gateway: check-mode-new stands for a gateway"),
        ({**DERIVATION, "master_secret": [MASTER]}, "master_secret: must be text"),
        ({"length": "many"}, "length: must be a whole number"),
    ],
)
def test_error_of_one_option_is_one_sentence_about_it(lookup, options, error):
    texts = errors_of(lookup, **options)
    assert texts[0].startswith(error) and len([text for text in texts if ": " in text]) == 1
    assert MASTER not in str(texts)


def test_gateway_of_check_mode_is_accepted_in_check_mode(lookup):
    options = {**DERIVATION, "gateway": "check-mode-new"}
    assert len(lookup(variables={"ansible_check_mode": True}, **options)[0]) == 17
