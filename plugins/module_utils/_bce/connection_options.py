# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve keys, region and endpoint: option, then named profile, then environment, then current profile."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from types import MappingProxyType
from typing import Any, Iterable, Mapping, NamedTuple
from urllib.parse import urlsplit

from .errors import InvalidOptionsError
from .messages import text
from .redaction import Secret, safe_repr, trim

DEFAULT_REGION = "bj"
DEFAULT_TIMEOUT = 30.0  # seconds for one attempt
DEFAULT_RETRY_TIMEOUT = 60.0  # seconds for all attempts of one request together
MAX_TIMEOUT = 86400  # seconds
REGION_PLACEHOLDER, SERVICE_PLACEHOLDER = "{region}", "{service}"
DEFAULT_SERVICE = "bcc"  # whose host serves VPN too
DEFAULT_ENDPOINT = "https://{service}.{region}.baidubce.com"
PROFILE_FILE = os.path.join("~", ".bce", "config.json")

# An empty variable counts as unset, because AWX sets every variable of a credential type.
ENVIRONMENT = {
    "access_key_id": ("BCE_ACCESS_KEY_ID", "BAIDUCLOUD_ACCESS_KEY"),
    "secret_access_key": ("BCE_SECRET_ACCESS_KEY", "BAIDUCLOUD_SECRET_KEY"),
    "security_token": ("BCE_SECURITY_TOKEN", "BCE_SESSION_TOKEN", "BAIDUCLOUD_SESSION_TOKEN"),
    "region": ("BCE_REGION", "BAIDUCLOUD_REGION"),
    "endpoint": ("BCE_ENDPOINT",),
}
ENV_PREFIXES = ("BCE_", "BAIDUCLOUD_")  # the keys of the two are not mixed
_KEYS = {"access_key_id", "secret_access_key"}
_PROFILE_FIELDS = ("access_key_id", "secret_access_key", "security_token", "region")

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
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

Source = Mapping[str, str]  # of options, such as the variables of one prefix, without empty values


class ConnectionSettings(NamedTuple):
    """The options of the client; timeouts are in seconds.

    :ivar endpoint: scheme, host and port.
    :ivar loopback: whether the endpoint is on this machine.
    :ivar region: None where only an endpoint is provided.
    :ivar warnings: about options that have no effect.
    """

    access_key_id: Secret
    secret_access_key: Secret
    security_token: Secret | None
    endpoint: str
    loopback: bool
    validate_certs: bool
    ca_path: str | None
    timeout: float
    retry_timeout: float
    region: str | None = None
    warnings: tuple[str, ...] = ()

    def warn_in(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return the task's result with these warnings before its own."""
        warnings = [*self.warnings, *result.get("warnings", ())]
        return dict(result, warnings=warnings) if warnings else result


def resolve(
    params: Mapping[str, Any],
    environ: Mapping[str, str],
    other_type_errors: Mapping[str, str] = MappingProxyType({}),
    service: str = DEFAULT_SERVICE,
) -> ConnectionSettings:
    """Return the settings that the task's options and os.environ describe.

    An option goes before the environment, `profile` with its keys, token and region too. Keys that the options do not
    provide come from one source, the first that has them, or from the named profile alone. A token belongs to its
    secret_access_key: next to that of an option, a token from elsewhere is not used.

    :param other_type_errors: the errors of options whose type the caller has found wrong, by option.
    :param service: what SERVICE_PLACEHOLDER stands for.
    :raises InvalidOptionsError: naming every option that is missing or invalid.
    """
    type_errors = dict(_type_errors(params), **other_type_errors)
    params = {option: value for option, value in params.items() if option not in type_errors}
    # Where one of these is of a wrong type, it is not known whether a key is missing.
    errors = [type_errors.pop(option) for option in (*_PROFILE_FIELDS[:2], "profile") if option in type_errors]
    options = _non_empty({option: params.get(option) for option in ENVIRONMENT})
    profile_name = (params.get("profile") or "").strip()
    sources = [_from_environment(prefix, environ) for prefix in ENV_PREFIXES]
    profile: Source = {}
    if profile_name:
        profile = _read_profile(profile_name, environ, errors)
        keys = _resolve_keys(options, [profile], errors, profile_name)
        sources = [profile, *sources]
    else:
        if not any(_KEYS <= {**source, **options}.keys() for source in sources):
            sources = [*sources, _read_profile(None, environ, errors)]
        keys = _resolve_keys(options, sources, errors)
    errors += type_errors.values()
    first = {option: value for source in reversed([options, *sources]) for option, value in source.items()}
    endpoint, is_loopback = _resolve_endpoint(first.get("endpoint"), first.get("region"), errors)
    endpoint = endpoint.replace(SERVICE_PLACEHOLDER, service)
    ca_path = params.get("ca_path") or None
    problem = _find_ca_problem(ca_path) if ca_path else None
    if ca_path and problem:
        errors.append(text("no_ca", ca="ca_path", cause="%s (%s)" % (safe_repr(ca_path), problem)))
    timeout = _parse_seconds("timeout", params, DEFAULT_TIMEOUT, 0.01, errors)
    retry_timeout = _parse_seconds("retry_timeout", params, DEFAULT_RETRY_TIMEOUT, 0, errors)
    if errors:
        raise InvalidOptionsError(errors)
    has_region = REGION_PLACEHOLDER in first.get("endpoint", REGION_PLACEHOLDER)
    return ConnectionSettings(
        Secret(keys["access_key_id"]),
        Secret(keys["secret_access_key"]),
        Secret(keys["security_token"]) if "security_token" in keys else None,
        endpoint,
        is_loopback,
        params.get("validate_certs") is not False,
        ca_path,
        timeout,
        retry_timeout,
        first.get("region") or (DEFAULT_REGION if has_region else None),
        _region_warnings(options, profile, first.get("endpoint"), endpoint),
    )


def _type_errors(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of options of a wrong type by option, except those of times; see _parse_seconds()."""
    errors = {
        option: text("connection_text", option=option)
        for option in (*ENVIRONMENT, "profile", "ca_path")
        if not isinstance(params.get(option), (str, type(None)))
    }
    if not isinstance(params.get("validate_certs"), (bool, type(None))):
        errors["validate_certs"] = text("connection_bool", option="validate_certs")
    return errors


def _from_environment(prefix: str, environ: Mapping[str, str]) -> Source:
    values = {}
    for option, names in ENVIRONMENT.items():
        found = (environ[name] for name in names if name.startswith(prefix) and trim(environ.get(name, "")))
        values[option] = next(found, None)
    return _non_empty(values)


def _non_empty(values: Mapping[str, str | None]) -> Source:
    """Return the values that are set, trimmed."""
    trimmed = {option: trim(value or "") for option, value in values.items()}
    return {option: value for option, value in trimmed.items() if value}


def _resolve_keys(options: Source, sources: list[Source], errors: list[str], profile_name: str | None = None) -> Source:
    """Return the keys and the token of the options, completed from one source, the named profile if there is one."""
    source = next((source for source in sources if _KEYS <= {**source, **options}.keys()), {})
    keys = {**source, **options}
    if not _KEYS <= keys.keys() and not errors:
        # Where a profile cannot be used, the cause is among the errors already.
        if profile_name:
            missing = ", ".join(sorted(_KEYS - keys.keys() - sources[0].keys()))
            shown = safe_repr(profile_name)
            errors.append(text("profile_incomplete", name=shown, file=PROFILE_FILE, missing=missing))
        else:
            errors.append(_missing_keys_message(options, sources))
    if "secret_access_key" in options and "security_token" not in options:
        keys.pop("security_token", None)
    for option in _PROFILE_FIELDS[:3]:
        if not re.fullmatch(r"[!-~]+", keys.get(option, "!")):
            errors.append(text("key_not_ascii", option=option))
    return keys


def _missing_keys_message(options: Source, sources: Iterable[Source]) -> str:
    """Return the error that no source has both keys."""
    found = sorted(_KEYS & set().union(options, *sources))
    key = ("both_keys_missing", "one_key_missing", "keys_apart")[len(found)]
    keys = text(key, missing=min(_KEYS - set(found), default=""), found="".join(found))
    variables = " and ".join(ENVIRONMENT[option][0] for option in sorted(_KEYS))
    return text("no_keys", keys=keys, variables=variables, file=PROFILE_FILE)


def _region_warnings(options: Source, profile: Source, provided: str | None, endpoint: str) -> tuple[str, ...]:
    """Return the warning that the region of the task, or of the profile that it names, is not used.

    There is none about a profile where the task itself provides the endpoint.
    """
    name, of_task = ("endpoint", options) if "endpoint" in options else ("BCE_ENDPOINT", {**profile, **options})
    if provided is None or REGION_PLACEHOLDER in provided or "region" not in of_task:
        return ()
    origin = "" if "region" in options else " of the profile"
    shown = safe_repr(of_task["region"])
    return (text("region_unused", region=shown, origin=origin, source=name, endpoint=endpoint),)


def _read_profile(name: str | None, environ: Mapping[str, str], errors: list[str]) -> Source:
    """Return the fields of the named or else the current profile of bce-cli's file; {} where there is none."""
    path = os.path.join(environ.get("HOME") or os.path.expanduser("~"), PROFILE_FILE[2:])
    try:
        content = json.loads(read_text(path))
        profiles = {entry["name"]: entry for entry in content["profiles"]}
        selected = name or content.get("current") or "default"
        if not all(isinstance(entry, str) for entry in (selected, *profiles)):
            raise TypeError
    except OSError as exc:
        if name:
            errors.append(text("profile_unreadable", file=path, cause=exc.strerror))
        return {}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        errors.append(text("profile_file_invalid", file=path))
        return {}
    if selected in profiles:
        stored = profiles[selected]
        return _non_empty({field: stored[field] for field in _PROFILE_FIELDS if isinstance(stored.get(field), str)})
    if name:
        known = ", ".join(sorted(map(str, profiles))) or "none"
        errors.append(text("profile_unknown", name=safe_repr(name), file=path, known=known))
    return {}


def _resolve_endpoint(provided: str | None, region: str | None, errors: list[str]) -> tuple[str, bool]:
    """Return the endpoint with the region filled in, and whether it is on this machine."""
    region = region or DEFAULT_REGION
    if not provided or REGION_PLACEHOLDER in provided:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", region):
            errors.append(text("region_invalid", region=safe_repr(region)))
    if not provided:
        return DEFAULT_ENDPOINT.replace(REGION_PLACEHOLDER, region), False
    url = provided.replace(REGION_PLACEHOLDER, region).rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    has_more = parts.path or parts.query or parts.fragment or parts.username or parts.password
    if has_more or port == 0 or parts.scheme not in ("http", "https") or not host or not _is_host(host):
        errors.append(text("endpoint_invalid"))
        return url, False
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback:
        errors.append(text("endpoint_unencrypted", url=safe_repr(url)))
    # Without the scheme's own port, because the Host header is signed and has none then.
    host = "[%s]" % host if ":" in host else host
    is_default_port = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return "%s://%s%s" % (parts.scheme, host, "" if is_default_port else ":%s" % port), is_loopback


def _is_host(host: str) -> bool:
    """Return whether this is an address, or a name of valid labels (RFC 1123, 2.1, and the underscore)."""
    if ":" in host:
        try:
            return bool(ipaddress.IPv6Address(host)) and "%" not in host
        except ValueError:
            return False
    labels = host.replace(SERVICE_PLACEHOLDER, DEFAULT_SERVICE).split(".")
    return all(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", label) for label in labels)


def _find_ca_problem(path: str) -> str | None:
    """Return why a path has no CA certificates, or None."""
    try:
        if os.path.isdir(path):
            # OpenSSL finds a certificate by this form of its name alone.
            has_any = any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name) for name in os.listdir(path))
        else:
            has_any = "-----BEGIN " in read_text(path, "ignore")
    except OSError as exc:
        return str(exc.strerror)
    except ValueError:  # a NUL in the path
        return "no file"
    return None if has_any else "has no certificate"


def read_text(path: str, errors: str = "strict") -> str:
    """Return the text of a file in UTF-8 or, as Windows may write it, UTF-16, without a byte order mark."""
    with open(path, "rb") as stream:
        content = stream.read()
    return content.decode(json.detect_encoding(content), errors)


def has_byte_order_mark(path: str) -> bool:
    """Return whether a file begins with the byte order mark of UTF-8 or UTF-16, which two bytes distinguish."""
    with open(path, "rb") as stream:
        return stream.read(2) in (b"\xef\xbb", b"\xff\xfe", b"\xfe\xff")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parse_seconds(option: str, params: Mapping[str, Any], default: float, minimum: float, errors: list[str]) -> float:
    value = params.get(option)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not minimum <= value <= MAX_TIMEOUT:
        shown = safe_repr(value)
        errors.append(text("connection_seconds", option=option, value=shown, minimum=minimum, maximum=MAX_TIMEOUT))
        return default
    return float(value)
