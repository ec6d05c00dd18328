# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the input of the playbook site_to_site: the objects that a site manages or uses, and every error. Pure: no I/O.

The module that manages an object validates its values here too, so that all errors are found before any request.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_bool

from ..module_utils._bce.connection_options import ARGUMENT_SPEC as CONNECTION_OPTIONS
from ..module_utils._bce.errors import InvalidOptionsError
from ..module_utils._bce.redaction import safe_name, safe_repr
from ..module_utils._module import (
    eip,
    vpn_customer_gateway,
    vpn_gateway,
    vpn_gateway_info,
    vpn_gateway_routes,
    vpn_tunnel,
)
from ..module_utils._module.validation import TaskOptions, redact_failure
from ..module_utils._resources.base import CHECK_MODE_ID
from ..module_utils._resources.fields import is_blank
from ._no_log import remove_secrets
from ._playbook_input import TYPE_NAMES, merge_survey_answers
from ._playbook_messages import MESSAGES

CREATE = "create"
PEER_KINDS = ("strongswan", "libreswan")  # of the roles for the other end
SCOPE = ("vpc_id", "vpc_name", "vpn_name")
TUNNEL = ("vpn_conn_name", "secret_key", "local_subnets", "remote_ip", "cgw_id", "remote_subnets", "description")
CONFIGS = ("ike_config", "ipsec_config")


class Group(NamedTuple):
    """A dictionary of the input that describes one object.

    :ivar module: the implementation of the module that manages the object.
    :ivar options: the options of the module that the dictionary may have, next to `create`.
    :ivar identifiers: the options that find an object which is only used.
    """

    module: Any
    options: Tuple[str, ...]
    identifiers: Tuple[str, ...] = ()


GROUPS = {
    "gateway": Group(vpn_gateway, ("subnet_id", "billing", "description", "tags", "delete_protect", "wait_timeout")),
    "eip": Group(eip, ("name", "eip", "bandwidth_in_mbps", "billing", "route_type", "wait_timeout"), ("name", "eip")),
    "customer_gateway": Group(vpn_customer_gateway, ("name", "ip", "description"), ("name",)),
}


def read_site(values: Mapping[str, Any], survey: Mapping[str, Mapping[str, Any]]) -> Dict[str, Any]:
    """Return the site that the variables of the playbook describe.

    :param values: the variables by name; None and an empty text count as unset. Their types are validated elsewhere.
    :param survey: the answers to the fields of the variables that are dictionaries, by variable and field.
    :returns: `errors`; the dictionaries `gateway`, `eip` and `customer_gateway` in the spelling of the modules, each
        with `create`, or empty if the site has no such object; and the other variables except the key, `peer_kind` with
        its default.
    """
    return _Reader(values, survey).read()


class _Reader:
    def __init__(self, values: Mapping[str, Any], survey: Mapping[str, Mapping[str, Any]]) -> None:
        self._values = {name: value for name, value in values.items() if not (is_blank(value) or value in ([], {}))}
        names = (*GROUPS, *CONFIGS)
        merged = {name: merge_survey_answers(values.get(name) or {}, survey.get(name, {})) for name in names}
        self._dictionaries = {name: value if isinstance(value, dict) else {} for name, value in merged.items()}
        self._wrong_types = {name for name, value in merged.items() if not isinstance(value, dict)}
        self._errors: Dict[str, None] = {}  # in the order in which they were found
        self._is_present = self._values.get("state", "present") != "absent"

    def read(self) -> Dict[str, Any]:
        groups = {name: self._read_group(name, group) for name, group in GROUPS.items()}
        self._check_gateway(groups)
        self._check_customer_gateway(groups["customer_gateway"])
        self._check_tunnel(bool(groups["customer_gateway"]))
        flags = {name: self._flag(name, self._values, True) for name in ("manage_routes", "manage_peer")}
        if "sources" in self._values:
            self._validate(vpn_gateway_routes, {"vpn_id": CHECK_MODE_ID, **self._take("sources")})
            if not flags["manage_routes"]:
                self._add("site_sources_unused")
        kind = self._peer_kind()
        state = "present" if self._is_present else "absent"
        others = self._take(*SCOPE, "vpn_id", *TUNNEL, "sources")
        others.pop("secret_key", None)
        configs = {name: self._dictionaries.get(name, {}) for name in CONFIGS}
        found = {"errors": list(self._errors), "state": state, "peer_kind": kind}
        return {**found, **others, **configs, **flags, **groups}

    def _take(self, *names: str) -> Dict[str, Any]:
        return {name: self._values[name] for name in names if name in self._values}

    def _add(self, key: str, **words: Any) -> None:
        self._errors[MESSAGES[key] % words] = None

    def _peer_kind(self) -> str:
        """Return which role configures the other end."""
        value = self._values.get("peer_kind", PEER_KINDS[0])
        if value in PEER_KINDS:
            return str(value)
        shown = MESSAGES["variable_value"] % {"value": safe_repr(value)}
        error = MESSAGES["variable_choices"] % {"choices": ", ".join(PEER_KINDS), "shown": shown}
        self._add("variable_error", option="peer_kind", error=error, hint="")
        return PEER_KINDS[0]

    def _flag(self, name: str, values: Mapping[str, Any], default: bool, where: str = "") -> bool:
        """Return a boolean of the input."""
        value = values.get(name)
        if is_blank(value):
            return default
        try:
            return bool(check_type_bool(value))
        except TypeError:
            if where:  # others are validated with the types of all variables
                shown = MESSAGES["variable_value"] % {"value": safe_repr(value)}
                error = MESSAGES["variable_type"] % {"type": TYPE_NAMES["bool"], "items": "", "shown": shown}
                self._add("variable_error", option=where + name, error=error, hint="")
            return default

    def _read_group(self, name: str, group: Group) -> Dict[str, Any]:
        """Return the options of a dictionary of the input; it is empty where the site has no such object."""
        provided = {key: value for key, value in self._dictionaries.get(name, {}).items() if not is_blank(value)}
        is_managed = self._flag(CREATE, provided, False, name + ".")
        provided.pop(CREATE, None)
        if not provided and not is_managed:
            return {CREATE: False} if name == "gateway" else {}
        spec = group.module.ARGUMENTS["argument_spec"]
        aliases = {alias: option for option in spec for alias in [option, *spec[option].get("aliases", ())]}
        for key in [key for key in provided if aliases.get(key, group.options[0]) not in group.options]:
            self._add("site_option_other", group=name, option=safe_name(str(key)), options=", ".join(group.options))
            del provided[key]
        if not is_managed:
            for key in [key for key in provided if aliases.get(key, key) not in group.identifiers]:
                self._add("site_option_of_used", group=name, option=safe_name(str(key)))
                del provided[key]
        fixed = {"state": "present" if self._is_present or not is_managed else "absent"}
        if name == "gateway":
            if not is_managed:
                return {CREATE: False}
            fixed.update(self._take(*SCOPE), **({"eip": CHECK_MODE_ID} if self._is_present else {}))
        options = self._validate(group.module, {**fixed, **provided}, name)
        return {CREATE: is_managed, **{option: options[option] for option in group.options if option in options}}

    def _validate(self, module: Any, options: Dict[str, Any], group: str = "") -> Dict[str, Any]:
        """Add the errors that a module finds in its options; return the options in its own spelling.

        :param group: the dictionary of the input that has those options which are not variables.
        """
        task = TaskOptions(module, options, check_mode=True)
        arguments = {name: value for name, value in module.ARGUMENTS.items() if name != "supports_check_mode"}
        validation = ArgumentSpecValidator(**arguments).validate(task.values)
        try:
            task.parse(validation)
        except InvalidOptionsError as error:
            result = error.to_failed_result()
            secrets = redact_failure(result, task.values, task.secrets, remove_secrets)[1]
            for text in remove_secrets(error.errors, secrets):
                self._errors[_prefix(text, group) + text] = None
        return task.values

    def _check_gateway(self, groups: Dict[str, Dict[str, Any]]) -> None:
        if self._wrong_types & {"gateway", "eip"}:
            return  # their types are an error already, and what they need of each other is not known
        address = groups["eip"]
        if groups["gateway"][CREATE]:
            if "vpn_id" in self._values:
                self._add("site_gateway_by_id")
            if self._is_present and not address:
                self._add("site_eip_missing")
        else:
            options = self._take(*SCOPE, "vpn_id")
            self._validate(vpn_gateway_info, {**options, "exactly_one": True})
            if address:
                self._add("site_eip_of_used_gateway")
        if address.get(CREATE):
            if "eip" in address:
                self._add("site_eip_address")
            if self._is_present and "bandwidth_in_mbps" not in address:
                self._add("site_bandwidth_missing")

    def _check_customer_gateway(self, group: Dict[str, Any]) -> None:
        address, remote_ip = group.get("ip"), self._values.get("remote_ip")
        if group and "cgw_id" in self._values:
            self._add("site_customer_gateway_twice")
        if group.get(CREATE) and self._is_present and not (address or remote_ip):
            self._add("site_customer_gateway_address")
        if address and remote_ip and address != remote_ip:
            self._add("site_addresses_differ", address=safe_repr(address), remote_ip=safe_repr(remote_ip))
        elif group.get(CREATE) and remote_ip:
            group["ip"] = remote_ip

    def _check_tunnel(self, has_customer_gateway: bool) -> None:
        options = {**self._take("state", *TUNNEL), **{name: self._dictionaries.get(name) for name in CONFIGS}}
        if has_customer_gateway:
            # The tunnel refers to the customer gateway, which has the address.
            options.update(cgw_id=CHECK_MODE_ID)
            options.pop("remote_ip", None)
        self._validate(vpn_tunnel, {"vpn_id": CHECK_MODE_ID, **options})


def _prefix(text: str, group: str) -> str:
    """Return the prefix for an error of an option: the dictionary that has the option, "" for a variable."""
    names: List[str] = re.findall(r"^[^.\[,:]+", text)
    is_variable = bool(names) and (names[0] in CONNECTION_OPTIONS or names[0] in SCOPE or names[0] == "state")
    return "" if is_variable or not group else group + "."
