# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup vpn_tunnel_keys: the keys of existing tunnels as a file, encrypted if the run has a vault's password."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import lookup_loader

from api_example import entry

GATEWAY = "vpn-119bd69b"
SECRETS = [("default", VaultSecret(b"open sesame"))]


@pytest.fixture
def lookup(emulator, monkeypatch):
    """Return the lookup with an emulator that has three tunnels, of which one does not show its key."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    emulator.plant(entry("a", secretKey="#abc12345"), entry("b"), entry("hidden", secretKey="d*******w"))

    def run(*terms, secrets=None, **options):
        loader = DataLoader()
        loader.set_vault_secrets(secrets)
        return lookup_loader.get("baiducloud.network.vpn_tunnel_keys", loader=loader).run(list(terms), {}, **options)

    return run


def test_keys_are_in_the_file_and_hidden_ones_are_reported(lookup):
    (found,) = lookup(vpn_id=[GATEWAY])
    keys = {f"{GATEWAY}/a": "#abc12345", f"{GATEWAY}/b": "ddd22@www"}
    assert yaml.safe_load(found["text"]) == {"vpn_tunnel_keys": keys} and not found["is_encrypted"]
    assert found["keyed"] == sorted(keys) and found["hidden"] == [f"{GATEWAY}/hidden"]


def test_keys_are_encrypted_with_the_password_of_the_run(lookup):
    (found,) = lookup(vpn_id=GATEWAY, vpn_conn_id="vpnconn-b", secrets=SECRETS)
    assert found["is_encrypted"] and found["keyed"] == [f"{GATEWAY}/b"] and "ddd22" not in str(found)
    assert yaml.safe_load(VaultLib(SECRETS).decrypt(found["text"])) == {
        "vpn_tunnel_keys": {f"{GATEWAY}/b": "ddd22@www"}
    }


def test_errors_of_options_are_reported_together_before_any_request(lookup, emulator):
    with pytest.raises(AnsibleLookupError) as caught:
        lookup("x", regoin="bj", vpn_conn_id=["a b"], timeout="x")
    beginnings = [
        "a term is not accepted",
        "regoin: is not",
        "vpn_id: is required",
        "vpn_conn_id[0]: ",
        "timeout: ",
    ]
    assert all(text in str(caught.value) for text in beginnings) and emulator.requests() == []


def test_gateway_that_cannot_be_read_is_an_error(lookup):
    with pytest.raises(
        AnsibleLookupError, match=r"vpn_tunnel_keys: Cannot list the tunnels of VPN gateway vpn-nowhere"
    ):
        lookup(vpn_id=[GATEWAY, "vpn-nowhere"])
