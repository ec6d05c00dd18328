# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where keys, region and endpoint come from: option, then environment, then bce-cli's profile file."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import BceUsageError
from .secret import Secret

DEFAULT_REGION = "bj"
DEFAULT_TIMEOUT = 30.0  # seconds for one request
DEFAULT_RETRY_TIMEOUT = 60.0  # seconds for all tries of one request together
ENDPOINT = "https://bcc.{region}.baidubce.com"  # VPN is served by the BCC host
PROFILE_FILE = os.path.join("~", ".bce", "config.json")

# Option -> the environment variables that stand in for it, in order. An empty variable counts as unset: AWX sets
# every variable of a credential type, given or not.
ENVIRONMENT = {
    "access_key_id": ("BCE_ACCESS_KEY_ID", "BAIDUCLOUD_ACCESS_KEY"),
    "secret_access_key": ("BCE_SECRET_ACCESS_KEY", "BAIDUCLOUD_SECRET_KEY"),
    "security_token": ("BCE_SECURITY_TOKEN", "BCE_SESSION_TOKEN", "BAIDUCLOUD_SESSION_TOKEN"),
    "region": ("BCE_REGION", "BAIDUCLOUD_REGION"),
    "endpoint": ("BCE_ENDPOINT",),
}
_PROFILE_FIELDS = ("access_key_id", "secret_access_key", "security_token", "region")

ARGUMENT_SPEC = {
    "access_key_id": {"type": "str", "no_log": True},
    "secret_access_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "region": {"type": "str"},
    "endpoint": {"type": "str"},
    "profile": {"type": "str"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
    "retry_timeout": {"type": "float", "default": DEFAULT_RETRY_TIMEOUT},
}


class Connection(NamedTuple):
    """What the client needs to know; the keys are Secrets, timeouts are in seconds."""

    access_key_id: Secret
    secret_access_key: Secret
    security_token: Secret  # or None
    endpoint: str  # scheme, host and port, no slash at the end
    loopback: bool
    validate_certs: bool
    ca_path: str  # or None
    timeout: float
    retry_timeout: float


def resolve(params, environ):
    """The Connection that the options and the environment describe.

    A security_token belongs to the key that it was issued with: one that stands further down in the order than the
    secret_access_key (an old session in the environment, say) is not mixed in.

    :arg params: the task's options, a dict. :arg environ: os.environ or a dict like it.
    :raises BceUsageError: naming every option that is missing or wrong.
    """
    problems = [
        "%s: must be text" % option
        for option in (*ENVIRONMENT, "profile", "ca_path")
        if not isinstance(params.get(option), (str, type(None)))
    ]
    if not isinstance(params.get("validate_certs"), (bool, type(None))):
        problems.append("validate_certs: must be true or false")
    if problems:
        raise BceUsageError(problems)
    found = {option: _first(option, params, environ) for option in ENVIRONMENT}
    if params.get("profile") or not (found["access_key_id"] and found["secret_access_key"]):
        profile = _profile(params.get("profile"), environ, problems)
        for option in _PROFILE_FIELDS:
            value = profile.get(option)
            if value and not found[option]:
                found[option] = (value, _RANK_OF_PROFILE)
    missing = [option for option in ("access_key_id", "secret_access_key") if not found[option]]
    # A profile that cannot be used is the cause then, and has been told.
    problems += (
        []
        if problems
        else [
            "%s: is needed to sign requests; give the option, %s, or a profile in %s"
            % (option, " or ".join(ENVIRONMENT[option]), PROFILE_FILE)
            for option in missing
        ]
    )
    token, secret = found["security_token"], found["secret_access_key"]
    if token and secret and token[1] > secret[1]:
        found["security_token"] = None
    keys = {}
    for option in ("access_key_id", "secret_access_key", "security_token"):
        value = found[option][0] if found[option] else None
        if value is not None and not re.fullmatch(r"[!-~]+", value):
            problems.append("%s: must be printable ASCII without spaces; copy it again (value not shown)" % option)
        keys[option] = Secret(value) if value is not None else None
    endpoint, loopback = _endpoint(found["endpoint"], found["region"], problems)
    ca_path = params.get("ca_path") or None
    if ca_path and ("\0" in ca_path or not os.path.exists(ca_path)):
        problems.append("ca_path: %r does not exist; give a file of PEM certificates" % ca_path)
    timeout = _seconds("timeout", params, DEFAULT_TIMEOUT, 0.01, problems)
    retry_timeout = _seconds("retry_timeout", params, DEFAULT_RETRY_TIMEOUT, 0, problems)
    if problems:
        raise BceUsageError(problems)
    validate_certs = params.get("validate_certs", True)
    return Connection(
        endpoint=endpoint,
        loopback=loopback,
        validate_certs=True if validate_certs is None else validate_certs,
        ca_path=ca_path,
        timeout=timeout,
        retry_timeout=retry_timeout,
        **keys,
    )


_RANK_OF_PROFILE = 99


def _first(option, params, environ):
    """(value, rank) of the first place that has the option, or None; rank 0 is the option itself."""
    places = [params.get(option)] + [environ.get(name) for name in ENVIRONMENT[option]]
    for rank, value in enumerate(places):
        if value and value.strip():
            # All of the BCE_ names are one place, all of the BAIDUCLOUD_ names another one.
            if rank:
                rank = 2 if ENVIRONMENT[option][rank - 1].startswith("BAIDUCLOUD_") else 1
            return value.strip(), rank
    return None


def _profile(name, environ, problems):
    """The fields of the named profile, or of the current one, of bce-cli's file; {} where there is none."""
    path = os.path.join(environ.get("HOME") or os.path.expanduser("~"), PROFILE_FILE[2:])
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
        profiles = {entry["name"]: entry for entry in content["profiles"]}
        wanted = name or content.get("current") or "default"
        if not all(isinstance(text, str) for text in (wanted, *profiles)):
            raise TypeError
    except OSError as exc:
        if name:
            problems.append("profile: %s cannot be read (%s); make it with bce-cli" % (path, exc.strerror))
        return {}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        problems.append(
            "profile: %s is not a bce-cli configuration (JSON with a list `profiles`); mend or remove it" % path
        )
        return {}
    if wanted in profiles:
        return {field: value for field, value in profiles[wanted].items() if isinstance(value, str)}
    if name:
        known = ", ".join(sorted(map(str, profiles))) or "none"
        problems.append("profile: %r is not in %s; it has: %s" % (name, path, known))
    return {}


def _endpoint(given, region, problems):
    """(endpoint, loopback) out of the found endpoint and region."""
    if not given:
        region = region[0] if region else DEFAULT_REGION
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", region):
            problems.append("region: %r must be a region's short name such as bj, gz, su, hkg, bd or sin" % region)
        return ENDPOINT.format(region=region), False
    url = given[0].rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts = host = port = None
    plain = parts and not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if not (plain and parts.scheme in ("http", "https") and _is_host(host)):
        problems.append("endpoint: must be a URL of scheme, host and port alone, such as https://bcc.bj.baidubce.com")
        return url, False
    loopback = _is_loopback(host)
    if parts.scheme == "http" and not loopback:
        problems.append(
            "endpoint: %s would send the tunnel's shared key unencrypted; plain http is for loopback only, give https://"
            % url
        )
    # The Host header is signed, and has a port only where it is not the scheme's own.
    host = "[%s]" % host if ":" in host else host
    own_port = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return "%s://%s%s" % (parts.scheme, host, "" if own_port else ":%d" % port), loopback


def _is_host(host):
    """True for a host's name of proper labels (RFC 1123, 2.1; with the underscore that some use) or an address."""
    if host and ":" in host:
        try:
            return bool(ipaddress.IPv6Address(host)) and "%" not in host
        except ValueError:
            return False
    labels = (host or "").split(".")
    return all(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", label) for label in labels)


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _seconds(option, params, default, least, problems):
    value = params.get(option)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= 86400:
        problems.append("%s: %r must be a number of seconds from %g to 86400" % (option, value, least))
        return default
    return float(value)
