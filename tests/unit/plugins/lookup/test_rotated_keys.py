# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup rotated_keys: new keys are stored before they are used, and old ones until the new ones are in force."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import lookup_loader

from api_example import SECRET_KEY, entry

GATEWAY = "vpn-119bd69b"
A, B, HIDDEN = (f"{GATEWAY}/{name}" for name in ("a", "b", "hidden"))
SECRETS = [("default", VaultSecret(b"open sesame"))]


@pytest.fixture
def lookup(cloud, tmp_path):
    """Return the lookup with an emulator that has three tunnels, of which one does not show its key."""
    cloud.plant(entry("a"), entry("b", secretKey="#abc12345"), entry("hidden", secretKey="d*******w"))

    def run(*terms, secrets=None, check=False, **options):
        loader = DataLoader()
        loader.set_vault_secrets(secrets)
        options = {"key_file": str(tmp_path / "keys.yml"), **options}
        plugin = lookup_loader.get("baiducloud.network.rotated_keys", loader=loader)
        (found,) = plugin.run(list(terms), {"ansible_check_mode": check}, **options)
        return found

    return run


@pytest.fixture
def stored(tmp_path):
    return lambda: yaml.safe_load((tmp_path / "keys.yml").read_text())


def test_new_keys_are_stored_next_to_the_old_ones_until_they_are_in_force(lookup, stored, tmp_path):
    first = lookup(A, B)
    assert first["new_keys"].keys() == {A, B} and not first["is_resumed"]
    assert stored() == {"vpn_tunnel_keys": {A: SECRET_KEY, B: "#abc12345"}, "vpn_tunnel_new_keys": first["new_keys"]}
    assert stat.S_IMODE((tmp_path / "keys.yml").stat().st_mode) == 0o600 and os.listdir(tmp_path) == ["keys.yml"]

    # An interrupted run: the next one has the same keys, and begins no other rotation.
    assert lookup(A, B) == dict(first, is_resumed=True)
    lookup(A, finish=True)
    assert stored() == {
        "vpn_tunnel_keys": {A: first["new_keys"][A], B: "#abc12345"},
        "vpn_tunnel_new_keys": {B: first["new_keys"][B]},
    }
    assert lookup(A, B) == {"new_keys": {B: first["new_keys"][B]}, "is_resumed": True}
    lookup(B, finish=True)
    assert stored() == {"vpn_tunnel_keys": first["new_keys"]}
    assert lookup(A)["new_keys"][A] != first["new_keys"][A]


def test_check_mode_stores_nothing(lookup, tmp_path):
    assert lookup(A, check=True)["new_keys"].keys() == {A} and os.listdir(tmp_path) == []


def test_tunnels_that_are_back_at_the_same_time_lose_no_entry(lookup, stored):
    keys = lookup(A, B)["new_keys"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: lookup(path, finish=True), [A, B]))
    assert stored() == {"vpn_tunnel_keys": keys}


def test_file_stays_encrypted_or_in_clear_and_a_new_one_is_encrypted(lookup, stored, tmp_path):
    keys = lookup(A, secrets=SECRETS)["new_keys"]
    content = (tmp_path / "keys.yml").read_text()
    decrypted = yaml.safe_load(VaultLib(SECRETS).decrypt(content))
    assert content.startswith("$ANSIBLE_VAULT") and decrypted["vpn_tunnel_new_keys"] == keys
    with pytest.raises(AnsibleLookupError, match="is encrypted and cannot be decrypted"):
        lookup(A)
    lookup(A, secrets=SECRETS, finish=True)
    assert yaml.safe_load(VaultLib(SECRETS).decrypt((tmp_path / "keys.yml").read_text())) == {"vpn_tunnel_keys": keys}
    (tmp_path / "keys.yml").unlink()
    lookup(A)
    lookup(A, secrets=SECRETS, finish=True)
    assert stored().keys() == {"vpn_tunnel_keys"}


def test_file_keeps_its_password_where_a_run_has_several(lookup, tmp_path):
    own = [("prod", VaultSecret(b"of production"))]
    (tmp_path / "keys.yml").write_bytes(VaultLib(own).encrypt("vpn_tunnel_keys: {}", own[0][1], "prod"))
    keys = lookup(A, secrets=SECRETS + own)["new_keys"]
    content = (tmp_path / "keys.yml").read_text()
    assert content.startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert yaml.safe_load(VaultLib(own).decrypt(content))["vpn_tunnel_new_keys"] == keys


def test_link_stays_and_the_file_behind_it_is_replaced(lookup, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "keys.yml").symlink_to("real/keys.yml")
    keys = lookup(A)["new_keys"]
    assert (tmp_path / "keys.yml").is_symlink() and os.listdir(tmp_path / "real") == ["keys.yml"]
    assert yaml.safe_load((tmp_path / "real/keys.yml").read_text())["vpn_tunnel_new_keys"] == keys


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_interrupted_write_leaves_the_file_and_no_other_one(lookup, stored, tmp_path, monkeypatch, error):
    lookup(A)
    before = stored()

    def fail(_handle):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((KeyboardInterrupt, AnsibleLookupError)):
        lookup(A, finish=True)
    assert os.listdir(tmp_path) == ["keys.yml"] and stored() == before


def test_folder_is_on_the_disk_before_the_key_is_used(lookup, tmp_path, monkeypatch):
    synced, fsync = [], os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (synced.append(os.readlink(f"/proc/self/fd/{handle}")), fsync(handle))
    )
    lookup(A)
    assert synced[-1] == str(tmp_path) and len(synced) == 2


def test_key_that_the_api_does_not_show_has_to_be_in_the_file(lookup, stored, tmp_path):
    with pytest.raises(AnsibleLookupError, match=f"{HIDDEN}: the API does not show its key, and the file"):
        lookup(HIDDEN)
    assert os.listdir(tmp_path) == []
    (tmp_path / "keys.yml").write_text(f"vpn_tunnel_keys: {{{HIDDEN}: old!key12}}")
    (tmp_path / "keys.yml").chmod(0o600)
    lookup(HIDDEN)
    assert stored()["vpn_tunnel_keys"] == {HIDDEN: "old!key12"}


@pytest.mark.parametrize(
    ("content", "mode", "error"),
    [
        ("ddd22@www", 0o600, "must have only the variable vpn_tunnel_keys"),
        ("secret_key: ddd22@www", 0o600, "must have only the variable vpn_tunnel_keys"),
        ("vpn_tunnel_keys: {vpn-1/a: short}", 0o600, "must have only the variable vpn_tunnel_keys"),
        ("vpn_tunnel_keys: {}", 0o640, "has keys in clear, so its mode must be 0600, got 0640"),
    ],
)
def test_file_that_cannot_be_used_is_left_as_it_is(lookup, tmp_path, content, mode, error):
    file = tmp_path / "keys.yml"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(AnsibleLookupError, match=error) as caught:
        lookup(A)
    assert "ddd22" not in str(caught.value) and file.read_text() == content


def test_errors_of_options_are_reported_before_anything_is_stored(lookup, tmp_path):
    with pytest.raises(AnsibleLookupError) as caught:
        lookup(A, key_file="", timeout="x", regoin="bj")
    assert all(text in str(caught.value) for text in ("key_file: is required", "timeout: ", "regoin: is not"))
    for path, error in (("vpn-1", "must be VPN_ID/NAME"), (f"{GATEWAY}/none", "the gateway has no such tunnel")):
        with pytest.raises(AnsibleLookupError, match=error):
            lookup(path)
    assert os.listdir(tmp_path) == []
