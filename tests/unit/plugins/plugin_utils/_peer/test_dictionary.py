# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter vpn_peer: what it returns, and that renderers make the same of it as of the tunnel."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings

from ansible_collections.baiducloud.network.plugins.filter import swanctl, vpn_peer
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CHECK_MODE_ID as NEW
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.renderers import RENDERERS
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import NOT_RENDERED, render
from api_example import SECRET_KEY, options
from peer_examples import EIP, RENDERER_OPTIONS, keys, tunnels
from playbook_runner import ROOT

FILTERS = {**swanctl.FilterModule().filters(), **vpn_peer.FilterModule().filters()}
CHECK_MODE = {"ansible_check_mode": True}


def describe(tunnel=None, secret_key=SECRET_KEY, context=None, **more):
    return FILTERS["vpn_peer"](context or {}, tunnel or options(), EIP, secret_key, **more)


@settings(max_examples=100, deadline=None)
@given(tunnel=tunnels, key=keys)
def test_swanctl_of_a_description_is_byte_equal_to_that_of_the_tunnel(tunnel, key):
    for part in ("all", "connections", "secrets"):
        assert FILTERS["swanctl"]({}, describe(tunnel, key), part=part) == render(tunnel, EIP, key, part=part)


def test_swanctl_of_a_description_has_its_options():
    more = {
        "peer_id": "a.example",
        "local_id": "b.example",
        "peer_address": "%any",
        "start_action": "trap",
        "name": "n",
    }
    text = render(options(), EIP, SECRET_KEY, **more)
    assert FILTERS["swanctl"]({}, describe(**more)) == text
    assert FILTERS["swanctl"]({}, describe(), start_action="none") == render(
        options(), EIP, SECRET_KEY, start_action="none"
    )


def test_description_has_the_documented_fields():
    def names(documented):
        found = {}
        for name, field in documented.items():
            found[name] = names(field["contains"]) if "contains" in field else None
        return found

    def shape(value, documented):
        return {
            name: shape(value[name], inner) if inner else None for name, inner in documented.items() if name in value
        }

    page = yaml.safe_load((ROOT / "plugins/filter/vpn_peer.yml").read_text(encoding="utf-8"))
    documented = names(page["RETURN"]["_value"]["contains"])
    described = describe(options(vpn_conn_id="vpnconn-1"))
    assert shape(described, documented) == documented and set(described) == set(documented)
    assert set(described["peer"]) == set(documented["peer"])


def test_description_without_a_key_has_none_and_a_renderer_that_needs_it_says_so():
    described = describe(options(ike_config__ike_pfs="group5", ipsec_config__ipsec_pfs="group5"), None)
    assert "secret_key" not in described
    assert FILTERS["libreswan"]({}, described)
    with pytest.raises(AnsibleFilterError, match="secret_key: is needed"):
        FILTERS["libreswan"]({}, described, part="secrets")


@pytest.mark.parametrize("name", RENDERERS)
def test_renderer_of_something_else_says_what_to_give(name):
    with pytest.raises(AnsibleFilterError, match=f"network.{name}: peer: is a tunnel; put the filter vpn_peer"):
        FILTERS[name]({}, options())
    for wrong in (5, None, [], {}, {"cloud": {}}):
        with pytest.raises(AnsibleFilterError, match="peer: must be the dictionary that the filter vpn_peer returns"):
            FILTERS[name]({}, wrong)


@pytest.mark.parametrize("name", [*RENDERERS, "swanctl"])
def test_renderer_does_not_show_a_key_in_a_wrong_place(name):
    described = describe(options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14"))
    in_hex = SECRET_KEY.encode().hex()
    for text in (SECRET_KEY + '"', f"0x{in_hex}#"):
        for place in ("cloud", "peer"):
            wrong = dict(described, **{place: dict(described[place], identity=text, address=text)})
            with pytest.raises(AnsibleFilterError) as caught:
                FILTERS[name]({}, wrong)
            assert SECRET_KEY not in str(caught.value) and in_hex not in str(caught.value)


INJECTIONS = [
    {"name": 'a"\n}'},
    {"vpn_conn_name": "a\nconn b"},
    {"vpn_conn_id": "x\n}"},
    {"start_action": "start\n"},
    {"ike_config": {"ike_version": "v2\n"}},
    {"peer": {"address": "203.0.113.10\nauto=add", "subnets": ["10.0.0.0/8"]}},
    {"cloud": {"address": "192.0.2.1", "subnets": ["10.0.0.0/8 }"]}},
]


@pytest.mark.parametrize("change", INJECTIONS, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("name", [*RENDERERS, "swanctl"])
def test_renderer_refuses_text_that_would_end_a_line(name, change):
    described = describe(options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14"))
    with pytest.raises(AnsibleFilterError):
        FILTERS[name]({}, dict(described, **change), **RENDERER_OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", RENDERERS)
def test_renderer_in_check_mode_renders_nothing(name):
    described = describe(options(vpn_conn_id=NEW, vpn_conn_name="a/b"), context=CHECK_MODE)
    assert described == {"name": "a/b", "check_mode": True}
    assert SECRET_KEY not in repr(FILTERS[name](CHECK_MODE, described, **RENDERER_OPTIONS.get(name, {})))
    with pytest.raises(AnsibleFilterError, match="create the object first"):
        FILTERS[name]({}, described)
    with pytest.raises(AnsibleFilterError, match="create the object first"):
        describe(options(vpn_conn_id=NEW))


def test_swanctl_and_libreswan_in_check_mode_say_so():
    described = describe(options(vpn_conn_id=NEW), context=CHECK_MODE)
    assert FILTERS["libreswan"](CHECK_MODE, described) == NOT_RENDERED
    assert FILTERS["swanctl"](CHECK_MODE, dict(described, secret_key=SECRET_KEY)) == NOT_RENDERED


def test_description_reports_invalid_values_together():
    with pytest.raises(AnsibleFilterError, match="network.vpn_peer: tunnel.ike_config.*; secret_key: must be"):
        describe(options(ike_config__ike_enc_alg="blowfish"), "short")
