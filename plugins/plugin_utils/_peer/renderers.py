# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The renderers that take the dictionary of the filter vpn_peer, by the names of their filters."""

from __future__ import annotations

from typing import Any, Callable, Dict

from . import fortios, libreswan, routeros, sheet, strongswan_starter

RENDERERS: Dict[str, Callable[..., Any]] = {
    "libreswan": libreswan.render,
    "ipsec_conf": strongswan_starter.render,
    "fortios_ipsec": fortios.render,
    "routeros_ipsec": routeros.render,
    "peer_sheet": sheet.render,
}
