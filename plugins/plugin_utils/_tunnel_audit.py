# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the weak values of tunnels, and what to use instead. Pure: no I/O."""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..module_utils._resources.tunnel_security import BROKEN, CURRENT, CURRENT_KEY_LENGTH, DISCOURAGED, find_weaknesses
from ._adoption import path_of
from ._peer.device_table import DEVICES, Cell, Device
from ._security_sources import ROWS

UNKNOWN = "unknown"
SEVERITIES = (BROKEN, DISCOURAGED, UNKNOWN, CURRENT)
LINE = "%(path)s: %(option)s %(value)s is %(verdict)s; use %(instead)s"
UNKNOWN_LINE = "%(path)s: %(option)s is unknown, because the cloud shows no value for it that the API documents"
NAMED_ON_DEVICE = "%(value)s, on %(device)s %(word)s"
NOT_SUPPORTED = "another device, because %(device)s does not support %(values)s"
NAME_UNKNOWN = "%(value)s (its name on %(device)s is not known)"

CURRENT_VALUES: Dict[str, List[str]] = {}
KNOWN_VALUES: Dict[str, List[str]] = {}
for _row in ROWS:
    for _option in _row.options:
        KNOWN_VALUES.setdefault(_option, []).append(_row.value)
        CURRENT_VALUES.setdefault(_option, []).extend([_row.value] if _row.verdict == CURRENT else [])


class Finding(NamedTuple):
    """One weak or unknown value of a tunnel."""

    vpn_id: str
    name: str
    vpn_conn_id: str
    option: str
    value: Any
    verdict: str
    instead: Optional[str]


class TunnelAudit(NamedTuple):
    """The audit of tunnels.

    :ivar findings: the weak values, the worst first.
    :ivar lines: the findings as sentences.
    :ivar summary: how many tunnels there are, and how many have each verdict as their worst one.
    """

    findings: List[Finding]
    lines: List[str]
    summary: Dict[str, int]


def audit_tunnels(
    tunnels: Sequence[Mapping[str, Any]], device: Optional[str] = None, short_keys: Collection[str] = ()
) -> TunnelAudit:
    """Return the weak values of tunnels.

    :param tunnels: as vpn_tunnel_info returns them.
    :param device: one of DEVICES, whose names for the values to use are given too.
    :param short_keys: the paths of the tunnels whose key is too short, see path_of().
    """
    summary = {"tunnels": len(tunnels), **dict.fromkeys(SEVERITIES, 0)}
    ranked: List[Tuple[int, str, Finding]] = []
    for tunnel in tunnels:
        path = path_of(tunnel)
        key = "x" * (CURRENT_KEY_LENGTH - 1) if path in short_keys else None
        weak = find_weaknesses({**tunnel, "secret_key": key}) + [
            (option, value, UNKNOWN) for option, value in _unknown_values(tunnel)
        ]
        verdicts = [verdict for _option, _value, verdict in weak] or [CURRENT]
        summary[min(verdicts, key=SEVERITIES.index)] += 1
        for option, value, verdict in weak:
            instead = None if verdict == UNKNOWN else _find_better(option, DEVICES[device] if device else None)
            vpn_id, name, vpn_conn_id = (str(tunnel[x] or "") for x in ("vpn_id", "vpn_conn_name", "vpn_conn_id"))
            finding = Finding(vpn_id, name, vpn_conn_id, option, value, verdict, instead)
            ranked.append((SEVERITIES.index(verdict), path, finding))
    ranked.sort(key=lambda entry: entry[:2])
    lines = [
        (UNKNOWN_LINE if finding.verdict == UNKNOWN else LINE) % dict(finding._asdict(), path=path)
        for _rank, path, finding in ranked
    ]
    return TunnelAudit([finding for _rank, _path, finding in ranked], lines, summary)


def _unknown_values(tunnel: Mapping[str, Any]) -> List[Tuple[str, Any]]:
    """Return the options whose value the cloud does not show, or shows as a word that the API does not document."""
    found = []
    for option, known in KNOWN_VALUES.items():
        group, _dot, name = option.partition(".")
        config = tunnel.get(group) or {}
        if not name or (name == "ike_mode" and isinstance(config, dict) and config.get("ike_version") == "v2"):
            continue
        value = config.get(name) if isinstance(config, dict) else None
        is_known = isinstance(value, int) if name in ("ike_life_time", "ipsec_lifetime") else value in known
        if not is_known:
            found.append((option, value))
    return found


def _find_better(option: str, device: Optional[Device]) -> str:
    """Return the value to use instead, with the device's name for it."""
    better = CURRENT_VALUES[option]
    cells = _cells_of(option, device) if device else None
    if device is None or cells is None:
        return better[0]
    named = [(value, cells[value].name) for value in better if value in cells]
    for value, word in named:
        if word is not None:
            return NAMED_ON_DEVICE % {"value": value, "device": device.label, "word": word}
    text = NOT_SUPPORTED if len(named) == len(better) else NAME_UNKNOWN
    return text % {"value": better[0], "values": " or ".join(better), "device": device.label}


def _cells_of(option: str, device: Device) -> Optional[Mapping[str, Cell]]:
    """Return the device's names for the values of an option; None for an option that is a number or a text."""
    name = option.rpartition(".")[2]
    if name == "ike_version":
        return device.modes
    if name == "ike_mode":
        return {mode.partition("/")[2]: cell for mode, cell in device.modes.items()}
    return device.cells.get(name, {}) if name.endswith(("_alg", "_pfs")) else None
