# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, repeat, change and delete a VPN tunnel on the emulator with a playbook.

Every step is compared with the stored state; the first unexpected result ends the demo. Arguments are passed to
ansible-playbook. The environment variable DEMO_DIALECTS names dialects of the emulator, separated by blanks
(``python tests/emulator --list-dialects``): the API then differs from its documentation in these ways.
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


class UnexpectedResult(Exception):
    """A step did not have the expected result."""


def run_playbook(emulator, *arguments):
    """Run the playbook; return its output, whether it changed something, and the id that it printed."""
    # A developer's own account must not be used.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BCE_", "BAIDUCLOUD_"))}
    quiet = {
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }
    # By default Ansible searches the user's home directory before this environment.
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
        raise UnexpectedResult(f"ansible-playbook ended with exit status {result.returncode}:\n{result.stdout}")
    changed = re.search(r"changed=(\d+)", result.stdout)
    shown = re.search(r"vpnConnId: ([\w-]+)", result.stdout)
    return result.stdout, bool(changed and int(changed.group(1))), shown.group(1) if shown else None


def expect(emulator, text, condition, changed, vpn_conn_id):
    """Print one step, and stop if its result is unexpected."""
    writes = len(emulator.requests()) - len(emulator.requests("GET"))
    print(f"  {text:<58} {'changed' if changed else 'ok':<8} {vpn_conn_id}   (writes so far: {writes})", flush=True)
    if not condition:
        raise UnexpectedResult(f"{text}: unexpected result; stored: {emulator.tunnels()}")


def life_times(emulator):
    return [tunnel["ipsecConfig"]["ipsecLifetime"] for tunnel in emulator.tunnels()]


def run_steps(emulator, dialects):
    print(f"The emulator of the API runs at {emulator.endpoint}.")
    if dialects:
        print(f"It differs from the documentation: {', '.join(dialects)}.")
    print(f"ansible-playbook {PLAYBOOK} -e @{EXAMPLE.relative_to(ROOT)}")

    _output, changed, created = run_playbook(emulator)
    stored = [tunnel["vpnConnId"] for tunnel in emulator.tunnels()]
    # A list, the creation, and a list that verifies it. A dialect may need more requests.
    is_short = len(emulator.requests()) == 3 or bool(dialects)
    expect(emulator, "1. the example of the API page", changed and stored == [created] and is_short, changed, created)

    _output, changed, same = run_playbook(emulator)
    expect(emulator, "2. the same task again", not changed and same == created, changed, same)

    output, changed, same = run_playbook(emulator, "-e", SHORTER, "--check", "--diff")
    planned = changed and same == created and life_times(emulator) == ["28800s"]
    expect(emulator, "3. another life time, in check mode (--check --diff)", planned, changed, same)
    for line in re.findall(r'^[-+] .*"ipsec_lifetime".*$', output, re.MULTILINE):
        print(f"       {line}")

    _output, changed, same = run_playbook(emulator, "-e", SHORTER)
    done = changed and same == created and life_times(emulator) == ["3600s"]
    expect(emulator, "4. another life time, applied", done, changed, same)

    _output, changed, same = run_playbook(emulator, "-e", "state=absent")
    expect(emulator, "5. deleted (-e state=absent)", changed and emulator.tunnels() == [], changed, same)
    return created


def main():
    try:
        dialects = os.environ.get("DEMO_DIALECTS", "").split()
        with EmulatorProcess(*(word for name in dialects for word in ("--dialect", name))) as emulator:
            created = run_steps(emulator, dialects)
    except UnexpectedResult as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"vpnConnId: {created}")


if __name__ == "__main__":
    main()
