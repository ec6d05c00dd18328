# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Implement the event source vpn_tunnels without asyncio: its options, its polls, and the user's list of tunnels."""

from __future__ import annotations

import logging
import os
import random
import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import SafeLoader

from ..module_utils._bce import connection_options
from ..module_utils._bce.client import REQUESTS_IMPORT_ERROR, BceClient
from ..module_utils._bce.errors import BceError, InvalidOptionsError, internal_error
from ..module_utils._bce.redaction import safe_name, safe_repr
from ..module_utils._module import vpn_tunnels
from ..module_utils._module.bulk_read import map_concurrently
from ..module_utils._module.validation import TaskOptions
from ..module_utils._reconcile.concurrency import DEFAULT_CONCURRENCY
from ..module_utils._resources import fields
from ..module_utils._resources.base import Desired
from ..module_utils._resources.fields import VPN_ID, is_blank
from ..module_utils._resources.filters import as_filter
from ..module_utils._resources.vpn_gateway import VpnGatewayApi
from ..module_utils._resources.vpn_tunnel import VPN_TUNNEL, VpnTunnelApi
from ._raw_options import ORIGIN_FILE, coerce_options
from ._tunnel_events import TEMPLATE_MARKS, Event, GatewayWatch, Proof, Timing

MESSAGES = {
    "source_option_unknown": "%(option)s: is not an option of this event source; see docs/events.md for those it has",
    "source_scope_missing": (
        "vpn_id: is required without a list of tunnels; provide the ids of the VPN gateways, or tunnels_file"
    ),
    "source_lists_both": "tunnels: is not accepted next to tunnels_file; provide one of them",
    "source_seconds": "%(option)s: must be a number of seconds from %(minimum)g to %(maximum)d, got %(value)s",
    "source_file_unreadable": "tunnels_file: must be a file that can be read, got %(path)s (%(reason)s)",
    "source_file_encrypted": (
        "tunnels_file: must not be encrypted as a whole, got %(path)s; put the keys into a file of their own"
    ),
    "source_file_content": (
        "tunnels_file: must be YAML with the list vpn_tunnels, as reconcile_tunnels takes it, got %(path)s"
    ),
    "source_template": "%(path)s: must be plain text, because the event source evaluates no templates",
    "source_list_kept": "The changed list of tunnels is invalid, and the list read before stays in use: %(errors)s",
    "source_unreadable": "The tunnels of VPN gateway %(vpn_id)s cannot be read, and no event is sent: %(error)s",
    "source_readable": "The tunnels of VPN gateway %(vpn_id)s can be read again",
}

DEFAULT_INTERVAL, MIN_INTERVAL = 60.0, 1.0  # seconds
DEFAULT_REPAIR_TIME = 300.0
DEFAULT_HEALTH_DELAY = 120.0
MAX_SECONDS = 86400
JITTER = 0.1  # the largest part of the interval by which a pause is shorter or longer
VPN_IDS = as_filter(VPN_ID)
# option -> (default, minimum)
SECONDS = {
    "interval": (DEFAULT_INTERVAL, MIN_INTERVAL),
    "repair_time": (DEFAULT_REPAIR_TIME, 0.0),
    "health_delay": (DEFAULT_HEALTH_DELAY, 0.0),
}
OPTIONS: Dict[str, Dict[str, Any]] = {
    "vpn_id": {"type": "list", "elements": "str"},
    "tunnels": {"type": "list", "elements": "dict"},
    "tunnels_file": {"type": "path"},
    **{option: {"type": "float", "default": default} for option, (default, _minimum) in SECONDS.items()},
    **connection_options.ARGUMENT_SPEC,
}
SECRET_OPTIONS = tuple(name for name, spec in OPTIONS.items() if spec.get("no_log"))
# The variables that the source reads from the file, in addition to the list.
FILE_VARIABLES = ("vpn_id", "ike_config", "ipsec_config")
_ITEM = VPN_TUNNEL.argument_spec()
# The options that identify the tunnel of an item, and their aliases.
IDENTIFYING = {
    spelling
    for name in ("vpn_id", "vpn_conn_name", "vpn_conn_id", "state")
    for spelling in (name, *_ITEM[name].get("aliases", ()))
}

logger = logging.getLogger("baiducloud.network.vpn_tunnels")


class SourceOptions(NamedTuple):
    """The validated options.

    :ivar tunnels: the list, if it is an option and not a file.
    :ivar seconds: the options of SECONDS.
    :ivar account: the connection options, as they were provided.
    """

    vpn_ids: List[str]
    tunnels: Optional[List[Any]]
    tunnels_file: Optional[str]
    seconds: Dict[str, float]
    account: Dict[str, Any]


class TunnelSource:
    """Poll the tunnels of VPN gateways.

    :param args: the options as ansible-rulebook passes them.
    :raises InvalidOptionsError: with every error in the options and in the list.
    :raises ImportError: if requests is missing.
    """

    def __init__(
        self,
        args: Mapping[str, Any],
        clock: Any = time,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise ImportError(missing_required_lib("requests"))
        self._options, settings = _parse_options(args)
        self._clock = clock
        self._jitter = jitter
        self._client = BceClient(settings, clock, max_concurrent_requests=DEFAULT_CONCURRENCY)
        self._stamp = self._read_stamp()
        self._watches: Dict[str, GatewayWatch] = {}
        self._set_desired(_read_list(self._options))
        for warning in settings.warnings:
            logger.warning(warning)

    def poll(self) -> List[Event]:
        """Read the tunnels of all gateways once, and return the resulting events. An API error becomes an event."""
        self._reload_list()
        watches = list(self._watches.values())
        found = map_concurrently(self._observe, watches, self._client.cancel)
        events: List[Event] = []
        for watch, result in zip(watches, found):
            is_error = isinstance(result, BceError)
            new = watch.fail(result) if is_error else result
            events += new
            for event in new:
                _log(event)
        return events

    def pause(self) -> float:
        """Return how many seconds to wait before the next poll."""
        return self._options.seconds["interval"] * self._jitter(1 - JITTER, 1 + JITTER)

    def stop(self) -> None:
        """Send no further request."""
        self._client.cancel()

    def _observe(self, watch: GatewayWatch) -> List[Event]:
        """Read the list of one gateway, and a second one to confirm a difference."""
        api = VpnTunnelApi(self._client, {"vpn_id": watch.vpn_id})
        try:
            first = api.list()
            needs_list, needs_proof = watch.needs_confirmation(first)
            if not needs_list:
                return watch.take(first, self._clock.monotonic())
            second = api.list()
            proof = self._prove(watch.vpn_id, len(second.entries)) if needs_proof else None
            return watch.take(second, self._clock.monotonic(), first, proof)
        except BceError:
            raise
        except Exception as error:
            raise internal_error(error) from error

    def _prove(self, vpn_id: str, listed: int) -> Optional[Proof]:
        """Return the tunnels in the gateway's own detail; None if the API does not show the gateway.

        :param listed: how many tunnels the list has.
        """
        detail = VpnGatewayApi(self._client, {}).detail(vpn_id, with_tunnels=True)
        if detail is None:
            return None
        ids = frozenset(str(tunnel.get("vpnConnId")) for tunnel in detail.tunnels or ())
        return Proof(ids, (detail.fields["vpn_conn_num"] or 0) > listed)

    def _read_stamp(self) -> Any:
        """Return a value that changes when the file changes; None without a readable file."""
        if self._options.tunnels_file is None:
            return None
        try:
            status = os.stat(self._options.tunnels_file)
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)

    def _reload_list(self) -> None:
        stamp = self._read_stamp()
        if stamp in (None, self._stamp):
            return
        self._stamp = stamp
        try:
            self._set_desired(_read_list(self._options))
        except Exception as error:
            # The text of another exception could have a value of the file.
            errors = error if isinstance(error, InvalidOptionsError) else type(error).__name__
            logger.warning(MESSAGES["source_list_kept"], {"errors": errors})

    def _set_desired(self, desired: Optional[List[Desired]]) -> None:
        """Watch the gateways of the options and of the list."""
        timing = Timing(self._options.seconds["repair_time"], self._options.seconds["health_delay"])
        by_gateway: Dict[str, List[Desired]] = {vpn_id: [] for vpn_id in self._options.vpn_ids}
        for item in desired or ():
            by_gateway.setdefault(item.options["vpn_id"], []).append(item)
        watches = {}
        for vpn_id, items in by_gateway.items():
            watch = watches[vpn_id] = self._watches.get(vpn_id) or GatewayWatch(
                vpn_id, timing, None if desired is None else items
            )
            if vpn_id in self._watches:
                watch.set_desired(items)
        self._watches = watches


def _log(event: Event) -> None:
    if event["type"] == "unreadable":
        logger.error(MESSAGES["source_unreadable"], {"vpn_id": event["vpn_id"], "error": event["error"]["message"]})
    elif event["type"] == "readable":
        logger.info(MESSAGES["source_readable"], event)


def _parse_options(args: Mapping[str, Any]) -> Tuple[SourceOptions, connection_options.ConnectionSettings]:
    """Return the options and the connection.

    :raises InvalidOptionsError: with every error except those in the list of tunnels.
    """
    errors = [
        MESSAGES["source_option_unknown"] % {"option": safe_name(str(name))} for name in args if name not in OPTIONS
    ]
    provided = {name: (value, ORIGIN_FILE) for name, value in args.items() if name in OPTIONS and not is_blank(value)}
    values, type_errors = coerce_options(OPTIONS, provided, SECRET_OPTIONS)
    own_errors = {name: type_errors.pop(name) for name in list(type_errors) if name not in _ACCOUNT}
    errors += own_errors.values()
    errors += fields.validate_fields([VPN_IDS], values)
    if {"tunnels", "tunnels_file"} <= provided.keys():
        errors.append(MESSAGES["source_lists_both"])
    if not {"vpn_id", "tunnels", "tunnels_file"} & provided.keys():
        errors.append(MESSAGES["source_scope_missing"])
    seconds = {}
    for option, (default, minimum) in SECONDS.items():
        value = seconds[option] = values.get(option, default)
        if not minimum <= value <= MAX_SECONDS:
            words = {"option": option, "minimum": minimum, "maximum": MAX_SECONDS, "value": safe_repr(value)}
            errors.append(MESSAGES["source_seconds"] % words)
    account = {name: values[name] for name in _ACCOUNT if name in values}
    try:
        settings = connection_options.resolve(account, os.environ, type_errors)
        if errors:
            raise InvalidOptionsError(errors)
    except InvalidOptionsError as error:
        raise InvalidOptionsError(errors + [text for text in error.errors if text not in errors]) from None
    vpn_ids = fields.normalize_options([VPN_IDS], values).get(VPN_IDS.name, [])
    options = SourceOptions(vpn_ids, values.get("tunnels"), values.get("tunnels_file"), seconds, account)
    return options, settings


_ACCOUNT = tuple(connection_options.ARGUMENT_SPEC)


def _read_list(options: SourceOptions) -> Optional[List[Desired]]:
    """Return the user's list, as vpn_tunnels parses it; None if there is none.

    :raises InvalidOptionsError: with every error in it.
    """
    if options.tunnels_file is None and options.tunnels is None:
        return None
    params: Dict[str, Any] = {"tunnels": _with_text_names(options.tunnels)}
    if options.tunnels_file is not None:
        params = _read_file(options.tunnels_file)
    if not params.get("vpn_id") and len(options.vpn_ids) == 1:
        params["vpn_id"] = options.vpn_ids[0]
    errors: List[str] = []
    if isinstance(params["tunnels"], list):
        params["tunnels"] = [
            _without_templates(item, "tunnels[%d]" % index, errors) for index, item in enumerate(params["tunnels"])
        ]
    if errors:
        raise InvalidOptionsError(errors)
    task = TaskOptions(vpn_tunnels, {**params, **options.account})
    validation = ArgumentSpecValidator(vpn_tunnels.ARGUMENTS["argument_spec"]).validate(task.values)
    desired: List[Desired] = task.parse(validation).desired
    return desired


class _Loader(SafeLoader):
    """Load YAML. A value with a tag, such as an encrypted one, becomes None."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def _read_file(path: str) -> Dict[str, Any]:
    """Return the options of vpn_tunnels from a file of variables."""
    words = {"path": safe_repr(path)}
    try:
        text = connection_options.read_text(os.path.expanduser(path))
        is_encrypted = text.startswith("$ANSIBLE_VAULT")
        content: Any = None if is_encrypted else _with_text_names(_Loader(text).get_single_data())
    except Exception as error:  # any, because both the system and YAML can fail
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InvalidOptionsError([MESSAGES["source_file_unreadable"] % dict(words, reason=reason)]) from None
    if is_encrypted:
        raise InvalidOptionsError([MESSAGES["source_file_encrypted"] % words])
    tunnels = content.get("vpn_tunnels", content.get("tunnels")) if isinstance(content, dict) else None
    if not isinstance(tunnels, list):
        raise InvalidOptionsError([MESSAGES["source_file_content"] % words])
    return {"tunnels": tunnels, **{name: content[name] for name in FILE_VARIABLES if content.get(name)}}


def _with_text_names(value: Any) -> Any:
    """Return a value whose names are texts. Those of YAML can be numbers or, such as ``on``, boolean values."""
    if isinstance(value, dict):
        return {str(name): _with_text_names(item) for name, item in value.items()}
    return [_with_text_names(item) for item in value] if isinstance(value, list) else value


def _without_templates(item: Any, path: str, errors: List[str]) -> Any:
    """Return an item without the values that are templates, such as keys, because these cannot be compared."""
    if not isinstance(item, dict):
        return item
    found = {}
    for name, value in item.items():
        if not any(mark in text for text in _texts(value) for mark in TEMPLATE_MARKS):
            found[name] = value
        elif name in IDENTIFYING:
            errors.append(MESSAGES["source_template"] % {"path": "%s.%s" % (path, name)})
    return found


def _texts(value: Any) -> List[str]:
    if isinstance(value, (dict, list)):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in _texts(item)]
    return [value] if isinstance(value, str) else []
