# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of the inventory plugin and the lookup about their options."""

from __future__ import annotations

MESSAGES = {
    "vpcs_ambiguous": (
        "vpc_names: is not accepted next to vpc_ids; provide one of them, also of BCE_VPC_IDS and BCE_VPC_NAMES"
    ),
    "gateways_none": (
        "The API shows no IPsec VPN gateway in these VPCs, so there is no host; check the region and the account"
    ),
    "vpc_ids_check_mode": (
        "%(option)s: check-mode-new stands for a VPC that check mode would create, and an inventory has no check mode;"
        " give that of one that exists"
    ),
    "vpcs_empty": (
        "vpc_ids: %(vpc_ids)s: the API shows no IPsec VPN gateway there, so there is no host of it; check the id, the"
        " region and the account"
    ),
    "host_of_other_inventory": (
        "Another inventory has a host %(name)s already, which stays as it is; the VPN gateway %(vpn_id)s of this name"
        " is the host %(host)s"
    ),
    "keyed_group_invalid": "%(option)s: must be a dictionary with key, the expression that the groups are named by",
    "expression_invalid": "%(option)s: is not a Jinja expression: %(error)s",
    "endpoint_of_several_regions": (
        "endpoint: %(endpoint)s is that of one region, but there are %(count)d regions; put the word %(word)s in its"
        " place in it, or leave it out"
    ),
    "plugin_option_unknown": "%(option)s: is not an option of this plugin; see ansible-doc for those it has",
    "lookup_terms": "a term is not accepted; give options only, such as vpn_id=['vpn-119bd69b']",
    "keys_gateway_missing": "vpn_id: is required; give the ids of the VPN gateways",
    "template_failed": "%(option)s: the template there cannot be evaluated: %(error)s",
    "type_boolean": "must be true or false",
    "type_integer": "must be a whole number",
    "type_number": "must be a number",
    "type_list": "must be a list",
    "type_dictionary": "must be a dictionary",
    "type_mismatch": "%(option)s: %(problem)s%(origin)s",
    "value_hidden": " (its value is not shown)",
    "value_shown": ", got %(value)s",
}
