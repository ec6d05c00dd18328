# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the filters for peers call the renderers: values of Ansible become plain ones, and all errors one text."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._bce.errors import InvalidOptionsError
from ._builtin_types import to_builtin_types
from ._peer.description import redact_key, reject_check_mode_id
from ._peer.dictionary import to_arguments

REQUIRED_WORDS = ("start_action", "part", "format", "language")  # options of which an empty text is an error


def call_with_tunnel(
    context: Any,
    filter_name: str,
    func: Callable[..., Any],
    tunnel: Any,
    gateway: Any,
    secret_key: Any,
    options: Dict[str, Any],
) -> Any:
    """Call a function with a tunnel and its gateway.

    An empty text counts as unset, because AWX leaves unset values empty.

    :param context: of the template, which has the variable ansible_check_mode.
    :raises AnsibleFilterError: with every invalid value that was found.
    """
    # A key from a vault is not a text before ansible-core 2.19, and is one after to_builtin_types().
    provided = provided_options(dict(options, secret_key=secret_key))
    tunnel, gateway = to_builtin_types(tunnel), to_builtin_types(gateway)
    try:
        if not _is_check_mode(context):
            reject_check_mode_id(tunnel, gateway)
        return func(tunnel, gateway, **provided)
    except InvalidOptionsError as error:
        # Not chained, because the values of the frames below hold the key.
        raise filter_error(filter_name, error.errors) from None


def call_for_files(is_plan: bool, context: Any, *arguments: Any) -> Dict[str, Any]:
    """Return the files of a tunnel that a function renders, a NamedTuple, as a dictionary.

    :param is_plan: whether objects that check mode would create are accepted outside of check mode too.
    :param arguments: the other parameters of call_with_tunnel().
    """
    files: Dict[str, Any] = call_with_tunnel({"ansible_check_mode": True} if is_plan else context, *arguments)._asdict()
    return files


def call_with_peer(context: Any, filter_name: str, func: Callable[..., Any], peer: Any, options: Dict[str, Any]) -> Any:
    """Call a function with the dictionary that the filter vpn_peer returns.

    :raises AnsibleFilterError: with every invalid value that was found.
    """
    provided, peer = provided_options(options), to_builtin_types(peer)
    try:
        arguments = to_arguments(peer)
        if not _is_check_mode(context):
            reject_check_mode_id(arguments["tunnel"], arguments["gateway"])
        return func(peer, **provided)
    except InvalidOptionsError as error:
        secret_key = peer.get("secret_key") if isinstance(peer, dict) else None
        raise filter_error(filter_name, redact_key(error.errors, secret_key)) from None


def provided_options(options: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options that are set, as plain values."""
    values = {name: to_builtin_types(value) for name, value in options.items()}
    return {name: value for name, value in values.items() if value != "" or name in REQUIRED_WORDS}


def filter_error(filter_name: str, errors: Iterable[str]) -> AnsibleFilterError:
    """Return the error of a filter, with all sentences."""
    return AnsibleFilterError("baiducloud.network.%s: %s" % (filter_name, "; ".join(errors)))


def _is_check_mode(context: Any) -> bool:
    return bool(boolean(context.get("ansible_check_mode", False)))
