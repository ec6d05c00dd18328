# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report tunnels as JSON, CSV, HTML and metrics for Prometheus. Pure: no I/O."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Optional, Sequence

REACHABLE, ACTIVE = "reachable", "active"
SAME, MISSING, CHANGED, UNLISTED, SURPLUS, UNKNOWN = "same", "missing", "changed", "unlisted", "surplus", "unknown"
# A planned action of vpn_tunnels -> how the tunnel differs from the list.
DRIFT = {"create": MISSING, "update": CHANGED, "delete": SURPLUS, "nothing": SAME}
DRIFT_TEXTS = {
    None: "not compared",
    SAME: "as in the list",
    MISSING: "missing",
    CHANGED: "differs",
    UNLISTED: "not in the list",
    SURPLUS: "to be deleted",
    UNKNOWN: "could not be compared",
}
COLUMNS = (
    "vpn_id", "name", "vpn_conn_id", "remote", "local_subnets", "remote_subnets", "status", "health", "is_up", "drift",
    "changed_fields",
)  # fmt: skip


class TunnelReport(NamedTuple):
    """A report in all formats.

    :ivar files: the file of each format, as (name, text).
    """

    summary: dict[str, int]
    tunnels: list[dict[str, Any]]
    files: dict[str, tuple[str, str]]


def report_tunnels(
    tunnels: Sequence[Mapping[str, Any]], checked: Optional[Mapping[str, Any]], generated: str
) -> TunnelReport:
    """Return the report of tunnels. Those with a problem come first.

    :param tunnels: as vpn_tunnel_info returns them.
    :param checked: the result of vpn_tunnels in check mode with the list to compare with; empty without one.
    :param generated: the time of the report, in UTC and ISO 8601.
    """
    rows = [_row(tunnel) for tunnel in tunnels]
    if checked:
        rows = _compare(rows, checked)
    rows.sort(key=lambda row: (row["is_up"] and row["drift"] in (None, SAME), row["vpn_id"], row["name"]))
    summary = {
        "tunnels": len(rows),
        "up": sum(row["is_up"] for row in rows),
        "down": sum(not row["is_up"] for row in rows),
        "drifted": sum(is_drifted(row) for row in rows),
    }
    return TunnelReport(
        summary,
        rows,
        {name: (file, render(rows, summary, generated)) for name, (file, render) in FORMATS.items()},
    )


def is_drifted(row: Mapping[str, Any]) -> bool:
    """Return whether a tunnel differs from the list."""
    return row["drift"] not in (None, SAME)


def _row(tunnel: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "vpn_id": tunnel["vpn_id"],
        "name": tunnel["vpn_conn_name"] or "",
        "vpn_conn_id": tunnel["vpn_conn_id"] or "",
        "remote": tunnel["remote_ip"] or tunnel["cgw_id"] or "",
        "local_subnets": tunnel["local_subnets"] or [],
        "remote_subnets": tunnel["remote_subnets"] or [],
        "status": tunnel["status"] or "unknown",
        "health": tunnel["health_status"] or "unknown",
        "is_up": (tunnel["health_status"] or "").lower() == REACHABLE,
        "drift": None,
        "changed_fields": [],
    }


def _compare(rows: list[dict[str, Any]], checked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows with their drift, and a row for each missing tunnel."""
    changes = {entry["after_header"]: entry for entry in checked.get("diff", ())}
    found = {(row["vpn_id"], row["vpn_conn_id"]): dict(row, drift=UNLISTED) for row in rows}
    missing = []
    for planned in checked["tunnels"]:
        drift = UNKNOWN if planned["error"] else DRIFT.get(planned["action"], UNKNOWN)
        key = (planned["vpn_id"], planned["vpn_conn_id"] or "")
        change = changes.get("%s/%s" % (planned["vpn_id"], planned["name"]), {})
        fields = [*_differing(change.get("before") or {}, change.get("after") or {})] if drift == CHANGED else []
        if planned["secret_key_changed"]:
            fields.append("secret_key")
        if key in found:
            found[key].update(drift=drift, changed_fields=sorted({*fields}))
        elif drift in (MISSING, UNKNOWN):
            empty = dict.fromkeys(("vpn_conn_name", "vpn_conn_id", "remote_ip", "cgw_id", "local_subnets"))
            empty.update(dict.fromkeys(("remote_subnets", "status", "health_status")), vpn_id=planned["vpn_id"])
            missing.append(dict(_row(empty), name=planned["name"] or "", drift=drift, status=drift))
    return [*found.values(), *missing]


def _differing(before: Mapping[str, Any], after: Mapping[str, Any], group: str = "") -> Iterable[str]:
    """Yield the names of the fields that differ, such as ike_config.ike_version."""
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differing(old, new, "%s." % name)
        elif old != new:
            yield group + name


def _to_json(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, int], generated: str) -> str:
    content = {"generated": generated, "summary": summary, "tunnels": rows}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _to_csv(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, int], generated: str) -> str:
    """Return a table. An apostrophe in front of a cell keeps spreadsheets from running it as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [" ".join(row[name]) if isinstance(row[name], list) else row[name] for name in COLUMNS]
        writer.writerow([_safe_cell("" if cell is None else str(cell)) for cell in cells])
    return text.getvalue()


def _safe_cell(text: str) -> str:
    return "'" + text if text.lstrip(" \ufeff\u200b")[:1] in tuple("=+-@\t\r\n|") else text


class Metric(NamedTuple):
    """One metric.

    :ivar value: returns its value for a tunnel; None if the tunnel has none.
    :ivar join: joins the values of tunnels that share one name.
    """

    name: str
    help: str
    value: Callable[[Mapping[str, Any]], Optional[bool]]
    join: Callable[[Iterable[object]], bool]


METRICS = (
    Metric(
        "baiducloud_vpn_tunnel_up", "Whether the cloud reaches the peer of the tunnel.", lambda row: row["is_up"], all
    ),
    Metric(
        "baiducloud_vpn_tunnel_active",
        "Whether the tunnel has the status active.",
        lambda row: row["status"].lower() == ACTIVE,
        all,
    ),
    Metric(
        "baiducloud_vpn_tunnel_drifted",
        "Whether the tunnel differs from the list.",
        lambda row: None if row["drift"] is None else is_drifted(row),
        any,
    ),
)
TIMESTAMP_METRIC = "baiducloud_vpn_report_timestamp_seconds"


def _to_prometheus(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, int], generated: str) -> str:
    """Return metrics for the textfile collector of node_exporter.

    The labels have no id of the tunnel, so that an alert continues if the tunnel is created again.
    """
    lines = []
    for metric in METRICS:
        series: dict[str, list[object]] = {}
        for row in rows:
            value = metric.value(row)
            if value is not None:
                series.setdefault(_labels(row), []).append(value)
        if series:
            lines += ["# HELP %s %s" % (metric.name, metric.help), "# TYPE %s gauge" % metric.name]
            lines += ["%s{%s} %d" % (metric.name, labels, metric.join(series[labels])) for labels in sorted(series)]
    timestamp = datetime.datetime.fromisoformat(generated.replace("Z", "+00:00")).timestamp()
    lines += ["# HELP %s When the report was made." % TIMESTAMP_METRIC, "# TYPE %s gauge" % TIMESTAMP_METRIC]
    return "\n".join([*lines, "%s %d" % (TIMESTAMP_METRIC, timestamp)]) + "\n"


def _labels(row: Mapping[str, Any]) -> str:
    labels = {"vpn_id": row["vpn_id"], "tunnel": row["name"] or row["vpn_conn_id"]}
    return ",".join('%s="%s"' % (name, _label_value(str(value))) for name, value in labels.items())


def _label_value(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>VPN tunnels: %(title)s</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.6rem; margin: 0; }
p { margin: .3rem 0 1.2rem; color: #57606a; }
ul { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; margin: 0 0 1.5rem; padding: 0; }
li { border: 1px solid #d0d7de; border-radius: .5rem; padding: .6rem 1.2rem; min-width: 7rem; }
li strong { display: block; font-size: 1.8rem; line-height: 1.2; }
table { border-collapse: collapse; width: 100%%; }
th, td { border-bottom: 1px solid #d0d7de; padding: .45rem .6rem; text-align: left; vertical-align: top; }
th { background: #f6f8fa; }
td { overflow-wrap: anywhere; }
small { color: #57606a; display: block; font-weight: 400; }
.good { color: #116329; }
.bad { color: #a40e26; font-weight: 600; }
@media print { body { margin: 0; } }
</style>
</head>
<body>
<h1>VPN tunnels: %(title)s</h1>
<p>State at %(generated)s (UTC)</p>
<ul>
%(tiles)s
</ul>
<table>
<thead><tr><th>Tunnel</th><th>Peer</th><th>Networks</th><th>Connection</th><th>Configuration</th></tr></thead>
<tbody>
%(rows)s
</tbody>
</table>
</body>
</html>
"""
ROW = (
    "<tr><td>%(name)s<small>%(vpn_id)s</small></td><td>%(remote)s</td><td>%(local_subnets)s<small>%(remote_subnets)s"
    '</small></td><td class="%(up_class)s">%(up)s<small>%(status)s, %(health)s</small></td><td class="%(drift_class)s">'
    "%(drift)s<small>%(changed_fields)s</small></td></tr>"
)


def _to_html(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, int], generated: str) -> str:
    """Return one self-contained page, in which all texts from the cloud are escaped."""
    is_compared = any(row["drift"] is not None for row in rows)
    labels = {"tunnels": "tunnels", "up": "up", "down": "down"}
    labels.update({"drifted": "not as in the list"} if is_compared else {})
    problems = ["%d down" % summary["down"]] if summary["down"] else []
    problems += ["%d not as in the list" % summary["drifted"]] if summary["drifted"] else []
    tiles = [
        '<li class="%s"><strong>%d</strong>%s</li>'
        % ("bad" if name in ("down", "drifted") and summary[name] else "", summary[name], label)
        for name, label in labels.items()
    ]
    return PAGE % {
        "title": ", ".join(problems) or "all in order",
        "generated": html.escape(generated.replace("T", " ").rstrip("Z")),
        "tiles": "\n".join(tiles),
        "rows": "\n".join(ROW % _cells(row) for row in rows) or '<tr><td colspan="5">No tunnels were found.</td></tr>',
    }


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: ", ".join(value) if isinstance(value, list) else str(value) for name, value in row.items()}
    texts["up"] = "✓ up" if row["is_up"] else "✗ down"
    texts["drift"] = ("✗ " if is_drifted(row) else "✓ " if row["drift"] else "") + DRIFT_TEXTS[row["drift"]]
    texts["remote_subnets"] = "to %s" % texts["remote_subnets"] if row["remote_subnets"] else ""
    cells = {name: html.escape(text) for name, text in texts.items()}
    cells["up_class"] = "good" if row["is_up"] else "bad"
    cells["drift_class"] = "bad" if is_drifted(row) else "good" if row["drift"] else ""
    return cells


FORMATS: dict[str, tuple[str, Callable[[Sequence[Mapping[str, Any]], Mapping[str, int], str], str]]] = {
    "json": ("vpn_tunnels.json", _to_json),
    "csv": ("vpn_tunnels.csv", _to_csv),
    "html": ("vpn_tunnels.html", _to_html),
    "prometheus": ("vpn_tunnels.prom", _to_prometheus),
}
