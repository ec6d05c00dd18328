# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of vpn_tunnels that select gateways: what is valid, before any request."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnels
from api_example import options

KEYS = {"access_key_id": "ak", "secret_access_key": "sk"}
HERE, ELSEWHERE = "vpn-119bd69b", "vpn-00000001"


def parse(*tunnels, **more):
    # vpn_id is the gateway to purge where no item names one.
    return vpn_tunnels.parse({**KEYS, "vpn_id": HERE, "tunnels": list(tunnels), "gateways": [HERE], **more})


def errors(*tunnels, **more):
    try:
        vpn_tunnels.parse({**KEYS, "tunnels": list(tunnels), "gateways": [HERE], **more})
    except InvalidOptionsError as error:
        return error.errors
    return []


def item(gateway, name, **changes):
    return options(vpn_id=gateway, vpn_conn_name=name, **changes)


@pytest.mark.parametrize("gateways", [[HERE], [f" {HERE} ", HERE], ["vpn-unnamed"], None])
def test_gateways_valid_selection_is_accepted(gateways):
    assert errors(item(HERE, "a"), item(ELSEWHERE, "a"), gateways=gateways) == []


def test_gateways_blank_items_are_dropped():
    request = parse(item(HERE, "a"), item(ELSEWHERE, "a"), gateways=["", f" {HERE}", "  ", None])
    assert [desired.options["vpn_id"] for desired in request.desired] == [HERE] and request.options["skipped"] == 1


@pytest.mark.parametrize("more", [{}, {"purge": True}, {"purge": True, "purge_all": True}])
def test_gateways_that_no_item_names_are_one_warning(more):
    selection = [HERE, "vpn-typo", ELSEWHERE, "vpn-other"]
    text = "gateways: tunnels has no item for vpn-typo, vpn-other [GatewayNotNamed]"

    def warnings(*items, **options):
        # The API's example has weak values, see test_minimum_security.py.
        return [text for text in parse(*items, **options, **more).warnings if "minimum_security" not in text]

    assert warnings(item(HERE, "a"), item(ELSEWHERE, "a"), gateways=selection) == [text]
    assert warnings(gateways=["vpn-typo"]) == ["gateways: tunnels has no item for vpn-typo [GatewayNotNamed]"]
    assert warnings(item(HERE, "a")) == warnings(item(HERE, "a"), gateways=None) == []


@pytest.mark.parametrize("gateways", [[], HERE, "", [""], ["", " ", None], ["vpn x"], [HERE, 5]])
def test_gateways_invalid_selection_is_one_error(gateways):
    (error,) = errors(item(HERE, "a"), gateways=gateways, purge=True)
    assert error.startswith("gateways") and "must be" in error


def test_gateways_items_elsewhere_are_validated():
    (error,) = errors(item(HERE, "a"), item(ELSEWHERE, "b", remote_ip="1.2.3"))
    assert error.startswith("tunnels[1].remote_ip: must be")
    (error,) = errors(item(ELSEWHERE, "a"), item(ELSEWHERE, "a"))
    assert error.startswith("tunnels[1].vpn_conn_name")


def test_gateways_purge_of_a_selected_gateway_needs_purge_all():
    gone = item(HERE, "a", state="absent")
    (error,) = errors(gone, item(ELSEWHERE, "b"), purge=True)
    assert "would delete every tunnel of gateway vpn-119bd69b" in error
    assert errors(gone, item(ELSEWHERE, "b"), purge=True, purge_all=True) == []


def test_gateways_purge_ignores_gateways_that_are_not_selected():
    assert errors(item(HERE, "a"), item(ELSEWHERE, "b", state="absent"), purge=True) == []


@pytest.mark.parametrize("tunnels", [(), (item(ELSEWHERE, "b"),)])
def test_gateways_purge_of_an_unnamed_gateway_is_valid(tunnels):
    assert errors(*tunnels, purge=True) == errors(*tunnels, purge=True, purge_all=True) == []
