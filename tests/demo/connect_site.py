# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect a site from an empty VPC to the first packet, and disconnect it, with the playbook of docs/first-packet.md.

The cloud is the emulator; its VPN gateway and the other end are real strongSwan daemons in the IPsec lab. Every step is
compared with what is stored and with a ping; the first unexpected result ends the demo.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import yaml

from api_example import SECRET_KEY
from docs_runner import shown_files
from ipsec_lab.debian_packages import LabUnavailableError
from ipsec_lab.lab import Lab
from ipsec_lab.peer_host import EMPTY_VPC, EMPTY_VPC_OPTIONS, FIRST_EIP, PeerHost


class UnexpectedResult(Exception):
    """A step did not have the expected result."""


def run_step(host, site, text, changes, writes, crosses, *arguments):
    """Run the playbook, print one line, and stop if what follows is not what was expected.

    :param changes: whether a task reports a change.
    :param writes: how many requests write.
    :param crosses: whether a ping is answered afterwards.
    """
    began, sent = time.monotonic(), len(host.lab.emulator_requests())
    status, output, _results = host.connect(site, *arguments)
    seconds = time.monotonic() - began
    done = sum(map(int, re.findall(r"changed=(\d+)", output)))
    written = sum(request["method"] != "GET" for request in host.lab.emulator_requests()[sent:])
    networks = {"localSubnets": site["local_subnets"], "remoteSubnets": site["remote_subnets"]}
    answered = host.lab.can_ping(tunnel=networks, seconds=2)
    shown = f"{done} changed, {written} writes, ping {'answered' if answered else 'lost':<8}"
    print(f"  {text:<46} {shown} ({seconds:.0f} s)", flush=True)
    if status or (done > 0, written, answered) != (changes, writes, crosses):
        raise UnexpectedResult(f"{text}: unexpected result:\n{output}")


def run_steps(folder):
    site = dict(yaml.safe_load(shown_files()["first_site.yml"]), secret_key=SECRET_KEY)
    subnets = {"cloud": site["local_subnets"], "peer": site["remote_subnets"]}
    with Lab({"cloud": FIRST_EIP, "peer": site["remote_ip"]}, subnets) as lab:
        host = PeerHost(lab, folder, options=EMPTY_VPC_OPTIONS)
        print("An empty VPC with one subnet on the emulator, and a bare host as the other end.")
        print("ansible-playbook -i first_hosts.yml baiducloud.network.site_to_site -e @first_site.yml")
        run_step(host, site, "1. planned (--check --diff)", True, 0, False, "--check", "--diff")
        run_step(host, site, "2. EIP, gateway, tunnel, route rule, other end", True, 4, True)
        run_step(host, site, "3. the same again", False, 0, True)
        run_step(host, site, "4. removed (-e state=absent)", True, 5, False, "-e", "state=absent")
        state = lab.emulator_state()
        left = [gateway for gateway in state["gateways"] if gateway["vpcId"] == EMPTY_VPC]
        if left or state["tunnels"] or lab.peer_connections() or state["billed"] != {"gateways": 1, "eips": 1}:
            raise UnexpectedResult(f"something is left, or was bought twice: {state}")
        print(f"Nothing is left on the cloud and the host; bought: {json.dumps(state['billed'])}")


def main():
    try:
        with tempfile.TemporaryDirectory(prefix="demo-site-") as folder:
            run_steps(Path(folder))
    except LabUnavailableError as error:
        sys.exit(f"demo-site: this machine cannot run the IPsec lab: {error}")
    except UnexpectedResult as error:
        sys.exit(f"demo-site: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
