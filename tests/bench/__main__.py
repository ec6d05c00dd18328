# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench: what a task costs, beside Ansible's own modules and the peers'; writes docs/benchmarks.md.

All kinds of tasks are measured in turn within one run, so that a busy machine is busy for all of them alike. Compare
the ratios, not the milliseconds.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import peer_stub
from emulator_process import EmulatorProcess
from page_example import OPTIONS, options

PAGE = ROOT / "docs/benchmarks.md"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
# Items of two loops; the cost of an item is their difference divided by MANY - FEW. Quick kinds need longer loops.
FEW, MANY, MANY_QUICK = 4, 24, 204
QUICK = ("ansible.builtin.debug", "vpn_tunnel, in process")
MODULE = "baiducloud.network.vpn_tunnel"
BIN = Path(sys.executable).parent


def kinds(emulator, stub):
    """Kind of task -> the task, without its loop."""
    hcloud = {"api_token": "x" * 64, "api_endpoint": stub}
    aws = {"endpoint_url": stub, "region": "us-east-1", "access_key": "a", "secret_key": "b"}
    return {
        "ansible.builtin.debug": {"ansible.builtin.debug": {"msg": "x"}},
        "vpn_tunnel, in process": {MODULE: OPTIONS},
        "vpn_tunnel, as a module": {MODULE: OPTIONS, "vars": {"baiducloud_in_process": False}},
        "ansible.builtin.ping": {"ansible.builtin.ping": {}},
        "ansible.builtin.uri, one GET": {"ansible.builtin.uri": {"url": emulator.endpoint + "/_emulator/state"}},
        "hetzner.hcloud.server_info": {"hetzner.hcloud.server_info": hcloud},
        "amazon.aws.aws_caller_info": {"amazon.aws.aws_caller_info": aws},
    }


def run_play(tasks, environment):
    """Run the tasks; (wall seconds, CPU seconds, peak memory of any of its processes in MiB)."""
    content = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder, "play.json")
        path.write_text(json.dumps(content))
        with open(Path(folder, "output"), "w+", encoding="utf-8") as output:
            begin = time.monotonic()
            process = subprocess.Popen(
                [BIN / "ansible-playbook", path], cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            _pid, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                output.seek(0)
                sys.exit(f"bench: a play failed:\n{output.read()[-3000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure_items(emulator, stub, environment):
    """Kind -> (milliseconds of wall time per item, of CPU time per item, peak MiB), medians over the rounds."""
    samples = {}
    for number in range(ROUNDS):
        for kind, task in kinds(emulator, stub).items():
            print(f"  round {number + 1} of {ROUNDS}: {kind}", flush=True)
            most = MANY_QUICK if kind in QUICK else MANY
            few, many = (
                run_play([dict(task, loop=list(range(count)), loop_control={"label": "."})], environment)
                for count in (FEW, most)
            )
            per_item = [(many[place] - few[place]) / (most - FEW) * 1000 for place in (0, 1)]
            samples.setdefault(kind, []).append((*per_item, many[2]))
    return {kind: [statistics.median(column) for column in zip(*rows)] for kind, rows in samples.items()}


def count_requests(emulator, environment):
    """Operation -> the requests that it sent, as text such as "GET, POST"."""
    gone = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", "state": "absent"}
    operations = {
        "create": OPTIONS,
        "nothing to do": OPTIONS,
        "update": options(ipsec_config__ipsec_lifetime=3600),
        "delete": gone,
        "absent, and nothing there": gone,
    }
    seen = {}
    emulator.reset()
    for name, arguments in operations.items():
        before = len(emulator.requests())
        run_play([{MODULE: arguments}], environment)
        seen[name] = [entry["method"] for entry in emulator.requests()[before:]]
    return seen


def time_signers():
    """Microseconds per signature: (ours, the official SDK's), medians of interleaved rounds."""
    from baidubce.auth import bce_v1_signer
    from baidubce.auth.bce_credentials import BceCredentials

    from ansible_collections.baiducloud.network.plugins.module_utils import signer

    keys = ("0b0f67dfb88244b289b72b142befad0c", "bad522c2126a4618a8125f4b6cf6356f")
    path, query = "/v1/vpn/vpn-119bd69b/vpnconn", {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}
    headers = {"Host": "bcc.bj.baidubce.com", "x-bce-date": "2023-11-14T22:13:20Z"}
    their_headers = {name.encode(): value.encode() for name, value in headers.items()}
    their_query = {name.encode(): value.encode() for name, value in query.items()}
    theirs_signs = [b"host", b"x-bce-date"]
    credentials = BceCredentials(*keys)

    def ours(moment):
        return signer.authorization(*keys, "POST", path, query, headers, moment, signed_headers=["host", "x-bce-date"])

    def theirs(moment):
        return bce_v1_signer.sign(
            credentials, b"POST", path.encode(), their_headers, their_query, moment, 1800, theirs_signs
        )

    if ours(1700000000).encode() != theirs(1700000000):
        sys.exit("bench: the two signers do not agree")
    times = {ours: [], theirs: []}
    for _round in range(15):
        for sign, samples in times.items():
            begin = time.perf_counter()
            for moment in range(1700000000, 1700001000):
                sign(moment)
            samples.append((time.perf_counter() - begin) * 1000)
    return [statistics.median(samples) for samples in times.values()]


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


PAGE_TEXT = """# Benchmarks

Written by `make bench`, all in one run. Compare the ratios: the milliseconds are this machine's.

- Machine: {machine}; load average {load_before:.1f} before and {load_after:.1f} after the run.
- Versions: {versions}.
- Medians of {rounds} rounds; every round measures every kind of task in turn.

## One task with nothing to do

Each further item of a loop on localhost, from loops of {few} and {many} items ({many_quick} for the quick kinds).
All tasks that talk HTTP talk to a server on the same machine.

| task | ms per item | beside `debug` | beside `ping` | CPU ms per item | peak MiB of a process |
|---|---:|---:|---:|---:|---:|
{items}

In process an item costs {to_debug:.1f} × `debug` and 1/{to_ping:.0f} of `ping`, because no Python is started for it.
The module is used where the task does not run on the controller; see the two doors in
[architecture.md](architecture.md).

## Requests per operation

| operation | requests | which |
|---|---:|---|
{operations}

A creation looks its tunnel up afterwards: that is how an answer to an old request is told from a new tunnel
([reliability.md](reliability.md)). Waiting adds one `GET` per look.

## Signer

One signature of a creation takes {ours:.0f} µs; the official SDK's signer takes {theirs:.0f} µs ({ratio:.1f} ×) for
the same result.
"""


def page(items, operations, signers, load):
    """The text of docs/benchmarks.md."""
    debug, ping = items["ansible.builtin.debug"][0], items["ansible.builtin.ping"][0]
    in_process = items["vpn_tunnel, in process"][0]
    rows = [
        f"| {kind} | {wall:.1f} | {wall / debug:.1f} × | {wall / ping:.3f} × | {cpu:.1f} | {memory:.0f} |"
        for kind, (wall, cpu, memory) in items.items()
    ]
    counts = [f"| {name} | {len(methods)} | {', '.join(methods)} |" for name, methods in operations.items()]
    packages = [f"{name} {version(name)}" for name in ("ansible-core", "ansible", "requests", "bce-python-sdk")]
    ours, theirs = signers
    return PAGE_TEXT.format(
        machine=f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        load_before=load[0],
        load_after=load[1],
        versions=", ".join([f"Python {platform.python_version()}", *packages]),
        rounds=ROUNDS,
        few=FEW,
        many=MANY,
        many_quick=MANY_QUICK,
        items="\n".join(rows),
        to_debug=in_process / debug,
        to_ping=ping / in_process,
        operations="\n".join(counts),
        ours=ours,
        theirs=theirs,
        ratio=theirs / ours,
    )


def main():
    load = [os.getloadavg()[0]]
    with EmulatorProcess() as emulator:
        environment = dict(os.environ, ANSIBLE_LOCALHOST_WARNING="false", **emulator.environment)
        operations = count_requests(emulator, environment)
        emulator.reset()
        run_play([{MODULE: OPTIONS}], environment)
        items = measure_items(emulator, peer_stub.start(), environment)
    signers = time_signers()
    load.append(os.getloadavg()[0])
    text = page(items, operations, signers, load)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print(f"bench: wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
