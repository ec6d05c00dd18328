# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error texts of playbooks' input; an error of a variable is its name, one of these and a hint."""

MESSAGES = {
    "variable_missing": "is required",
    "variable_retyped": (
        "must be text, but Ansible reads %(value)s in it; add a letter or a word to it, or give it in quotes in a file"
        " of variables"
    ),
    "variable_choices": "must be one of %(choices)s%(shown)s",
    "variable_type": "must be %(type)s%(items)s%(shown)s",
    "variable_pattern": "is not valid%(shown)s",
    "variable_misspelt": (
        "%(option)s: is not a variable of this playbook, which has %(nearest)s; correct its name or leave it out"
    ),
    "variable_error": "%(option)s: %(error)s%(hint)s",
    "tunnel_lists_type": "vpn_tunnels: must be a list of dictionaries, each with the options of one tunnel",
    "adopted_without": "%(tunnel)s: %(error)s",
    "adopted_duplicate": "%(count)d tunnels of the gateway have this name; rename all but one in the console",
    "adopted_description": "description: may contain a key, so it is not in the list; write it there yourself",
    "adopted_not": "%(tunnel)s: the tunnel %(id)s is not in the list; use no purge before it is",
    "state_not_json": "terraform_state: must be a file of JSON; give the output of terraform state pull",
    "state_encrypted": "terraform_state: is encrypted; give the output of tofu state pull",
    "state_version": (
        "terraform_state: must have format %(expected)d, got %(version)s; give the output of terraform state pull, of"
        " Terraform 0.12 or later"
    ),
    "state_incomplete": (
        "terraform_state: %(address)s has no vpn_id or no id, as after an import; give the gateway by vpn_id instead"
    ),
    "state_empty": "terraform_state: has no resource of the type %(type)s; give the state of the tunnels",
    "variable_value": ", got %(value)s",
    "site_option_other": "%(group)s.%(option)s: is not an option of %(group)s, which has create, %(options)s",
    "site_option_of_used": (
        "%(group)s.%(option)s: is for create: true only, because an object that the site only uses is never changed;"
        " set %(group)s.create: true, or leave the option out"
    ),
    "site_gateway_by_id": (
        "vpn_id: is not accepted with gateway.create: true; give vpn_name, and vpc_id or vpc_name, of the gateway"
    ),
    "site_eip_missing": (
        "eip: is required with gateway.create: true, because the peer needs the gateway's public address; give"
        " eip.name, or the address as eip.eip"
    ),
    "site_eip_of_used_gateway": (
        "eip: is for a gateway with create: true only, because a gateway that the site only uses is never changed; set"
        " gateway.create: true, or leave eip out"
    ),
    "site_eip_address": (
        "eip.eip: is not accepted with eip.create: true, because the cloud chooses the address of a new EIP; give"
        " eip.name"
    ),
    "site_bandwidth_missing": "eip.bandwidth_in_mbps: is required with eip.create: true; give the number of Mbps",
    "site_customer_gateway_twice": "cgw_id: is not accepted with customer_gateway; give one of them",
    "site_customer_gateway_address": (
        "customer_gateway.ip: is required with customer_gateway.create: true; give it, or remote_ip"
    ),
    "site_addresses_differ": (
        "remote_ip: must be the address of the customer gateway, which is %(address)s, got %(remote_ip)s; leave one of"
        " them out"
    ),
    "site_sources_unused": "sources: has no effect with manage_routes: false; leave one of them out",
}
