# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a VPN tunnel is: the rule of every field, its normal form, comparison and plan. Pure: no I/O, no HTTP.

Field rules: the API page "Create VPN tunnel" and its appendix; SHA-2 and a disabled PFS are not in the official table
but in Baidu's own Terraform provider. Names are the API's words in snake_case.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import NamedTuple

from .._bce.errors import InvalidOptionsError
from .._bce.redaction import KEY_PATTERN, KEY_SYMBOLS, Secret, looks_like_tunnel_key
from .base import CREATE, DELETE, NOOP, UPDATE
from .fields import (
    CGW_ID,
    CLIENT_TOKEN,
    ID_RULE,
    NAME_RULE,
    STATE,
    VERSION,
    VPN_ID,
    Field,
    camel_case,
    choice_field,
    ip_address,
    is_blank,
    list_of,
    resource_id,
    resource_name,
    seconds_field,
    string,
    to_argument_spec,
    validate_value,
)

# What a diff shows in place of a key.
KEY_MASKED = "(hidden)"
KEY_MASKED_CHANGED = "(hidden, changed)"


@lru_cache(maxsize=4096)
def subnet(value):
    """A CIDR in canonical form: ``192.168.0.0/255.255.240.0`` and ``192.168.1.1/20`` are ``192.168.0.0/20``."""
    if "/" not in value:
        raise ValueError
    return str(ipaddress.ip_network(value.strip(), strict=False))


def _has_host_bits(value):
    network, address = subnet(value).partition("/")[0], value.strip().partition("/")[0]
    return network != str(ipaddress.ip_address(address))


def _secret_key(value):
    string = value.reveal() if isinstance(value, Secret) else value
    if len(string) > 17 or not KEY_PATTERN.fullmatch(string) or not looks_like_tunnel_key(string):
        raise ValueError
    return Secret(string)


CIPHERS = ("aes", "aes192", "aes256", "3des")
HASHES = ("sha1", "md5", "sha2_256", "sha2_384", "sha2_512")
GROUPS = ("group2", "group5", "group14", "group24")

IKE_CONFIG = (
    choice_field("ike_version", "v1", "v2"),
    choice_field("ike_mode", "main", "aggressive"),
    choice_field("ike_enc_alg", *CIPHERS),
    choice_field("ike_auth_alg", *HASHES),
    choice_field("ike_pfs", *GROUPS),
    seconds_field("ike_life_time", 60, 86400),
)
IPSEC_CONFIG = (
    choice_field("ipsec_enc_alg", *CIPHERS),
    choice_field("ipsec_auth_alg", *HASHES),
    choice_field("ipsec_pfs", *GROUPS + ("disabled",)),
    seconds_field("ipsec_lifetime", 180, 86400),
)
NESTED_FIELDS = {"ike_config": IKE_CONFIG, "ipsec_config": IPSEC_CONFIG}


def _subnets(name):
    rule = "must be a list of at least one CIDR such as 192.168.0.0/20"
    each = (subnet, "is no CIDR such as 192.168.0.0/20")
    return Field(name, rule, list_of(subnet), {"type": "list", "elements": "str"}, each=each)


SECRET_KEY = Field(
    "secret_key",
    "must be 8 to 17 characters, with letters, digits and symbols all present, symbols only from " + KEY_SYMBOLS,
    _secret_key,
    {"type": "str", "no_log": True},
    nicknames=("psk",),
)
VPN_CONN_NAME = Field("vpn_conn_name", NAME_RULE, resource_name, {"type": "str"}, nicknames=("name",))
# The fields of a tunnel in the order of the API page's request. Of remote_ip and cgw_id one is needed.
FIELDS = (
    _subnets("local_subnets"),
    Field("remote_ip", "must be an IP address such as 10.107.245.188", ip_address, {"type": "str"}, False),
    CGW_ID,
    _subnets("remote_subnets"),
    Field("description", "must be text", string, {"type": "str"}, False),
    VPN_CONN_NAME,
)
VPN_CONN_ID = Field("vpn_conn_id", ID_RULE, resource_id, {"type": "str"}, False)

# How one task treats a tunnel, beside what the tunnel is.
TASK_OPTIONS = (
    STATE,
    CLIENT_TOKEN,
    VERSION,
    choice_field("wait_for", "none", "active", "reachable")._replace(
        spec={"type": "str", "choices": ["none", "active", "reachable"], "default": "none"}, of_the_api=False
    ),
    seconds_field("wait_timeout", 1, 86400)._replace(spec={"type": "int", "default": 300}, of_the_api=False),
)
EMPTY_MEANS_UNSET = ("vpn_id", "vpn_conn_name", "vpn_conn_id", "cgw_id", "client_token")


def argument_spec():
    """The argument spec of one tunnel, made from the fields above; each option has the API's own name as an alias."""
    spec = {field.name: to_argument_spec(field) for field in (VPN_ID, VPN_CONN_ID, SECRET_KEY) + FIELDS + TASK_OPTIONS}
    for name, fields in NESTED_FIELDS.items():
        options = {field.name: to_argument_spec(field) for field in fields}
        spec[name] = {"type": "dict", "aliases": [camel_case(name)], "options": options}
    return spec


class DesiredTunnel(NamedTuple):
    """What a task asks for, in normal form; fields holds only what the task manages.

    :ivar fields: dict of option names to normal values; ike_config and ipsec_config are dicts of the same kind.
    :ivar secret_key: Secret, or None if the key is left as it is.
    """

    state: str
    vpn_id: str
    vpn_conn_id: str  # or None
    vpn_conn_name: str  # or None
    fields: dict
    secret_key: Secret  # or None
    client_token: str  # or None
    version: int
    wait_for: str
    wait_timeout: int  # seconds


class Tunnel(NamedTuple):
    """A tunnel as the cloud has it.

    :ivar fields: dict of every option name, and of the API's read-only words; None where the cloud does not tell.
    :ivar secret_key: Secret, or None where the cloud does not tell.
    :ivar gateway_confirmed: whether the cloud itself names the gateway of this tunnel.
    """

    fields: dict
    secret_key: Secret  # or None
    gateway_confirmed: bool = True  # the cloud's own entry names the gateway
    shows_description: bool = True


class Plan(NamedTuple):
    """What is to be done about one tunnel; check mode, diff and the real run all read it.

    :ivar action: CREATE, UPDATE, DELETE or NOTHING.
    :ivar changes: the fields that change, such as ``ike_config.ike_life_time``.
    :ivar before: what a diff shows, without any secret; {} where there is no tunnel. :ivar after: likewise.
    :ivar tunnel: the Tunnel as it will be, or None.
    :ivar warnings: what could not be compared.
    """

    action: str
    changes: tuple
    before: dict
    after: dict
    tunnel: Tunnel  # or None
    warnings: tuple = ()

    @property
    def target(self):
        """The Tunnel as it will be, or None."""
        return self.tunnel

    @property
    def secret_key_changed(self):
        """True if an existing tunnel gets another key."""
        return self.action == UPDATE and "secret_key" in self.changes


# Words of a status of an object that is on its way out, and of one that is out (those of siblings of the API).
_LEAVING = ("deleting", "releasing")
_GONE = ("deleted", "released")


def is_leaving(status):
    """Return True if the status says that the object is being deleted."""
    return (status or "").lower() in _LEAVING


def is_gone(status):
    """Return True if the status says that the object is deleted, although a list still shows it."""
    return (status or "").lower() in _GONE


PEER_FIELDS = ("remote_ip", "cgw_id")  # two names of one thing, of which a site's API may know but one
READ_ONLY = ("local_ip", "created_time", "status", "health_status")
FIELD_NAMES = ("vpn_id", "vpn_conn_id") + tuple(field.name for field in FIELDS) + tuple(NESTED_FIELDS) + READ_ONLY


def validate(options, where=""):
    """Every mistake in the options of one tunnel, each a sentence that names the option and its rule.

    :arg options: dict of option names to values; None counts as not given. :arg where: put before each name.
    """
    return validate_values(options, where) + missing_identifiers(options, where)


def validate_values(options, where=""):
    """The mistakes in the values that are given; see problems()."""
    options, found = provided_options(options), []
    for field in (VPN_ID, VPN_CONN_ID, SECRET_KEY) + FIELDS + TASK_OPTIONS:
        if field.name in options:
            found += validate_value(field, options[field.name], where)
    for name, fields in NESTED_FIELDS.items():
        group = options.get(name)
        if group is not None and not isinstance(group, dict):
            found.append("%s%s: must be a dictionary of %s" % (where, name, ", ".join(field.name for field in fields)))
        elif group:
            for field in fields:
                if group.get(field.name) is not None:
                    found += validate_value(field, group[field.name], "%s%s." % (where, name))
    return found


def missing_identifiers(options, where=""):
    """What the options lack to tell which tunnel is meant; see problems()."""
    options, found = provided_options(options), []
    if "vpn_id" not in options:
        found.append("%svpn_id: is needed; give the id of the VPN gateway" % where)
    if "vpn_conn_name" not in options and "vpn_conn_id" not in options:
        found.append("%svpn_conn_name: is needed, or vpn_conn_id, to tell which tunnel is meant" % where)
    return found


def provided_options(options):
    """The options that are given, a dict: not None, and not empty where AWX leaves empty what a survey does not say."""
    empty = EMPTY_MEANS_UNSET + (("remote_ip",) if options.get("cgw_id") else ())
    return {
        name: value for name, value in options.items() if value is not None and not (name in empty and is_blank(value))
    }


def parse_desired(options):
    """The Desired of the options of one tunnel, in which problems() finds nothing, and a list of warnings."""
    options = provided_options(options)
    normal = {
        field.name: field.normal(options[field.name])
        for field in (VPN_ID, VPN_CONN_ID, SECRET_KEY) + FIELDS + TASK_OPTIONS
        if field.name in options
    }
    fields = {field.name: normal[field.name] for field in FIELDS if field.name in normal}
    for name, group in NESTED_FIELDS.items():
        told = provided_options(options.get(name) or {})
        managed = {field.name: field.normal(told[field.name]) for field in group if field.name in told}
        if managed:
            fields[name] = managed
    warnings = [
        "%s: %s has bits set beside the network; it is taken as %s" % (name, item, subnet(item))
        for name in ("local_subnets", "remote_subnets")
        for item in options.get(name) or ()
        if _has_host_bits(item)
    ]
    desired = DesiredTunnel(
        state=normal.get("state", "present"),
        vpn_id=normal["vpn_id"],
        vpn_conn_id=normal.get("vpn_conn_id"),
        vpn_conn_name=normal.get("vpn_conn_name"),
        fields=fields,
        secret_key=normal.get("secret_key"),
        client_token=normal.get("client_token"),
        version=normal.get("version", 1),
        wait_for=normal.get("wait_for", "none"),
        wait_timeout=normal.get("wait_timeout", 300),
    )
    return desired, warnings


def plan(desired, current):
    """What to do so that the tunnel is as desired.

    :arg current: Tunnel or None.
    :raises BceUsageError: if fields are missing that a creation, or the whole replacement of an update, needs.
    """
    if desired.state == "absent":
        if current is None:
            return Plan(NOOP, (), {}, {}, None)
        return Plan(DELETE, (), _diff_view(current), {}, None)
    if current is None:
        return _plan_create(desired)
    changes, unknown = _diff(desired, current)
    warnings = tuple(_NOT_COMPARED % name for name in unknown)
    if not changes:
        shown = _diff_view(current)
        return Plan(NOOP, (), shown, shown, current, warnings)
    target = _merge_for_replace(desired, current)
    before, after = _diff_view(current), _diff_view(target)
    if "secret_key" in changes:
        before["secret_key"], after["secret_key"] = KEY_MASKED, KEY_MASKED_CHANGED
    return Plan(UPDATE, changes, before, after, target, warnings)


_NOT_COMPARED = "%s: the cloud's list does not show the current value, so it was not compared"


def not_compared(desired, current):
    """Return a warning for each field that the task provides and the cloud does not show."""
    unknown = _diff(desired, current)[1]
    if not current.shows_description and "description" in desired.fields:
        unknown += ("description",)
    return [_NOT_COMPARED % name for name in unknown]


def is_equal(desired, current):
    """Return True if nothing that the task provides and the cloud shows, the name excepted, differs."""
    changes = set(_diff(desired, current)[0]) - {"vpn_conn_name"}
    return not (changes if current.shows_description else changes - {"description"})


def is_same_connection(desired, current):
    """Return True if the task and the tunnel agree on peer and networks, as far as the task provides them."""
    provided = {name for name in (*PEER_FIELDS, "local_subnets", "remote_subnets") if name in desired.fields}
    return not provided & set(_diff(desired, current)[0])


def is_applied(desired, current):
    """Return True if the tunnel shows all that the task provides, the key included."""
    changes, unknown = _diff(desired, current)
    return not changes and "secret_key" not in unknown


def signature(tunnel):
    """Return what makes two tunnels the same connection under two names: peer, subnets, key, proposals."""
    fields = tunnel.fields
    subnets = (frozenset(fields[name] or ()) for name in ("local_subnets", "remote_subnets"))
    groups = (tuple(sorted((fields[name] or {}).items(), key=str)) for name in NESTED_FIELDS)
    return (tunnel.secret_key, *(fields[name] for name in PEER_FIELDS), *subnets, *groups)


def _plan_create(desired):
    missing = [] if desired.secret_key else [SECRET_KEY.name]
    missing += [field.name for field in FIELDS if field.needed and field.name not in desired.fields]
    for name, fields in NESTED_FIELDS.items():
        told = desired.fields.get(name, {})
        missing += ["%s.%s" % (name, field.name) for field in fields if field.name not in told]
    if not (desired.fields.get("remote_ip") or desired.fields.get("cgw_id")):
        missing.append("remote_ip (or cgw_id)")
    if missing:
        raise InvalidOptionsError(
            [
                "The tunnel %r does not exist on gateway %s, and to create it these options are needed too: %s"
                % (desired.vpn_conn_name, desired.vpn_id, ", ".join(missing))
            ]
        )
    fields = dict(dict.fromkeys(FIELD_NAMES), **desired.fields)
    fields["vpn_id"] = desired.vpn_id
    target = Tunnel(fields, desired.secret_key)
    after = {name: value for name, value in _diff_view(target).items() if value is not None}
    after["secret_key"] = KEY_MASKED
    return Plan(CREATE, tuple(sorted(desired.fields)) + ("secret_key",), {}, after, target)


def _diff(desired, current):
    """(names of the managed fields that differ, names of those that the cloud does not tell)."""
    differing, unknown = [], []
    for path, want, have in _iter_managed(desired.fields, current.fields):
        if have is None:
            # The list tells remote_ip, cgw_id or both; a task that gives both need not hear of the one.
            told = [name for name in PEER_FIELDS if name in desired.fields and current.fields[name] is not None]
            if path not in PEER_FIELDS or not told:
                unknown.append(path)
        elif not _equal(want, have):
            differing.append(path)
    if desired.secret_key is not None:
        if current.secret_key is None:
            unknown.append("secret_key")
        elif desired.secret_key != current.secret_key:
            differing.append("secret_key")
    return tuple(differing), tuple(unknown)


def _iter_managed(wanted, present):
    for name, want in wanted.items():
        if name in NESTED_FIELDS:
            group = present.get(name) or {}
            for inner, value in want.items():
                yield "%s.%s" % (name, inner), value, group.get(inner)
        else:
            yield name, want, present.get(name)


def _equal(want, have):
    """Subnets are sets: neither order nor repetition is a difference."""
    return set(want) == set(have) if isinstance(want, list) else want == have


def _merge_for_replace(desired, current):
    """The Tunnel that replaces the current one: what the task manages, and all the rest as it is.

    :raises BceUsageError: if the cloud does not tell a value that the replacement needs and the task does not either.
    """
    fields = dict(current.fields)
    missing = []
    for field in FIELDS:
        want = desired.fields.get(field.name)
        if want is not None and (fields[field.name] is None or not _equal(want, fields[field.name])):
            fields[field.name] = want
        if field.needed and fields[field.name] is None:
            missing.append(field.name)
    if fields["vpn_conn_name"] is not None and validate_value(VPN_CONN_NAME, fields["vpn_conn_name"]):
        missing.append(VPN_CONN_NAME.name)  # the cloud shows something else, such as a part of it with "..."
    if not current.shows_description and "description" not in desired.fields:
        fields["description"] = None  # left out, an update keeps it
    for name, group in NESTED_FIELDS.items():
        fields[name] = dict(fields[name] or {}, **desired.fields.get(name, {}))
        missing += ["%s.%s" % (name, field.name) for field in group if fields[name].get(field.name) is None]
    # Address and customer gateway are two names of one peer: the old one of the pair must not stay beside a new other.
    for name, other in (PEER_FIELDS, PEER_FIELDS[::-1]):
        want = desired.fields.get(name)
        if want is not None and want != current.fields[name] and other not in desired.fields:
            fields[other] = None
    secret_key = desired.secret_key or current.secret_key
    if secret_key is None:
        missing.append("secret_key")
    if missing:
        raise InvalidOptionsError(
            [
                "An update replaces the whole tunnel; give these options too, as the cloud does not tell them: %s"
                % ", ".join(missing)
            ]
        )
    return Tunnel(fields, secret_key)


def _diff_view(tunnel):
    """The part of a tunnel that a diff shows: what can be managed, never a secret."""
    hidden = READ_ONLY + ("vpn_id",)
    return {name: value for name, value in tunnel.fields.items() if name not in hidden}
