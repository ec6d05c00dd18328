# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate what a playbook gets from a survey, a file of variables or the inventory. Pure: no I/O."""

from __future__ import annotations

import datetime
import difflib
import re
from typing import Any, Container, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._bce.redaction import printable, safe_name, safe_repr
from ..module_utils._resources.base import CHECK_MODE_ID
from ..module_utils._resources.fields import is_blank
from ._builtin_types import to_builtin_types
from ._playbook_messages import MESSAGES

SPEC_KEYS = ("type", "elements", "choices")  # what ansible-core's validator reads of an option here
TYPE_NAMES = {
    "str": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "dict": "a dictionary",
}
NAME_OPTIONS = ("vpn_conn_name", "vpnConnName", "name")
MIN_SIMILARITY = 0.88  # of difflib, from which on a name is a misspelt one; vpc_name is not vpn_name
WORKFLOW_FACTS = ("vpnConn", "vpnTunnels")  # the beginnings of what an earlier node of a workflow passes on
GATEWAY_OPTIONS = ("vpn_id", "vpnId")


def validate_input(inputs: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]]) -> List[str]:
    """Return a sentence for each variable of a playbook that breaks its argument spec.

    Unlike in ansible-core's validate_argument_spec, a text that YAML reads as a number or a boolean is an error: a
    survey's answer `0111` would become `73`, and name another tunnel.

    :param inputs: the values by name; None and an empty text count as unset.
    :param spec: an argument spec by name; next to type, elements, choices, required and no_log, an option may have
        pattern (a regular expression for the text, or for each item of a list) and hint (what to do about an error).
        What is raw is validated elsewhere.
    """
    errors = []
    for name, option in spec.items():
        if option.get("type") == "raw":
            continue
        value = inputs.get(name)
        # A date is what YAML reads in a text, and would become one again.
        value = value if isinstance(value, datetime.date) else to_builtin_types(value)
        if value == [] or is_blank(value):
            error = MESSAGES["variable_missing"] if boolean(option.get("required", False)) else None
        else:
            error = _validate_value(value, option)
        if error:
            hint = "; %s" % option["hint"] if option.get("hint") else ""
            errors.append(MESSAGES["variable_error"] % {"option": name, "error": error, "hint": hint})
    return errors


def find_misspelt(
    extra_vars: Mapping[str, Any],
    spec: Mapping[str, Any],
    others: Container[str] = (),
    inputs: Mapping[str, Any] | None = None,
) -> List[str]:
    """Return a sentence for each extra variable that is spelt nearly as one of the playbook, which would ignore it.

    :param extra_vars: the variables of the command line, or of a job's launch.
    :param spec: the argument spec of the playbook.
    :param others: names of variables of other playbooks, which one file may have too.
    :param inputs: the values of the playbook's variables; a variable is not a misspelt one that has a value.
    """
    errors = []
    # A relaunched node has the facts of earlier ones, and no variable of its workflow.
    is_relaunched = extra_vars.get("awx_job_launch_type") == "relaunch"
    is_workflow = is_relaunched or any(str(name).startswith(("awx_workflow", "tower_workflow")) for name in extra_vars)
    texts = {name: str(value) for name, value in extra_vars.items() if "{{" in str(value)}
    for name in map(str, extra_vars):
        if name in spec or name in others or (is_workflow and name.startswith(WORKFLOW_FACTS)):
            continue
        # One that another variable uses is a variable of the user.
        if any(re.search(r"\b%s\b" % re.escape(name), text) for other, text in texts.items() if other != name):
            continue
        words = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
        nearest = [words] if words in spec else difflib.get_close_matches(words, spec, 1, MIN_SIMILARITY)
        if nearest and is_blank((inputs or {}).get(nearest[0])):
            errors.append(MESSAGES["variable_misspelt"] % {"option": safe_name(name), "nearest": nearest[0]})
    return errors


def _validate_value(value: Any, option: Mapping[str, Any]) -> Optional[str]:
    """Return what is wrong with a value, or None."""
    kind = option.get("type", "str")
    is_secret = boolean(option.get("no_log", False))
    if kind == "str" and not isinstance(value, str):
        return MESSAGES["variable_retyped"] % {"value": _describe(value, is_secret)}
    if "choices" in option:
        value = value.strip()  # as the modules do
    validator = ArgumentSpecValidator({"value": {key: option[key] for key in SPEC_KEYS if key in option}})
    result = validator.validate({"value": value})
    shown = "" if is_secret else MESSAGES["variable_value"] % {"value": safe_repr(value)}
    if result.error_messages:
        if "choices" in option:
            return MESSAGES["variable_choices"] % {"choices": ", ".join(option["choices"]), "shown": shown}
        items = " of %s" % TYPE_NAMES[option["elements"]] if "elements" in option else ""
        return MESSAGES["variable_type"] % {"type": TYPE_NAMES[kind], "items": items, "shown": shown}
    valid = result.validated_parameters["value"]
    texts = valid if isinstance(valid, list) else [valid]
    if "pattern" in option and not all(re.fullmatch(option["pattern"], str(text)) for text in texts):
        return MESSAGES["variable_pattern"] % {"shown": shown}
    return None


def _describe(value: Any, is_secret: bool) -> str:
    """Return what a value is that is not a text; of a secret only its type."""
    if isinstance(value, (dict, list, tuple)):
        return "a dictionary" if isinstance(value, dict) else "a list"
    if is_secret:
        return "true or false" if isinstance(value, bool) else "a number"
    return str(value)


class TunnelLists(NamedTuple):
    """What a check of the lists of tunnels of all hosts has found."""

    is_set: bool  # whether any host has a list
    errors: List[str]
    unmatched: List[str]  # tunnels whose gateway is not among those of the inventory, each as "NAME of VPN_ID"


def check_tunnel_lists(
    lists: Sequence[Any], gateway_ids: Optional[Sequence[str]] = None, vpn_id: Optional[str] = None
) -> TunnelLists:
    """Check the lists of tunnels of all hosts together.

    A gateway that check mode would create is not in the inventory yet; outside of check mode the module rejects its id.

    :param lists: the value of each host; None and an empty text are hosts without a list.
    :param gateway_ids: the ids of the inventory's gateways, or None if tunnels may be of any gateway.
    :param vpn_id: the gateway of the items that name none.
    """
    values = [value for value in lists if not is_blank(value)]
    if not all(isinstance(value, list) and all(isinstance(item, dict) for item in value) for value in values):
        return TunnelLists(True, [MESSAGES["tunnel_lists_type"]], [])
    unmatched: Dict[str, None] = {}
    for item in (item for value in values for item in value):
        gateway = _first_text(item, GATEWAY_OPTIONS) or (vpn_id or "").strip()
        if gateway_ids is not None and gateway not in ("", CHECK_MODE_ID, *gateway_ids):
            unmatched["%s of %s" % (_first_text(item, NAME_OPTIONS) or "a tunnel", gateway)] = None
    return TunnelLists(bool(values), [], list(map(printable, unmatched)))


def _first_text(item: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the first of the options that is set, as text; the API's spelling of a name is accepted too."""
    return next((str(item[name]).strip() for name in names if not is_blank(item.get(name))), "")


def merge_survey_answers(config: Any, answers: Mapping[str, Any]) -> Any:
    """Return a dictionary option with the answers that a survey gave to its fields one by one.

    :param config: the option as provided; what is not a dictionary is returned as it is, for the module to reject.
    :param answers: the answers by field; None and an empty text count as unset.
    """
    if not isinstance(config, dict):
        return config
    return dict(config, **{name: value for name, value in answers.items() if not is_blank(value)})
