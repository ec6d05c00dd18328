# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option minimum_security of vpn_tunnel and vpn_tunnels: which values it refuses, and which it warns of."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel, vpn_tunnels
from api_example import options

STRONG = {
    "secret_key": "kT4#vNq8(mZ2_wR7x",
    "ike_config": {
        "ike_version": "v2",
        "ike_mode": "aggressive",  # without a meaning in IKEv2
        "ike_enc_alg": "aes256",
        "ike_auth_alg": "sha2_256",
        "ike_pfs": "group14",
        "ike_life_time": 86400,
    },
    "ipsec_config": {
        "ipsec_enc_alg": "aes",
        "ipsec_auth_alg": "sha2_512",
        "ipsec_pfs": "group14",
        "ipsec_lifetime": 28800,
    },
}
BROKEN = "ike_config.ike_pfs group2 (broken), ipsec_config.ipsec_pfs group2 (broken)"
# The weak values of the API's own example
EXAMPLE = (
    "ike_config.ike_version v1 (discouraged), ike_config.ike_auth_alg sha1 (discouraged), ike_config.ike_pfs group2"
    " (broken), "
    "ipsec_config.ipsec_auth_alg sha1 (discouraged), ipsec_config.ipsec_pfs group2 (broken), "
    "secret_key shorter than 17 characters (discouraged)"
)
WARNING = "minimum_security: none accepts these weak values: %s; provide better ones [WeakValue]"
ERROR = "minimum_security: %s refuses %s; provide values that docs/security.md lists as current, or lower the level"


@pytest.fixture(autouse=True)
def _account(monkeypatch):
    monkeypatch.setenv("BCE_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("BCE_SECRET_ACCESS_KEY", "a-secret")


def errors(implementation, **params):
    with pytest.raises(InvalidOptionsError) as caught:
        implementation.parse(params)
    return caught.value.errors


def one(**changes):
    """Return the parameters of a task whose tunnel has no weak value except these."""
    return {**options(**STRONG), **changes}


def test_task_without_a_level_has_one_warning_with_all_weak_values():
    assert vpn_tunnel.parse(options()).warnings == (WARNING % EXAMPLE,)
    assert vpn_tunnel.parse(one()).warnings == ()


@pytest.mark.parametrize("level", ["discouraged", "current"])
def test_task_with_a_level_has_no_warning(level):
    assert vpn_tunnel.parse(one(minimum_security=level)).warnings == ()


@pytest.mark.parametrize(("level", "refused"), [("discouraged", BROKEN), ("current", EXAMPLE)])
def test_level_refuses_all_weak_values_in_one_error_next_to_others(level, refused):
    params = options(minimum_security=level)
    assert errors(vpn_tunnel, **params) == [ERROR % (level, refused)]
    wrong = errors(vpn_tunnel, **dict(params, remote_ip="x"))
    assert [text.partition(":")[0] for text in wrong] == ["remote_ip", "minimum_security"]


def test_level_discouraged_accepts_discouraged_values_silently():
    weak = {
        "ike_config": {**STRONG["ike_config"], "ike_version": "v1", "ike_auth_alg": "sha1"},
        "secret_key": "ddd22@www",
    }
    assert vpn_tunnel.parse(one(**weak, minimum_security="discouraged")).warnings == ()


@pytest.mark.parametrize(
    ("group", "option", "value", "verdict"),
    [
        ("ike_config", "ike_mode", "aggressive", "discouraged"),
        ("ike_config", "ike_enc_alg", "3des", "broken"),
        ("ike_config", "ike_auth_alg", "md5", "broken"),
        ("ike_config", "ike_pfs", "group5", "broken"),
        ("ike_config", "ike_pfs", "group24", "discouraged"),
        ("ipsec_config", "ipsec_pfs", "disabled", "discouraged"),
        ("ipsec_config", "ipsec_lifetime", 28801, "discouraged"),
    ],
)
def test_value_of_an_update_that_names_only_it_is_judged(group, option, value, verdict):
    """What the task leaves out is not judged: the key, the group's other values, the version next to the mode."""
    shown = "above 28800" if option == "ipsec_lifetime" else value
    (warning,) = vpn_tunnel.parse(
        {"vpn_id": "vpn-1", "name": "a", "vpn_conn_name": "a", group: {option: value}}
    ).warnings
    assert warning == WARNING % ("%s.%s %s (%s)" % (group, option, shown, verdict))


@pytest.mark.parametrize("level", ["none", "current"])
def test_deletion_is_not_judged(level):
    assert vpn_tunnel.parse(options(state="absent", minimum_security=level)).warnings == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ike_config": "x"},
        {"ike_config": {"ike_pfs": ["group2"]}},
        {"ipsec_config": {"ipsec_lifetime": 86401}},
        {"secret_key": 5},
        {"secret_key": "a1_"},
    ],
)
def test_invalid_values_are_errors_of_their_own_only(wrong):
    assert not any(
        "minimum_security" in text for text in errors(vpn_tunnel, **one(**wrong, minimum_security="current"))
    )


def test_invalid_level_is_an_error_of_both_modules():
    text = "minimum_security: must be none, discouraged or current, got 'broken'"
    assert errors(vpn_tunnel, **one(minimum_security="broken")) == [text]
    assert errors(vpn_tunnels, tunnels=[one()], minimum_security="broken") == [text]


# -- many tunnels -----------------------------------------------------------------------------------------------------


def named(count, **changes):
    return [one(vpn_conn_name=f"t{index}", **changes) for index in range(count)]


def test_many_tunnels_with_shared_weak_values_have_one_warning_with_their_places():
    shared = {"ike_config": {**STRONG["ike_config"], "ike_pfs": "group2"}}
    items = [{name: value for name, value in item.items() if name != "ike_config"} for item in named(5)]
    items[1]["ike_config"] = {"ike_pfs": "group14"}
    items[4]["state"] = "absent"
    items[0]["secret_key"] = "ddd22@www"
    (warning,) = vpn_tunnels.parse({**shared, "tunnels": items}).warnings
    assert warning == WARNING % (
        "ike_config.ike_pfs group2 (broken) in tunnels[0], tunnels[2], tunnels[3], "
        "secret_key shorter than 17 characters (discouraged) in tunnels[0]"
    )


def test_many_tunnels_name_three_places_of_a_value():
    weak = {"ipsec_config": {**STRONG["ipsec_config"], "ipsec_pfs": "disabled"}}
    places = "tunnels[0], tunnels[1], tunnels[2] and 4 more"
    text = f"ipsec_config.ipsec_pfs disabled (discouraged) in {places}"
    assert errors(vpn_tunnels, tunnels=named(7, **weak), minimum_security="current") == [ERROR % ("current", text)]


def test_many_tunnels_only_those_of_selected_gateways_are_judged():
    weak = one(vpn_id="vpn-2", secret_key="ddd22@www")
    assert vpn_tunnels.parse({"tunnels": [one(vpn_id="vpn-1"), weak], "gateways": ["vpn-1"]}).warnings == ()
    assert errors(vpn_tunnels, tunnels=[weak], gateways=["vpn-2"], minimum_security="current")


def test_level_is_not_an_option_of_an_item():
    """A list must not lower the level of the task that reads it."""
    assert "minimum_security" not in vpn_tunnels.ARGUMENTS["argument_spec"]["tunnels"]["options"]
    assert vpn_tunnels.ARGUMENTS["argument_spec"]["minimum_security"]["default"] == "none"
