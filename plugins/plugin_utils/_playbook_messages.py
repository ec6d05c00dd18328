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
    "variable_value": ", got %(value)s",
}
