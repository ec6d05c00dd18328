# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Existing tunnels as a file of variables: Ansible reads back just what the API has."""

from __future__ import annotations

import json
import re

import pytest
from ansible.parsing.dataloader import DataLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Item
from ansible_collections.baiducloud.network.plugins.module_utils._resources.fields import validate_value
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import (
    CIPHERS,
    GROUPS,
    HASHES,
    SECRET_KEY,
    VPN_TUNNEL,
)
from ansible_collections.baiducloud.network.plugins.plugin_utils._adoption import (
    adopt_tunnels,
    read_terraform_state,
    render_keys,
)
from ansible_collections.baiducloud.network.plugins.plugin_utils._builtin_types import to_builtin_types

# What YAML or Ansible would read as something else without quotes.
NAMES = ["y", "No", "on", "OFF", "null", "Null", "true", "Inf", "e1", "e1.0", "A-", "a..b", "x/y", "a---"]
KEYS = ["0x1A_2B3C", "1_000_000a", "#abc12345", "!abc12345", "@abc12345", "%abc12345", "*abc12345", "1e5_00000"]
TEXTS = ["{{ 7 * 7 }}", "{% raw %}", "{# x", "#jinja2: x", "!vault x", "a: b # c", "~", "- x", "\x85\u2028\t", "'\"\\"]
KEY_ALPHABET = "abcXYZ0123456789!@#$%^*()_"

names = st.one_of(st.sampled_from(NAMES), st.from_regex(r"\A[A-Za-z][A-Za-z0-9_/.-]{0,64}\Z"))
keys = st.one_of(st.sampled_from(KEYS), st.text(KEY_ALPHABET, min_size=8, max_size=17)).filter(
    lambda key: not validate_value(SECRET_KEY, key)
)
descriptions = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)).map(
    str.strip
)


def networks(version):
    return st.lists(
        st.ip_addresses(v=version).map(lambda ip: f"{ip}/{ip.max_prefixlen}"), min_size=1, max_size=3, unique=True
    )


def choices(*words):
    return st.one_of(st.none(), st.sampled_from(words))


@st.composite
def tunnels(draw):
    """Return a tunnel as vpn_tunnel_info returns it; None stands for what the API does not show."""
    version = draw(st.sampled_from([4, 6]))
    is_customer_gateway = draw(st.booleans())
    device = st.ip_addresses(v=4, network="203.0.113.0/24").map(str)
    return {
        **dict.fromkeys(VPN_TUNNEL.read_only, "x"),
        "vpn_id": draw(st.sampled_from(["vpn-119bd69b", "vpn-1e10", "vpn-22"])),
        "vpn_conn_id": "vpnconn-1",
        "vpn_conn_name": draw(names),
        "local_subnets": draw(networks(version)),
        "remote_subnets": draw(networks(version)),
        "remote_ip": draw(st.one_of(device, st.just("") if is_customer_gateway else device)),
        "cgw_id": "cgw-1e5" if is_customer_gateway else draw(st.sampled_from(["", None])),
        "description": draw(descriptions),
        "ike_config": {
            "ike_version": draw(choices("v1", "v2")),
            "ike_mode": draw(choices("main", "aggressive")),
            "ike_enc_alg": draw(choices(*CIPHERS)),
            "ike_auth_alg": draw(choices(*HASHES)),
            "ike_pfs": draw(choices(*GROUPS)),
            "ike_life_time": draw(st.one_of(st.none(), st.integers(60, 86400))),
        },
        "ipsec_config": draw(
            st.one_of(
                st.none(),
                st.fixed_dictionaries(
                    {
                        "ipsec_enc_alg": choices(*CIPHERS),
                        "ipsec_auth_alg": choices(*HASHES),
                        "ipsec_pfs": choices(*GROUPS, "disabled"),
                        "ipsec_lifetime": st.one_of(st.none(), st.integers(180, 86400)),
                    }
                ),
            )
        ),
    }


def managed(current):
    """Return all values of a tunnel that a task can manage."""
    options = {name: current[name] for name in ("vpn_id", *(field.name for field in VPN_TUNNEL.fields))}
    options = {name: value for name, value in options.items() if value is not None}
    options = {name: value for name, value in options.items() if value or name not in ("remote_ip", "cgw_id")}
    for name in VPN_TUNNEL.groups:
        group = {option: value for option, value in (current[name] or {}).items() if value is not None}
        options.update({name: group} if group else {})
    return options


def load(text, tmp):
    """Return what Ansible reads in a file of variables."""
    tmp.write_text(text, encoding="utf-8")
    return to_builtin_types(DataLoader().load_from_file(str(tmp), cache="none"))


def tunnel(**changes):
    """Return one of vpn_tunnel_info that is as simple as possible."""
    unset = dict.fromkeys(("cgw_id", "ike_config", "ipsec_config", *VPN_TUNNEL.read_only))
    return {
        **unset,
        "vpn_id": "vpn-119bd69b",
        "vpn_conn_id": "vpnconn-1",
        "vpn_conn_name": "vpncon",
        "local_subnets": ["192.168.0.0/20"],
        "remote_subnets": ["10.1.0.0/16"],
        "remote_ip": "203.0.113.10",
        "description": "",
        **changes,
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(tunnels(), keys), max_size=3, unique_by=lambda pair: pair[0]["vpn_conn_name"]))
def test_round_trip_of_any_tunnels_is_no_change(tmp_path_factory, pairs):
    path = tmp_path_factory.getbasetemp() / "adopted.yml"
    secrets = {f"{each['vpn_id']}/{each['vpn_conn_name']}": key for each, key in pairs}
    adopted = adopt_tunnels([each for each, _key in pairs], list(secrets))
    items, read_keys = load(adopted.text, path)["vpn_tunnels"], load(render_keys(secrets), path)["vpn_tunnel_keys"]
    assert read_keys == secrets and sorted(adopted.paths) == sorted(secrets) and adopted.left_out == []
    existing = {f"{each['vpn_id']}/{each['vpn_conn_name']}": each for each, _key in pairs}
    for item in items:
        name = re.fullmatch(r"\{\{ vpn_tunnel_keys\['(.*)'\] \}\}", item.pop("secret_key"))[1]
        assert item == managed(existing[name])
        values = {**item, "secret_key": read_keys[name]}
        assert VPN_TUNNEL.validate(values) == []
        desired, current = VPN_TUNNEL.parse(values), Item(existing[name], Secret(secrets[name]))
        assert VPN_TUNNEL._diff(desired, current) == ((), ())


def test_list_without_keys_has_none_and_is_sorted():
    adopted = adopt_tunnels([tunnel(vpn_conn_name="b"), tunnel(vpn_conn_name="a")])
    assert "secret_key" not in adopted.text and adopted.paths == ["vpn-119bd69b/a", "vpn-119bd69b/b"]


def test_list_of_no_tunnels_is_empty(tmp_path):
    assert load(adopt_tunnels([]).text, tmp_path / "list") == {"vpn_tunnels": []}
    assert load(render_keys({}), tmp_path / "list") == {"vpn_tunnel_keys": {}}


@pytest.mark.parametrize(
    "changes, option, reason",
    [
        ({"ike_config": {"ike_life_time": 5}}, "ike_config", "ike_config.ike_life_time: must be a whole number"),
        ({"local_subnets": ["branch"]}, "local_subnets", "local_subnets[0]: 'branch' is not a CIDR"),
        ({"remote_subnets": ["fd00::/8"]}, "local_subnets", "local_subnets: 192.168.0.0/20 has no subnet"),
        ({"remote_ip": "0.0.0.0"}, "remote_ip", "remote_ip: 0.0.0.0 is not the address of a device"),
        ({"description": "the key is ********"}, "description", "description: may contain a key"),
    ],
)
def test_value_that_the_module_rejects_is_left_out_and_reported(tmp_path, changes, option, reason):
    if "ike_config" in changes:
        changes["ike_config"] = {
            **dict.fromkeys(field.name for field in VPN_TUNNEL.groups["ike_config"]),
            **changes["ike_config"],
        }
    adopted = adopt_tunnels([tunnel(**changes)])
    (item,) = load(adopted.text, tmp_path / "list")["vpn_tunnels"]
    assert option not in item and VPN_TUNNEL.validate(item) == []
    assert adopted.left_out[0].startswith(f"vpn-119bd69b/vpncon: {reason}")
    assert all(f"# {text}\n" in adopted.text for text in adopted.left_out)


@pytest.mark.parametrize(
    "others",
    [
        [tunnel(vpn_conn_name="1\n: x")],
        [tunnel(vpn_conn_name="other", vpn_id="vpn 1")],
        [tunnel(vpn_conn_name="other", vpn_conn_id=None)],
        [
            tunnel(vpn_conn_name="other", vpn_conn_id="vpnconn-2"),
            tunnel(vpn_conn_name="other", vpn_conn_id="vpnconn-3"),
        ],
    ],
)
def test_tunnel_that_no_item_can_name_is_reported_and_others_are_adopted(tmp_path, others):
    adopted = adopt_tunnels([tunnel(), *others])
    assert [item["vpn_conn_name"] for item in load(adopted.text, tmp_path / "list")["vpn_tunnels"]] == ["vpncon"]
    assert len([text for text in adopted.left_out if "use no purge before it is" in text]) == len(others)


def state(*instances, **changes):
    resource = {
        "mode": "managed",
        "type": "baiducloud_vpn_conn",
        "name": "branch",
        "provider": 'provider["registry.terraform.io/baidubce/baiducloud"]',
        "instances": list(instances),
    }
    return {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 3,
        "lineage": "x",
        "resources": [dict(resource, **changes)],
    }


def instance(number, **changes):
    attributes = {"id": f"vpnconn-{number}", "vpn_id": "vpn-119bd69b", "secret_key": "ddd22@www"}
    return {"schema_version": 0, "attributes": {**attributes, **changes.pop("attributes", {})}, **changes}


@pytest.mark.parametrize(
    "content, addresses",
    [
        (state(instance(1)), ["baiducloud_vpn_conn.branch"]),
        (state(instance(1, index_key=0)), ["baiducloud_vpn_conn.branch[0]"]),
        (state(instance(1, index_key="a b")), ['baiducloud_vpn_conn.branch["a b"]']),
        (state(instance(1), module='module.site["x"]'), ['module.site["x"].baiducloud_vpn_conn.branch']),
    ],
)
def test_state_tunnels_have_the_addresses_of_terraform(content, addresses):
    found = read_terraform_state(json.dumps(content))
    assert [each["address"] for each in found.tunnels] == addresses and found.errors == []
    assert found.tunnels[0] == {"address": addresses[0], "vpn_id": "vpn-119bd69b", "vpn_conn_id": "vpnconn-1"}


@pytest.mark.parametrize(
    "content, error",
    [
        ("ddd22@www", "must be a file of JSON"),
        ("[]", "must be a file of JSON"),
        ({"encrypted_data": "x", "encryption_version": "v0"}, "is encrypted; give the output of tofu state pull"),
        ({"version": 3, "modules": []}, "must have format 4, got 3"),
        (state(instance(1), mode="data"), "has no resource of the type baiducloud_vpn_conn"),
        (state(instance(1, attributes={"vpn_id": None})), "baiducloud_vpn_conn.branch has no vpn_id or no id"),
    ],
)
def test_state_that_cannot_be_used_is_one_error_without_keys(content, error):
    found = read_terraform_state(content if isinstance(content, str) else json.dumps(content))
    assert len(found.errors) == 1 and error in found.errors[0] and "ddd22" not in found.errors[0]
