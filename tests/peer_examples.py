# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels, keys and combinations of algorithms that tests of the peer's renderers share."""

from __future__ import annotations

from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import looks_like_tunnel_key
from ansible_collections.baiducloud.network.plugins.module_utils._resources import vpn_tunnel as rules
from api_example import options

EIP = "192.0.2.1"  # the emulator gives it to its first gateway
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

# Options that a renderer cannot do without.
RENDERER_OPTIONS = {
    "fortios_ipsec": {"interface": "wan1", "lan_interface": "internal", "policy_id": 100, "route_id": 200}
}

MODES = {"ikev1-main": ("v1", "main"), "ikev1-aggressive": ("v1", "aggressive"), "ikev2": ("v2", "main")}
CIPHERS = ["aes", "aes192", "aes256", "3des"]
HASHES = ["sha1", "md5", "sha2_256", "sha2_384", "sha2_512"]
GROUPS = ["group2", "group5", "group14", "group24"]


def in_mode(mode, **changes):
    """The example's options in one of the modes, with life times that no default is equal to."""
    version, ike_mode = MODES[mode]
    changes = dict(ike_config__ike_life_time=7200, ipsec_config__ipsec_lifetime=5400, **changes)
    return options(ike_config__ike_version=version, ike_config__ike_mode=ike_mode, **changes)


def ike_combinations(mode):
    """The 80 proposals of IKE in a mode."""
    return [
        in_mode(mode, ike_config__ike_enc_alg=cipher, ike_config__ike_auth_alg=hashing, ike_config__ike_pfs=group)
        for cipher in CIPHERS
        for hashing in HASHES
        for group in GROUPS
    ]


def esp_combinations(mode):
    """The 100 proposals of ESP in a mode."""
    return [
        in_mode(
            mode,
            ipsec_config__ipsec_enc_alg=cipher,
            ipsec_config__ipsec_auth_alg=hashing,
            ipsec_config__ipsec_pfs=group,
        )
        for cipher in CIPHERS
        for hashing in HASHES
        for group in [*GROUPS, "disabled"]
    ]


def all_combinations():
    """The 540 combinations of mode and proposals; while one proposal varies, the other one is what every device has."""
    items = []
    for mode in MODES:
        common = in_mode(mode, ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
        items += [dict(item, ipsec_config=common["ipsec_config"]) for item in ike_combinations(mode)]
        items += [dict(item, ike_config=common["ike_config"]) for item in esp_combinations(mode)]
    return items


names = st.one_of(
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9_/.-]{0,64}\Z"),
    st.sampled_from(["include", "connections", "a/lan", "a", "a-1"]),
)
keys = st.text(CHARACTERS + rules.KEY_SYMBOLS, min_size=8, max_size=17).filter(looks_like_tunnel_key)
networks = st.lists(
    st.builds("10.{}.{}.0/{}".format, st.integers(0, 127), st.integers(0, 255), st.integers(24, 30)),
    min_size=1,
    max_size=4,
)
tunnels = st.fixed_dictionaries(
    {
        "vpn_conn_name": names,
        "description": st.text(max_size=40),
        "remote_ip": st.ip_addresses(v=4, network="198.51.100.0/24").map(str),
        "local_subnets": networks,
        "remote_subnets": networks.map(lambda found: [text.replace("10.", "172.", 1) for text in found]),
        "ike_config": st.fixed_dictionaries(
            {item.name: st.sampled_from(item.argument_spec["choices"]) for item in rules.IKE_CONFIG[:5]}
            | {"ike_life_time": st.integers(60, 86400)}
        ),
        "ipsec_config": st.fixed_dictionaries(
            {item.name: st.sampled_from(item.argument_spec["choices"]) for item in rules.IPSEC_CONFIG[:3]}
            | {"ipsec_lifetime": st.integers(180, 86400)}
        ),
    }
)
