# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe existing tunnels as variables for the playbook reconcile_tunnels. Pure: no I/O."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Collection, Iterable, Mapping, NamedTuple, Sequence

from ..module_utils._bce.redaction import MASK, printable, safe_repr
from ..module_utils._resources.fields import VPN_ID, is_blank
from ..module_utils._resources.vpn_tunnel import SECRET_KEY, VPN_CONN_ID, VPN_CONN_NAME, VPN_TUNNEL
from ._playbook_messages import MESSAGES

LIST_VARIABLE, KEYS_VARIABLE, NEW_KEYS_VARIABLE = "vpn_tunnels", "vpn_tunnel_keys", "vpn_tunnel_new_keys"
STATE_TYPE, STATE_VERSION = "baiducloud_vpn_conn", 4
# A text with one of these would be a template in a file of variables.
TEMPLATE = re.compile(r"\{[{%#]|^#jinja2:")

# Texts that need no quotes in YAML: words, addresses and networks. NOT_TEXT is what YAML reads as true, false or null.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*|[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?")
NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


class Adopted(NamedTuple):
    """A file of variables that describes tunnels, and what is missing from it."""

    paths: list[str]  # of the tunnels in the list
    text: str
    left_out: list[str]  # sentences about values and tunnels that are not in the list


def adopt_tunnels(tunnels: Sequence[Mapping[str, Any]], keyed: Collection[str] = ()) -> Adopted:
    """Return the list for the module vpn_tunnels with which it would change nothing.

    :param tunnels: as vpn_tunnel_info returns them.
    :param keyed: the paths (see path_of()) of the tunnels whose keys are in the variable of KEYS_VARIABLE.
    """
    counts = Counter(map(path_of, tunnels))
    items: list[dict[str, Any]] = []
    left_out: list[str] = []
    for tunnel in sorted(tunnels, key=path_of):
        path = path_of(tunnel)
        if counts[path] > 1:
            item: dict[str, Any] = {}
            errors = [MESSAGES["adopted_duplicate"] % {"count": counts[path]}]
        else:
            item, errors = _valid_options(tunnel)
        left_out += [MESSAGES["adopted_without"] % {"tunnel": printable(path), "error": error} for error in errors]
        # No module can handle a tunnel without an id.
        if not {VPN_ID.name, VPN_CONN_NAME.name} <= item.keys() or not tunnel[VPN_CONN_ID.name]:
            left_out.append(MESSAGES["adopted_not"] % {"tunnel": printable(path), "id": tunnel[VPN_CONN_ID.name]})
            continue
        if path in keyed:
            item[SECRET_KEY.name] = Quoted("{{ %s['%s'] }}" % (KEYS_VARIABLE, path))
        items.append(item)
    text = _render({LIST_VARIABLE: items}, left_out)
    return Adopted([path_of(item) for item in items], text, left_out)


def path_of(tunnel: Mapping[str, Any]) -> str:
    """Return the gateway's id and the tunnel's name as one text."""
    return "%s/%s" % (tunnel[VPN_ID.name], tunnel[VPN_CONN_NAME.name])


def render_keys(keys: Mapping[str, str], new_keys: Mapping[str, str] | None = None) -> str:
    """Return a file of variables with keys by the paths of their tunnels.

    :param new_keys: those that are not in force yet.
    """
    variables = {KEYS_VARIABLE: keys, **({NEW_KEYS_VARIABLE: new_keys} if new_keys else {})}
    return _render({name: {path: Quoted(each[path]) for path in sorted(each)} for name, each in variables.items()})


def _valid_options(tunnel: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the options of a tunnel that the module accepts, and the reasons why it would reject the others."""
    names = (VPN_ID.name, VPN_CONN_NAME.name, *(field.name for field in VPN_TUNNEL.fields if field != VPN_CONN_NAME))
    item = {name: tunnel[name] for name in names if tunnel[name] is not None}
    item.update(
        (name, {field.name: tunnel[name][field.name] for field in group if tunnel[name][field.name] is not None})
        for name, group in VPN_TUNNEL.groups.items()
        if tunnel[name]
    )
    for names in VPN_TUNNEL.alternatives:
        item = {name: value for name, value in item.items() if name not in names or not is_blank(value)}
    reasons = []
    if MASK in item.get("description", ""):
        del item["description"]
        reasons.append(MESSAGES["adopted_description"])
    while True:
        errors = VPN_TUNNEL.validate_values(item)
        if not errors:
            return {name: value for name, value in item.items() if value != {}}, reasons
        reasons += errors
        for option in {re.split(r"[\[:]", error)[0] for error in errors}:
            group, _dot, field = option.rpartition(".")
            (item[group] if group else item).pop(field, None)


class TerraformState(NamedTuple):
    """The tunnels of a state file, each as {address, vpn_id, vpn_conn_id}, and why others cannot be used."""

    tunnels: list[dict[str, str]]
    errors: list[str]


def read_terraform_state(text: str) -> TerraformState:
    """Return the tunnels that Terraform or OpenTofu manages. Errors show no value of the state, which has keys."""
    try:
        state = json.loads(text)
    except ValueError:
        state = None
    if not isinstance(state, dict):
        return TerraformState([], [MESSAGES["state_not_json"]])
    if "encrypted_data" in state:
        return TerraformState([], [MESSAGES["state_encrypted"]])
    if state.get("version") != STATE_VERSION or not isinstance(state.get("resources"), list):
        words = {"version": safe_repr(state.get("version")), "expected": STATE_VERSION}
        return TerraformState([], [MESSAGES["state_version"] % words])
    tunnels, errors = [], []
    for address, attributes in _state_instances(state["resources"]):
        vpn_id, vpn_conn_id = attributes.get("vpn_id"), attributes.get("id")
        if isinstance(vpn_id, str) and vpn_id and isinstance(vpn_conn_id, str):
            tunnels.append({"address": address, "vpn_id": vpn_id, "vpn_conn_id": vpn_conn_id})
        else:
            errors.append(MESSAGES["state_incomplete"] % {"address": printable(address)})
    return TerraformState(tunnels, errors or ([] if tunnels else [MESSAGES["state_empty"] % {"type": STATE_TYPE}]))


def _state_instances(resources: Iterable[Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield the address and the attributes of each managed tunnel; data sources are skipped."""
    for resource in resources:
        if resource.get("mode") == "managed" and resource.get("type") == STATE_TYPE:
            address = ".".join(filter(None, [resource.get("module"), STATE_TYPE, resource["name"]]))
            for instance in resource.get("instances", ()):
                key = instance.get("index_key")
                index = "" if key is None else "[%s]" % json.dumps(key, ensure_ascii=False)
                yield address + index, instance.get("attributes") or {}


class Quoted(str):
    """A text that is written in quotes, and that may be a template."""


def to_yaml(value: Any, indent: str = "") -> str:
    """Return YAML that Ansible reads as exactly this value of dictionaries, lists, texts and whole numbers."""
    if isinstance(value, dict) and value:
        return "".join("\n%s%s:%s" % (indent, _scalar(name), _nested(item, indent)) for name, item in value.items())
    if isinstance(value, list) and value:
        return "".join("\n%s-%s" % (indent, _nested(item, indent, True)) for item in value)
    return " " + (_scalar(value) if isinstance(value, str) else json.dumps(value))


def _nested(value: Any, indent: str, is_item: bool = False) -> str:
    text = to_yaml(value, indent + "  ")
    # The first line of a dictionary in a list follows the dash.
    return " " + text.lstrip() if is_item and text.startswith("\n") else text


def _scalar(text: str) -> str:
    """Return a text in quotes, unless YAML reads it as the same text without them."""
    if isinstance(text, Quoted):
        return _quote(text)
    if TEMPLATE.search(text):
        return "!unsafe " + _quote(text)
    is_plain = PLAIN.fullmatch(text) and text.lower() not in NOT_TEXT
    return text if is_plain else _quote(text)


def _quote(text: str) -> str:
    return "".join(c if c.isprintable() else "\\U%08x" % ord(c) for c in json.dumps(text, ensure_ascii=False))


def _render(variables: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return a file of variables."""
    return "\n".join(["---", *("# " + comment for comment in comments)]) + to_yaml(dict(variables)) + "\n"
