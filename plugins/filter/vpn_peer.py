# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that describe a tunnel's peer and render it for devices: Ansible's side of plugin_utils/_peer."""

from __future__ import annotations

from typing import Any, Callable, Dict

from jinja2 import pass_context

from ..plugin_utils._peer.dictionary import describe_peer
from ..plugin_utils._peer_filters import call_for_files, call_with_peer, call_with_tunnel


@pass_context
def vpn_peer(context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, **options: Any) -> Dict[str, Any]:
    """Return the description of the peer's end, see describe_peer().

    :raises AnsibleFilterError: with every invalid value that was found.
    """
    described: Dict[str, Any] = call_with_tunnel(
        context, "vpn_peer", describe_peer, tunnel, gateway, secret_key, options
    )
    return described


@pass_context
def libreswan_files(
    context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, is_plan: bool = False, **options: Any
) -> Dict[str, Any]:
    """Return the files of a tunnel for Libreswan and what is in them, see LibreswanFiles.

    :param is_plan: whether objects that check mode would create are accepted outside of check mode too.
    :raises AnsibleFilterError: with every invalid value that was found.
    """
    from ..plugin_utils._peer.libreswan import render_files

    return call_for_files(is_plan, context, "libreswan_files", render_files, tunnel, gateway, secret_key, options)


def _renderer(name: str) -> Callable[..., Any]:
    """Return the filter that renders a description with the renderer of this name in plugin_utils/_peer."""

    @pass_context
    def render(context: Any, peer: Any, **options: Any) -> Any:
        # Imported here, because a template needs one of them.
        from ..plugin_utils._peer.renderers import RENDERERS

        return call_with_peer(context, name, RENDERERS[name], peer, options)

    return render


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        names = ("libreswan", "ipsec_conf", "fortios_ipsec", "routeros_ipsec", "peer_sheet")
        own = {"vpn_peer": vpn_peer, "libreswan_files": libreswan_files}
        return {**own, **{name: _renderer(name) for name in names}}
