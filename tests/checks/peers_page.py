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

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.device_table import DEVICES, MODES, SOURCES

PAGE = Path(__file__).resolve().parents[2] / "docs/peers.md"
BEGIN, END = "<!-- generated: make update-plugin-docs -->\n", "<!-- end of the generated part -->\n"
COLUMNS = ("option of the API", "value", "in the device's words", "source")
OPTIONS = ("ike_enc_alg", "ike_auth_alg", "ike_pfs", "ipsec_enc_alg", "ipsec_auth_alg", "ipsec_pfs")


def section() -> str:
    """Return the generated part: a table for each device, and the sources."""
    numbers = {name: number for number, name in enumerate(SOURCES, 1)}
    lines: list[str] = []
    for key, device in DEVICES.items():
        words = f"`vendor='{key}'`" + (f", filter `{device.filter_name}`" if device.filter_name else "")
        lines += ["", f"### {device.label}", "", f"{device.version}; {words}.", ""]
        groups = {"mode": {MODES[name]: cell for name, cell in device.modes.items()}}
        groups.update({option: device.cells.get(option, {}) for option in OPTIONS})
        rows = [
            (option, value, cell.name, numbers[cell.source])
            for option, cells in groups.items()
            for value, cell in cells.items()
        ]
        rows += [
            (option, "seconds", f"{limits.min} to {limits.max}", numbers[limits.source])
            for option, limits in device.seconds.items()
        ]
        rows += [
            ("ipsec_pfs", f"another group than that of `ike_pfs`, with {MODES[mode]}", None, numbers[source])
            for mode, source in device.group_of_ike.items()
        ]
        if not rows:
            lines += ["No source is known."]
            continue
        lines += [f"| {' | '.join(COLUMNS)} |", "|---|---|---|---|"]
        lines += [
            f"| `{option}` | {value} | {'**not supported**' if name is None else name} | {number} |"
            for option, value, name, number in rows
        ]
    lines += ["", "### Sources", ""]
    lines += [f"{number}. {SOURCES[name]}" for name, number in numbers.items()]
    return "\n".join(lines) + "\n\n"


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
