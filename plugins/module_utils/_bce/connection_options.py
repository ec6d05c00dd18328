# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where keys, region and endpoint come from: option, then named profile, then environment, then current profile."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import InvalidOptionsError
from .redaction import Secret, safe_repr

DEFAULT_REGION = "bj"
DEFAULT_TIMEOUT = 30.0  # seconds for one request
DEFAULT_RETRY_TIMEOUT = 60.0  # seconds for all tries of one request together
REGION_PLACEHOLDER = "{region}"  # stands for the region in an endpoint
DEFAULT_ENDPOINT = "https://bcc.{region}.baidubce.com"  # VPN is served by the BCC host
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
ENV_PREFIXES = (
    "BCE_",
    "BAIDUCLOUD_",
)  # of environment variables; the keys of one are not mixed with those of the other
_KEYS = {"access_key_id", "secret_access_key"}
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


class ConnectionSettings(NamedTuple):
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
    region: str = None  # None where only an endpoint is told
    warnings: tuple = ()  # sentences about options that have no effect, for the task's result

    def warn_in(self, result):
        """Return the task's result with the warnings of the connection before its own."""
        warnings = [*self.warnings, *result.get("warnings", ())]
        return dict(result, warnings=warnings) if warnings else result


def resolve(params, environ):
    """Return the Connection that the options and the environment describe.

    An option of the task wins over the environment, and `profile` is such an option: it brings its own keys, token and
    region. Keys belong together: those that the options do not give come from one place, the first that has them, or
    from the profile alone where one is named. A token belongs to the secret_access_key: next to one given as an option,
    a token from elsewhere is not used.

    :param params: the task's options, a dict.
    :param environ: os.environ or a dict like it.
    :raises BceUsageError: naming every option that is missing or wrong.
    """
    mistakes = [
        "%s: must be text" % option
        for option in (*ENVIRONMENT, "profile", "ca_path")
        if not isinstance(params.get(option), (str, type(None)))
    ]
    if not isinstance(params.get("validate_certs"), (bool, type(None))):
        mistakes.append("validate_certs: must be true or false")
    if mistakes:
        raise InvalidOptionsError(mistakes)
    options = _filled({option: params.get(option) for option in ENVIRONMENT})
    name = (params.get("profile") or "").strip()
    of_environment = [
        _filled({option: _in_environment(option, names, environ) for option in ENVIRONMENT}) for names in ENV_PREFIXES
    ]
    if name:
        profile = _filled(_profile(name, environ, mistakes))
        places = [profile, *of_environment]
        keys = _keys(options, [profile], mistakes, name)
    else:
        profile = {}
        places = of_environment
        if not any(_KEYS <= {**place, **options}.keys() for place in places):
            places = [*places, _filled(_profile(None, environ, mistakes))]
        keys = _keys(options, places, mistakes)
    first = {option: value for place in reversed([options, *places]) for option, value in place.items()}
    endpoint, loopback = _endpoint(first.get("endpoint"), first.get("region"), mistakes)
    ca_path = params.get("ca_path") or None
    if ca_path and ("\0" in ca_path or not os.path.exists(ca_path)):
        shown = ca_path if "/" in ca_path else safe_repr(ca_path)
        mistakes.append("ca_path: %s does not exist; give a file of PEM certificates" % shown)
    timeout = _seconds("timeout", params, DEFAULT_TIMEOUT, 0.01, mistakes)
    retry_timeout = _seconds("retry_timeout", params, DEFAULT_RETRY_TIMEOUT, 0, mistakes)
    if mistakes:
        raise InvalidOptionsError(mistakes)
    validate_certs = params.get("validate_certs", True)
    return ConnectionSettings(
        endpoint=endpoint,
        loopback=loopback,
        validate_certs=True if validate_certs is None else validate_certs,
        ca_path=ca_path,
        timeout=timeout,
        retry_timeout=retry_timeout,
        region=first.get("region")
        or (DEFAULT_REGION if REGION_PLACEHOLDER in first.get("endpoint", REGION_PLACEHOLDER) else None),
        warnings=_region_without_effect(options, profile, first.get("endpoint"), endpoint),
        **keys,
    )


def validate(params, environ):
    """Every mistake that resolve() finds in the options and the environment, a list of sentences."""
    try:
        resolve(params, environ)
    except InvalidOptionsError as error:
        return error.problems
    return []


def _in_environment(option, family, environ):
    names = [name for name in ENVIRONMENT[option] if name.startswith(family)]
    return next((environ[name] for name in names if environ.get(name, "").strip()), None)


def _filled(place):
    """What a place really says: an empty text says nothing."""
    return {option: value.strip() for option, value in place.items() if value and value.strip()}


def _keys(options, places, validate, profile=None):
    """Return the three keys as Secrets (None for no token), from one place and from the options, which go before it.

    :param profile: the name of the profile that is the only place, or None.
    """
    place = next((place for place in places if _KEYS <= {**place, **options}.keys()), {})
    found = {**place, **options}
    if not _KEYS <= found.keys() and not validate:
        # A profile that cannot be used is among the problems already, as the cause.
        validate.append(_lack_in_profile(options, places[0], profile) if profile else _lack_of_keys(options, places))
    if "secret_access_key" in options and "security_token" not in options:
        found.pop("security_token", None)
    for option in _PROFILE_FIELDS[:3]:
        if not re.fullmatch(r"[!-~]+", found.get(option, "!")):
            validate.append("%s: must be printable ASCII without spaces; copy it again (value not shown)" % option)
    return {option: Secret(found[option]) if option in found else None for option in _PROFILE_FIELDS[:3]}


def _lack_of_keys(options, places):
    """That no place has both keys, said in one sentence which names what is missing."""
    found = sorted(_KEYS & set().union(options, *places))
    if not found:
        lack = "access_key_id, secret_access_key: are needed to sign requests"
    elif len(found) == 1:
        lack = "%s: is needed beside %s, which was found" % (min(_KEYS - set(found)), found[0])
    else:
        lack = "access_key_id, secret_access_key: were found in two places, and keys of two places are not mixed"
    variables = " and ".join(ENVIRONMENT[option][0] for option in sorted(_KEYS))
    return "%s; give both as options, in the environment (%s), or in a profile in %s" % (lack, variables, PROFILE_FILE)


def _lack_in_profile(options, found, name):
    """Return the sentence that a named profile has not the keys that the options do not give."""
    lacking = ", ".join(sorted(_KEYS - {**found, **options}.keys()))
    text = (
        "profile: %s in %s lacks %s, and keys of the environment are not used with a profile; complete it with bce-cli,"
        " or name another one"
    )
    return text % (safe_repr(name), PROFILE_FILE, lacking)


def _region_without_effect(options, profile, given, endpoint):
    """Return the warning that the region of the task, or of the profile that it names, is not used; a tuple.

    The region of the environment is not the task's, and the one of a profile does not matter where the task itself
    provides the endpoint.

    :param given: the endpoint as it was provided, or None.
    """
    place, of_task = ("endpoint", options) if "endpoint" in options else ("BCE_ENDPOINT", {**profile, **options})
    if given is None or REGION_PLACEHOLDER in given or "region" not in of_task:
        return ()
    text = "region: %s%s has no effect, because %s is %s, without the word {region} in it; leave one of the two out"
    source = "" if "region" in options else " of the profile"
    return (text % (safe_repr(of_task["region"]), source, place, endpoint),)


def _profile(name, environ, validate):
    """Return the fields of the named profile, or of the current one, of bce-cli's file; {} where there is none."""
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
            validate.append("profile: %s cannot be read (%s); make it with bce-cli" % (path, exc.strerror))
        return {}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        validate.append(
            "profile: %s is not a bce-cli configuration (JSON with a list `profiles`); mend or remove it" % path
        )
        return {}
    if wanted in profiles:
        stored = profiles[wanted]
        return {field: stored[field] for field in _PROFILE_FIELDS if isinstance(stored.get(field), str)}
    if name:
        known = ", ".join(sorted(map(str, profiles))) or "none"
        validate.append("profile: %s is not in %s; it has: %s" % (safe_repr(name), path, known))
    return {}


def _endpoint(given, region, validate):
    """(endpoint, loopback) out of the found endpoint and region."""
    region = region or DEFAULT_REGION
    if not given or REGION_PLACEHOLDER in given:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", region):
            text = "region: %s must be a region's short name such as bj, gz, su, hkg, bd or sin"
            validate.append(text % safe_repr(region))
    if not given:
        return DEFAULT_ENDPOINT.replace(REGION_PLACEHOLDER, region), False
    url = given.replace(REGION_PLACEHOLDER, region).rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts = host = port = None
    plain = parts and not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if not (plain and parts.scheme in ("http", "https") and _is_host(host)):
        validate.append("endpoint: must be a URL of scheme, host and port alone, such as https://bcc.bj.baidubce.com")
        return url, False
    loopback = _is_loopback(host)
    if parts.scheme == "http" and not loopback:
        validate.append(
            "endpoint: %s would send the tunnel's shared key unencrypted; plain http is for loopback only, give https://"
            % safe_repr(url)
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


def _seconds(option, params, default, least, validate):
    value = params.get(option)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= 86400:
        validate.append("%s: %s must be a number of seconds from %g to 86400" % (option, safe_repr(value), least))
        return default
    return float(value)
