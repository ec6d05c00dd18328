# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the section "What each device supports" of docs/peers.md from the table that the renderers use.

python tests/checks/peers_page.py         write the section
python tests/checks/peers_page.py check   fail if it is not what would be written
"""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.device_table import (
    DEVICES,
    MODES,
    SOURCES,
    Cell,
    Device,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/peers.md"
BEGIN, END = "<!-- generated: make update-plugin-docs -->\n", "<!-- end of the generated part -->\n"
# Options of IKE and ESP that many devices have the same values for.
ALIKE = (("ike_enc_alg", "ipsec_enc_alg"), ("ike_auth_alg", "ipsec_auth_alg"), ("ike_pfs", "ipsec_pfs"))
OPTIONS = tuple(option for options in zip(*ALIKE) for option in options)


def section() -> str:
    """Return the generated part: a list for each device, and the sources."""
    numbers = {name: number for number, name in enumerate(SOURCES, 1)}
    lines: list[str] = []
    for key, device in DEVICES.items():
        words = f"`vendor='{key}'`" + (f", filter `{device.filter_name}`" if device.filter_name else "")
        lines += ["", f"### {device.label}", "", f"Version: {device.version}. Name: {words}.", ""]
        lines += [f"- {line}" for line in _items(device, numbers)] or ["No source is known."]
    lines += ["", "### Sources", ""]
    lines += [f"{number}. {SOURCES[name]}" for name, number in numbers.items()]
    return "\n".join(lines) + "\n\n"


def _items(device: Device, numbers: dict[str, int]) -> list[str]:
    """Return a line for each option of the API, or for two options of which the device has the same values."""
    modes = {MODES[name]: cell for name, cell in device.modes.items()}
    found = [_item("version and mode", modes, numbers)] if modes else []
    values = {option: device.cells.get(option, {}) for option in OPTIONS}
    values["ipsec_pfs"] = {value: cell for value, cell in values["ipsec_pfs"].items() if value != "disabled"}
    for ike, esp in ALIKE:
        if values[ike] and values[ike] == values[esp]:
            found.append(_item(f"`{ike}`, `{esp}`", values[ike], numbers))
        else:
            found += [_item(f"`{option}`", values[option], numbers) for option in (ike, esp) if values[option]]
    off = {value: cell for value, cell in device.cells.get("ipsec_pfs", {}).items() if value == "disabled"}
    found += [_item("`ipsec_pfs`", off, numbers)] if off else []
    found += [
        f"`ipsec_pfs` with {MODES[mode]}: only the group of `ike_pfs`, or disabled (source {numbers[source]})"
        for mode, source in device.group_of_ike.items()
    ]
    if device.seconds:
        (limits,) = set(device.seconds.values())
        options = ", ".join(f"`{option}`" for option in device.seconds)
        found.append(f"{options}: {limits.min} to {limits.max} seconds (source {numbers[limits.source]})")
    return found


def _item(name: str, cells: dict[str, Cell], numbers: dict[str, int]) -> str:
    """Return the values of an option, each with the device's word for it, and their source."""
    (source,) = {cell.source for cell in cells.values()}
    supported = [f"{value} = `{cell.name}`" for value, cell in cells.items() if cell.name is not None]
    unsupported = [value for value, cell in cells.items() if cell.name is None]
    text = ", ".join(supported)
    if unsupported:
        text += f"{'; ' if text else ''}**not supported: {', '.join(unsupported)}**"
    return f"{name}: {text} (source {numbers[source]})"


def page(path: Path, generated: str) -> str:
    """Return a page with its generated part."""
    before, _begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    assert end, f"{path.name} has no place for the generated part"
    return before + BEGIN + generated + END + after


def main(path: Path, generated: str) -> None:
    """Write a page or, with the argument check, fail if it is not what would be written."""
    text = page(path, generated)
    if sys.argv[1:] != ["check"]:
        path.write_text(text, encoding="utf-8")
    elif text != path.read_text(encoding="utf-8"):
        sys.exit(f"docs/{path.name} is not up to date: make update-plugin-docs")


if __name__ == "__main__":
    main(PAGE, section())
