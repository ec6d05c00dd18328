# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error and warning texts of this package."""

from __future__ import annotations

MESSAGES = {
    # Of a request.
    "request_failed": "Cannot %(operation)s: %(reason)s",
    "request_refused": "Cannot %(operation)s: %(reason)s (%(code)s, HTTP %(status)d%(request_id)s)",
    "stopped": "the task was stopped",
    "no_response": "Cannot %(operation)s: %(reason)s (%(method)s %(route)s)",
    # Reasons for "no_response": the keys are those of TRANSPORT_ERRORS.
    "too_long": "the response is longer than %(limit)d bytes",
    "untrusted": (
        "the server's certificate cannot be verified with the CA certificates of %(ca)s; give ca_path, or set "
        "validate_certs: false"
    ),
    "no_ca": "%(ca)s: must be a file of PEM certificates, or a directory that openssl rehash prepared: %(cause)s",
    "no_tls": "no TLS connection, check the endpoint's scheme and port: %(cause)s",
    "invalid_proxy": (
        "%(variable)s: is not a valid proxy URL (value not shown); give http://HOST:PORT or "
        "http://USER:PASSWORD@HOST:PORT, the special characters of a password percent-encoded"
    ),
    "no_socks": "%(variable)s: a SOCKS proxy needs the Python library pysocks",
    "invalid_url": "the request cannot be sent; check endpoint (%(type)s)",
    "unknown_host": "the host's name cannot be resolved; check region and endpoint",
    "no_connection": "no connection: %(cause)s",
    "connect_timeout": "no connection within %(timeout).3g s",
    "proxy_failed": "no connection through the proxy: %(cause)s",
    "proxy_refused": "the proxy refuses to connect; check its scheme, user, password and rules: %(cause)s",
    "through_proxy": "%(endpoint)s through the proxy %(address)s of %(variable)s",
    "read_timeout": "no complete response within %(timeout).3g s",
    "cut_off": "the connection broke before the response was complete: %(cause)s",
    "ended_early": "the response ended early",
    "malformed": "the response is incomplete or malformed",
    # Of a response.
    "not_json": "the response of %(endpoint)s is not a JSON object but %(content)s; check endpoint and proxy",
    "redirect": "the response is a redirect, which is not followed; give the right endpoint",
    "invalid_response": "the response %(what)s (HTTP %(status)d, request id %(request_id)s)",
    "list_missing": "has no %(name)s",
    "list_invalid": "has %(name)s that are not a list of objects",
    "other_owner": "has an object of %(name)s %(found)s, but was asked for %(owner)s",
    "repeated_id": "has the id %(id)s more than once, with different contents",
    "no_next_page": "says that more follow, but does not lead on to them (nextMarker %(marker)s)",
    "too_many_pages": "says after %(count)d pages that more follow",
    # Of the connection's options.
    "connection_text": "%(option)s: must be text",
    "connection_bool": "%(option)s: must be true or false",
    "connection_seconds": "%(option)s: %(value)s must be a number of seconds from %(minimum)g to %(maximum)d",
    "key_not_ascii": "%(option)s: must be printable ASCII without spaces; copy it again (value not shown)",
    "no_keys": "%(keys)s; give both as options, in the environment (%(variables)s), or in a profile in %(file)s",
    "both_keys_missing": "access_key_id, secret_access_key: are needed to sign requests",
    "one_key_missing": "%(missing)s: is needed in addition to %(found)s, which was found",
    "keys_apart": "access_key_id, secret_access_key: were found in two places, and keys of two places are not mixed",
    "profile_incomplete": (
        "profile: %(name)s in %(file)s lacks %(missing)s, and keys of the environment are not used with a profile; "
        "complete it with bce-cli, or name another one"
    ),
    "profile_unreadable": "profile: %(file)s cannot be read (%(cause)s); make it with bce-cli",
    "profile_file_invalid": (
        "profile: %(file)s is not a bce-cli configuration (JSON with a list `profiles`); fix or remove it"
    ),
    "profile_unknown": "profile: %(name)s is not in %(file)s; it has: %(known)s",
    "region_invalid": "region: %(region)s must be a region's short name such as bj, gz, su, hkg, bd or sin",
    "region_unused": (
        "region: %(region)s%(origin)s has no effect, because %(source)s is %(endpoint)s, without the word {region} in "
        "it; leave one of the two out [RegionUnused]"
    ),
    "endpoint_invalid": "endpoint: must be a URL of scheme, host and port alone, such as https://bcc.bj.baidubce.com",
    "endpoint_unencrypted": (
        "endpoint: %(url)s would send the tunnel's shared key unencrypted; plain http is for loopback only, give "
        "https://"
    ),
    "and_more_errors": " ... and %(count)d more%(hint)s",
    "request_id": ", request id %(id)s",
    "internal_error": "Internal error of baiducloud.network, please report it: %(kind)s: %(text)s",
}


def text(key: str, **values: object) -> str:
    """Return the message of a key with its placeholders filled in."""
    return MESSAGES[key] % values
