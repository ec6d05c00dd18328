# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, shown: a playbook creates a VPN tunnel on the emulator, changes it and deletes it.

Every step is checked against what the emulator has stored; the first one that is not as promised ends the demo.
Arguments are handed on to ansible-playbook. The environment variable DEMO_DIALECTS names dialects of the emulator
(``python tests/emulator --list-dialects``), separated by blanks: the cloud then differs from its documentation so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from emulator_process import EmulatorProcess

PLAYBOOK = "baiducloud.network.create_tunnel"
EXAMPLE = ROOT / "playbooks/vars/page_example.yml"
SHORTER = '{"ipsec_config": {"ipsec_lifetime": 3600}}'


class Promise(Exception):
    """A step did not do what it promised."""


def play(emulator, *arguments):
    """Run the playbook; its output, whether the task changed something, and the id it showed."""
    # A developer's own cloud must stay out of this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BCE_", "BAIDUCLOUD_"))}
    quiet = {
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    # By default Ansible looks for the collection in the user's home before it looks into this environment.
    environment.setdefault("ANSIBLE_COLLECTIONS_PATH", sysconfig.get_path("purelib"))
    environment.update(quiet, **emulator.environment)
    ansible_playbook = Path(sys.executable).parent / "ansible-playbook"
    command = [ansible_playbook, PLAYBOOK, "-e", f"@{EXAMPLE}", *sys.argv[1:], *arguments]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        raise Promise(f"ansible-playbook ended with exit status {result.returncode}:\n{result.stdout}")
    changed = re.search(r"changed=(\d+)", result.stdout)
    shown = re.search(r"vpnConnId: ([\w-]+)", result.stdout)
    return result.stdout, bool(changed and int(changed.group(1))), shown.group(1) if shown else None


def expect(emulator, text, condition, changed, vpn_conn_id):
    """Tell about one step and stop if it is not as promised."""
    writes = len(emulator.requests()) - len(emulator.requests("GET"))
    print(f"  {text:<58} {'changed' if changed else 'ok':<8} {vpn_conn_id}   (writes so far: {writes})", flush=True)
    if not condition:
        raise Promise(f"{text}: not as promised; stored is {emulator.tunnels()}")


def lifetimes(emulator):
    return [tunnel["ipsecConfig"]["ipsecLifetime"] for tunnel in emulator.tunnels()]


def tell_the_story(emulator, dialects):
    print(f"The emulator stands in for the cloud at {emulator.endpoint}.")
    if dialects:
        print(f"It differs from the documentation in this: {', '.join(dialects)}.")
    print(f"ansible-playbook {PLAYBOOK} -e @{EXAMPLE.relative_to(ROOT)}")

    _output, changed, created = play(emulator)
    stored = [tunnel["vpnConnId"] for tunnel in emulator.tunnels()]
    # A list, the creation, and a list that confirms it. A dialect may cost more.
    is_short = len(emulator.requests()) == 3 or bool(dialects)
    expect(emulator, "1. the example of the API page", changed and stored == [created] and is_short, changed, created)

    _output, changed, same = play(emulator)
    expect(emulator, "2. the same again", not changed and same == created, changed, same)

    output, changed, same = play(emulator, "-e", SHORTER, "--check", "--diff")
    foreseen = changed and same == created and lifetimes(emulator) == ["28800s"]
    expect(emulator, "3. another life time, only foreseen (--check --diff)", foreseen, changed, same)
    for line in re.findall(r'^[-+] .*"ipsec_lifetime".*$', output, re.MULTILINE):
        print(f"       {line}")

    _output, changed, same = play(emulator, "-e", SHORTER)
    done = changed and same == created and lifetimes(emulator) == ["3600s"]
    expect(emulator, "4. another life time, applied", done, changed, same)

    _output, changed, same = play(emulator, "-e", "state=absent")
    expect(emulator, "5. deleted (-e state=absent)", changed and emulator.tunnels() == [], changed, same)
    return created


def main():
    try:
        dialects = os.environ.get("DEMO_DIALECTS", "").split()
        with EmulatorProcess(*(word for name in dialects for word in ("--dialect", name))) as emulator:
            created = tell_the_story(emulator, dialects)
    except Promise as broken:
        sys.exit(f"demo: {broken}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"vpnConnId: {created}")


if __name__ == "__main__":
    main()
