# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a page from which an engineer configures any device as the peer of a tunnel. Pure: no I/O, no Ansible."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ...module_utils._bce.errors import InvalidOptionsError
from .description import ANY_ADDRESS, PeerDescription, safe_value, subnet_pairs, validate_choice
from .device_table import DEVICES, SOURCES, Cell, Device
from .devices import find_cells, find_unsupported_values, mode_of
from .dictionary import DPD_DELAY_SECONDS, DPD_TIMEOUT_SECONDS, MTU_BYTES, TCP_MSS_BYTES, parse_dictionary
from .messages import MESSAGES
from .sheet_formats import FORMATS, Section, Sheet, Value
from .sheet_texts import CIPHERS, GROUPS, HASHES, PORTS, TEXTS
from .swanctl import NOT_RENDERED

OTHER = "other"
VENDORS = (*DEVICES, OTHER)
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}

Row = Tuple[Any, ...]


class Request(NamedTuple):
    """What is asked of a page."""

    peer: PeerDescription
    device: Device
    texts: Dict[str, str]
    cells: Dict[str, Cell]  # what is known of the tunnel's values on the device, see find_cells()
    key: Optional[str]  # None if it is not to be shown


def render(
    peer: Any, vendor: Any = OTHER, format: Any = "markdown", language: Any = "en", show_key: Any = False
) -> str:
    """Return the text of the page.

    :param peer: dictionary of describe_peer(); it needs the key only with show_key.
    :param vendor: one of VENDORS, whose words for the values are on the page.
    :param format: `markdown`, or `html` for a complete document.
    :param language: `en` or `zh`.
    :param show_key: whether the key is on the page.
    :returns: NOT_RENDERED in check mode, where a part of the tunnel would be created.
    :raises InvalidOptionsError: see parse_dictionary(); what the vendor does not support is on the page instead.
    """
    errors = validate_choice("vendor", vendor, VENDORS)
    errors += validate_choice("format", format, tuple(FORMATS)) + validate_choice("language", language, tuple(TEXTS))
    shown = _parse_boolean(show_key)
    if shown is None:
        errors.append(MESSAGES["peer_boolean"] % {"option": "show_key", "value": safe_value(show_key)})
    try:
        description = parse_dictionary(peer, "all" if shown else "connections")
    except InvalidOptionsError as error:
        errors += error.errors
    if errors:
        raise InvalidOptionsError(errors)
    if description is None:
        return NOT_RENDERED
    texts = TEXTS[language]
    device = DEVICES.get(vendor) or Device(texts["other"], "", {}, {}, {})
    key = description.secret_key.reveal() if description.secret_key else None
    cells = find_cells(device, description.ike_config, description.ipsec_config)
    return FORMATS[format](_sheet(Request(description, device, texts, cells, key)), language)


def _parse_boolean(value: Any) -> Optional[bool]:
    """Return a value as a boolean, or None where it is not one."""
    if isinstance(value, str):
        return BOOLEANS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _sheet(request: Request) -> Sheet:
    texts, peer = request.texts, request.peer
    words = {"name": peer.vpn_conn_name, "vendor": request.device.label}
    sections = [_ends(request), _networks(request), _ike(request), _esp(request), _settings(request)]
    if request.device.cells or request.device.modes:
        sections += [_unsupported(request), _sources(request)]
    elif request.device.label != texts["other"]:
        sections.append(Section(texts["unsupported"], [], [], [texts["no_source"] % words]))
    return Sheet(texts["title"] % words, [texts["intro"] % words, texts["untried"]], sections)


def _ends(request: Request) -> Section:
    texts, peer = request.texts, request.peer
    rows: List[Row] = [(texts["own_address"], Value(str(peer.peer.address)))]
    if peer.host_address == ANY_ADDRESS:
        rows.append((texts["host_address"], texts["any_address"]))
    elif peer.host_address != str(peer.peer.address):
        rows.append((texts["host_address"], Value(peer.host_address)))
    rows += [
        (texts["own_id"], Value(peer.peer.identity)),
        (texts["peer_address"], Value(str(peer.cloud.address))),
        (texts["peer_id"], Value(peer.cloud.identity)),
        (texts["key"], texts["no_key"] if request.key is None else Value(request.key)),
    ]
    return Section(texts["ends"], [texts["what"], texts["value"]], rows)


def _networks(request: Request) -> Section:
    texts = request.texts
    rows = [(Value(str(own)), Value(str(cloud))) for cloud, own in subnet_pairs(request.peer)]
    return Section(texts["networks"], [texts["own_network"], texts["cloud_network"]], rows, [texts["nat_rule"]])


def _ike(request: Request) -> Section:
    texts, ike = request.texts, request.peer.ike_config
    mode = mode_of(ike)
    rows = [(texts["version"], "IKEv%s" % ike["ike_version"][1:], request.cells.get("mode"))]
    if mode != "v2":
        rows.append((texts["mode"], texts[ike["ike_mode"]], None))
    rows += [
        (texts["cipher"], CIPHERS[ike["ike_enc_alg"]], request.cells.get("ike_enc_alg")),
        (texts["hash"], HASHES[ike["ike_auth_alg"]], request.cells.get("ike_auth_alg")),
        (texts["group"], GROUPS[ike["ike_pfs"]], request.cells.get("ike_pfs")),
        (texts["lifetime"], texts["seconds"] % {"seconds": ike["ike_life_time"]}, request.cells.get("ike_life_time")),
    ]
    return _section_of_values(request, texts["ike"], rows)


def _esp(request: Request) -> Section:
    texts, esp = request.texts, request.peer.ipsec_config
    group = GROUPS.get(esp["ipsec_pfs"]) or texts["disabled"]
    rows = [
        (texts["protocol"], texts["esp_protocol"], None),
        (texts["cipher"], CIPHERS[esp["ipsec_enc_alg"]], request.cells.get("ipsec_enc_alg")),
        (texts["esp_hash"], HASHES[esp["ipsec_auth_alg"]], request.cells.get("ipsec_auth_alg")),
        (texts["pfs"], group, request.cells.get("ipsec_pfs")),
        (texts["lifetime"], texts["seconds"] % {"seconds": esp["ipsec_lifetime"]}, request.cells.get("ipsec_lifetime")),
    ]
    return _section_of_values(request, texts["esp"], rows)


def _settings(request: Request) -> Section:
    texts = request.texts
    dpd = {"delay": DPD_DELAY_SECONDS, "timeout": DPD_TIMEOUT_SECONDS}
    rows = [
        (texts["nat"], texts["on"] % {"ports": PORTS}),
        (texts["dpd"], texts["dpd_value"] % dpd),
        (texts["mtu"], texts["bytes"] % {"bytes": MTU_BYTES}),
        (texts["mss"], texts["bytes"] % {"bytes": TCP_MSS_BYTES}),
        (texts["initiate"], texts[request.peer.start_action]),
    ]
    advice = [texts[name] for name in request.device.advice]
    return Section(texts["settings"], [texts["what"], texts["value"]], rows, advice)


def _unsupported(request: Request) -> Section:
    texts = request.texts
    values = find_unsupported_values(request.device, request.peer.ike_config, request.peer.ipsec_config, texts)
    found = [texts["unsupported_value"] % value._asdict() for value in values]
    unknown = texts["unknown"] % {"vendor": request.device.label}
    return Section(texts["unsupported"], [], [], [*(found or [texts["nothing_unsupported"]]), unknown])


def _sources(request: Request) -> Section:
    """Return where the vendor's words on this page are from."""
    label = "%s %s" % (request.device.label, request.device.version)
    sources = dict.fromkeys(SOURCES[cell.source] for cell in request.cells.values())
    return Section(request.texts["sources"], [], [], [label, *sources])


def _section_of_values(request: Request, heading: str, rows: Sequence[Tuple[str, str, Optional[Cell]]]) -> Section:
    """Return a table of values, with a column for the vendor's words where there are any."""
    texts = request.texts
    if not request.device.cells and not request.device.modes:
        return Section(heading, [texts["what"], texts["value"]], [(what, value) for what, value, _cell in rows])
    words = texts["words"] % {"vendor": request.device.label}
    filled = [(what, value, _word(cell)) for what, value, cell in rows]
    return Section(heading, [texts["what"], texts["value"], words], filled)


def _word(cell: Optional[Cell]) -> Any:
    if cell is None:
        return ""
    return "✗" if cell.name is None else Value(cell.name)
