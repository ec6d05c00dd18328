# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a tunnel that the lab plants, and next to each the sentence of its diagnosis.

tests/integration/test_tunnel_diagnosis.py plants them; the unit tests diagnose what it has recorded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple, Optional

NAME = "vpncon"
RECORD = Path(__file__).with_name("recorded_faults.json")
CHANGING = ("vpn_conn_id", "route_rule_id", "create_time", "created_time")
BASE = "none"  # the fault of which all facts are recorded; of the others it is what differs

UP, DOWN, PARTLY = "is established: ", "is not established: ", "is established for only a part of its networks: "
WRITE = "; configure the peer again with site_to_site or the role strongswan_peer"
SAME_KEY = "; set the same key at both ends by running site_to_site with secret_key"
REFUSED = (
    DOWN + "the cloud refuses the authentication of branch although the identities match the tunnel, so the two ends"
    " probably have different keys" + SAME_KEY + "; if that does not help, the gateway has another identity than"
    " 192.0.2.1 (strongswan_peer_local_id)"
)
CHANGE_NETWORK = (
    "; change one of them, or translate the addresses at the peer (NETMAP) and give the tunnel the translated network"
)
OPEN_PORTS = "; allow UDP 500 and 4500 in both directions between the peer and 192.0.2.1"
UNKNOWN_OR_OLD = (
    DOWN + "the cloud refuses the IKE proposal although it matches the tunnel, so the cloud either expects branch at"
    " another address, or still uses older values; check that remote_ip (10.107.245.188) is the public address of"
    " branch, and then run site_to_site again"
)
OLD = "; update the tunnel by running site_to_site again, because the cloud may still use older values"

# The lab's router without a rule of the VPC: no packet of the cloud's host enters the tunnel.
CLOSE, OPEN = "ip -n gw-cloud rule add pref 200 iif lan0 blackhole", "ip -n gw-cloud rule del pref 200"
SEND = (
    'ip netns exec {host} python3 -c \'import socket; s = socket.socket(2, 2); s.bind(("{source}", 0)); {options}'
    's.sendto(bytes({size}), ("{target}", 9))\''
)
FIREWALL = (
    "nft add table inet f; nft add chain inet f c '{{ type filter hook {hook} priority 0 ; policy {policy} ; }}'; "
)


class Fault(NamedTuple):
    """A fault, and what is said about it.

    :ivar sentence: what the diagnosis says after the name of the tunnel, without the full stop.
    :ivar mode: the IKE mode, a key of peer_examples.MODES.
    :ivar peer: what differs in the peer's file: an option of the tunnel (a__b is b in a) or of the filter swanctl.
    :ivar gateway: the same of what the cloud's gateway really works with; `local_id` is its identity.
    :ivar cloud: tasks at the cloud's API before the facts are read: pairs of a module and its options.
    :ivar do: a shell command that plants the fault; undo removes it.
    :ivar after: a shell command that is run when the tunnel is up, or is known to be down.
    :ivar pings: whether a ping from the peer's network crosses; None if none is sent.
    :ivar initiate: whether the tunnel does not start by itself, and is initiated for the diagnosis.
    """

    sentence: str
    mode: str = "ikev2"
    peer: dict = {}
    gateway: dict = {}
    cloud: tuple = ()
    do: str = ""
    undo: str = ""
    after: str = ""
    pings: Optional[bool] = False
    initiate: bool = False


# The networks of the tunnel are 192.168.0.0/20 of the cloud and 192.168.100.0/24 of the peer.
FAULTS = {
    BASE: Fault(
        UP
        + "nothing is wrong at the two ends; if packets still do not arrive, check the security groups and ACLs of the"
        " VPC, which this collection does not read, and the firewalls of the hosts",
        pings=True,
    ),
    # --- each parameter of the peer is another one, as in test_both_ends.py ---
    "key, IKEv2": Fault(REFUSED, peer={"secret_key": "other1!key"}),
    "key, IKEv1": Fault(
        DOWN + "the two ends have different keys" + SAME_KEY, "ikev1-main", peer={"secret_key": "other1!key"}
    ),
    "key, aggressive mode": Fault(
        DOWN + "the two ends have different keys" + SAME_KEY, "ikev1-aggressive", peer={"secret_key": "other1!key"}
    ),
    "identity of the gateway": Fault(
        DOWN + "branch expects the gateway to identify itself as 203.0.113.77, but it does so as 192.0.2.1" + WRITE,
        peer={"local_id": "203.0.113.77"},
    ),
    "identity of the peer": Fault(
        DOWN
        + "branch identifies itself as branch.example.com, but the cloud expects 10.107.245.188"
        + WRITE
        + "; behind NAT the identity is the public address",
        peer={"peer_id": "branch.example.com"},
    ),
    "address of the gateway": Fault(
        DOWN + "branch connects to 192.0.2.9, but the address of the gateway is 192.0.2.1" + WRITE,
        peer={"gateway": "192.0.2.9"},
    ),
    "IKE version": Fault(
        DOWN + "branch uses IKEv1, but the tunnel has IKEv2 (ike_version)" + WRITE,
        peer={"ike_config__ike_version": "v1"},
    ),
    "IKE mode": Fault(
        DOWN + "branch uses the aggressive mode, but the tunnel has main (ike_mode)" + WRITE,
        "ikev1-main",
        peer={"ike_config__ike_mode": "aggressive"},
    ),
    "IKE cipher": Fault(
        DOWN
        + "branch proposes aes256-sha1-modp1024 for IKE, but the tunnel has aes128-sha1-modp1024 (ike_config)"
        + WRITE,
        peer={"ike_config__ike_enc_alg": "aes256"},
    ),
    "IKE hash": Fault(
        DOWN
        + "branch proposes aes128-md5-modp1024 for IKE, but the tunnel has aes128-sha1-modp1024 (ike_config)"
        + WRITE,
        peer={"ike_config__ike_auth_alg": "md5"},
    ),
    "IKE group": Fault(
        DOWN
        + "branch proposes aes128-sha1-modp2048 for IKE, but the tunnel has aes128-sha1-modp1024 (ike_config)"
        + WRITE,
        peer={"ike_config__ike_pfs": "group14"},
    ),
    "IKE life time": Fault(
        UP
        + "branch has an IKE life time of 7210 s, but the tunnel has 7200 s, so the two ends rekey at different times"
        + WRITE,
        peer={"ike_config__ike_life_time": 7210},
        pings=True,
    ),
    "ESP cipher": Fault(
        DOWN
        + "branch proposes 3des-sha1-modp1024 for ESP, but the tunnel has aes128-sha1-modp1024 (ipsec_config)"
        + WRITE,
        peer={"ipsec_config__ipsec_enc_alg": "3des"},
    ),
    "ESP hash": Fault(
        DOWN
        + "branch proposes aes128-sha256-modp1024 for ESP, but the tunnel has aes128-sha1-modp1024 (ipsec_config)"
        + WRITE,
        peer={"ipsec_config__ipsec_auth_alg": "sha2_256"},
    ),
    "ESP life time": Fault(
        UP
        + "branch has an ESP life time of 5410 s, but the tunnel has 5400 s, so the two ends rekey at different times"
        + WRITE,
        peer={"ipsec_config__ipsec_lifetime": 5410},
        pings=True,
    ),
    "PFS group, IKEv2": Fault(
        UP + "branch has another PFS group: it proposes aes128-sha1-modp1536, but the tunnel has"
        " aes128-sha1-modp1024 (ipsec_pfs), so the first rekeying will fail" + WRITE,
        peer={"ipsec_config__ipsec_pfs": "group5"},
        pings=True,
    ),
    "PFS group, IKEv1": Fault(
        DOWN + "branch has another PFS group: it proposes aes128-sha1-modp1536, but the tunnel has"
        " aes128-sha1-modp1024 (ipsec_pfs)" + WRITE,
        "ikev1-main",
        peer={"ipsec_config__ipsec_pfs": "group5"},
    ),
    "no PFS": Fault(
        UP + "branch has another PFS group: it proposes aes128-sha1, but the tunnel has"
        " aes128-sha1-modp1024 (ipsec_pfs), so the first rekeying will fail" + WRITE,
        peer={"ipsec_config__ipsec_pfs": "disabled"},
        pings=True,
    ),
    "network of the peer": Fault(
        DOWN + "branch has 10.77.0.0/24 as its own networks, but the tunnel has 192.168.100.0/24" + WRITE,
        peer={"remote_subnets": ["10.77.0.0/24"]},
    ),
    "narrower network of the cloud": Fault(
        PARTLY + "branch has 192.168.0.0/24 as the cloud's networks, but the tunnel has 192.168.0.0/20" + WRITE,
        peer={"local_subnets": ["192.168.0.0/24"]},
        pings=True,
    ),
    "wider network of the cloud": Fault(
        UP + "branch has 192.168.0.0/18 as the cloud's networks, but the tunnel has 192.168.0.0/20" + WRITE,
        peer={"local_subnets": ["192.168.0.0/18"]},
        pings=True,
    ),
    # --- the gateway works with other values than the API shows: only the log of the peer says something ---
    "gateway has another identity": Fault(REFUSED, gateway={"local_id": "192.168.255.1"}),
    "gateway has another IKE cipher": Fault(UNKNOWN_OR_OLD, gateway={"ike_config__ike_enc_alg": "aes256"}),
    "gateway expects another address": Fault(UNKNOWN_OR_OLD, gateway={"remote_ip": "10.107.245.99"}),
    "gateway has another ESP cipher": Fault(
        DOWN + "the cloud refuses the ESP proposal although it matches the tunnel" + OLD,
        gateway={"ipsec_config__ipsec_enc_alg": "aes256"},
    ),
    "gateway has other networks": Fault(
        DOWN + "the cloud refuses the networks although they match the tunnel" + OLD,
        gateway={"remote_subnets": ["10.77.0.0/24"]},
    ),
    # --- the daemon of the peer ---
    "file changed and not loaded": Fault(
        UP + "on branch, the file of the connection vpncon differs from what the daemon has loaded; load the file"
        " with swanctl --load-all, and see which error it reports",
        after="sed -i s,192.168.0.0/20,192.168.0.0/21, /run/lab/peer/swanctl.conf",
        pings=True,
    ),
    "no configuration": Fault(
        DOWN + "branch has no connection named vpncon, and no other one to the gateway 192.0.2.1" + WRITE,
        after="swanctl --load-all --clear --noprompt --file /dev/null --uri $URI; rm /run/lab/peer/swanctl.conf",
    ),
    "not started, and another key": Fault(REFUSED, peer={"secret_key": "other1!key"}, initiate=True),
    "not started": Fault(
        DOWN + "the log of branch shows no attempt to establish the tunnel; run this playbook with initiate=true, which"
        " makes one attempt",
        peer={"start_action": "none"},
        pings=None,
    ),
    # --- NAT ---
    "peer behind NAT": Fault(
        DOWN + "branch is configured to send from 10.107.245.77, which is not one of its addresses; set"
        " strongswan_peer_peer_address to %any for a host behind NAT, or correct remote_ip of the tunnel, and"
        " then run site_to_site again",
        peer={"peer_address": "10.107.245.77"},
    ),
    "masquerade": Fault(
        UP + "branch translates the source address of packets to the cloud (masquerade or snat), so they no"
        " longer match the tunnel; put a rule before it that accepts packets to the cloud's networks without"
        " translation",
        do="nft add table ip f; nft add chain ip f c '{ type nat hook postrouting priority 100 ; }';"
        " nft add rule ip f c ip saddr 192.168.100.0/24 masquerade",
        undo="nft delete table ip f",
    ),
    # --- firewalls ---
    "firewall between the ends": Fault(
        DOWN
        + "no packet from the gateway 192.0.2.1 arrives at branch, and its own firewall is not the reason"
        + OPEN_PORTS
        + ", on all firewalls in between; then check that remote_ip (10.107.245.188) is the public address of the peer",
        do='ip netns exec gw-cloud sh -c "'
        + FIREWALL.format(hook="input", policy="accept")
        + "nft add rule inet f c udp dport '{ 500, 4500 }' drop\"",
        undo="ip netns exec gw-cloud nft delete table inet f",
    ),
    "firewall of the peer, IKE": Fault(
        DOWN + "the firewall of branch drops UDP 500 (hook input) between it and the gateway 192.0.2.1" + OPEN_PORTS,
        do=FIREWALL.format(hook="input", policy="drop")
        + "nft add rule inet f c iifname lo accept; nft add rule inet f c"
        " tcp dport 22 accept; nft add rule inet f c ip saddr 10.0.0.0/8 accept",
        undo="nft delete table inet f",
    ),
    "firewall of the peer, forwarding": Fault(
        UP + "the firewall of branch drops new connections to the cloud (hook forward); allow forwarding between the"
        " networks of the two ends in both directions",
        do=FIREWALL.format(hook="forward", policy="drop") + "nft add rule inet f c ct state established,related accept",
        undo="nft delete table inet f",
    ),
    # --- routes ---
    "no route rule in the VPC": Fault(
        UP + "the VPC vpc-emulator has no route rule to the gateway for 192.168.0.0/20 to 192.168.100.0/24, so its"
        " packets to the peer are lost; create the rules with vpn_gateway_routes, or run site_to_site",
        cloud=(("vpn_gateway_routes", {"state": "absent"}),),
        do=CLOSE,
        undo=OPEN,
    ),
    "route rule to another next hop": Fault(
        UP + "the route rule from 192.168.0.0/20 to 192.168.100.0/25 sends packets for the peer to another next"
        " hop (custom i-00000001); delete or narrow this rule (vpc_route)",
        cloud=(
            (
                "vpc_route",
                {
                    "source_address": "192.168.0.0/20",
                    "destination_address": "192.168.100.0/25",
                    "nexthop_type": "custom",
                    "nexthop_id": "i-00000001",
                },
            ),
        ),
        do=CLOSE,
        undo=OPEN,
    ),
    "peer has no route to the gateway": Fault(
        DOWN + "branch has no route to the gateway 192.0.2.1 (network is unreachable); correct the default route of"
        " the host",
        do="ip route del 192.0.2.1 dev wan0",
        undo="ip route add 192.0.2.1 dev wan0",
    ),
    "peer does not route to the cloud": Fault(
        UP + "branch does not route packets from 192.168.100.10 to 192.168.0.10 (invalid argument); remove the"
        " rule or route that drops them (ip rule, ip route), and keep strongswan_peer_install_routes: true",
        do="ip rule add pref 10 to 192.168.0.0/20 blackhole",
        undo="ip rule del pref 10",
    ),
    "peer does not forward": Fault(
        UP + "branch does not forward packets between its networks and the tunnel; set strongswan_peer_forwarding:"
        " true and run site_to_site again, or set net.ipv4.ip_forward = 1",
        do="echo 0 >/proc/sys/net/ipv4/ip_forward",
        undo="echo 1 >/proc/sys/net/ipv4/ip_forward",
    ),
    "hosts behind the peer have no route": Fault(
        UP + "packets from the cloud have arrived at branch (1), but none goes back; give the hosts in"
        " 192.168.100.0/24 a route to 192.168.0.0/20 via branch, and check that their firewalls allow it",
        do="ip -n h-peer route del default",
        undo="ip -n h-peer route add default via 192.168.100.1",
        after=SEND.format(host="h-cloud", source="192.168.0.10", options="", size=10, target="192.168.100.10"),
        pings=None,
    ),
    # --- overlapping networks ---
    "peer is in a network of the cloud": Fault(
        UP + "branch itself has an address in 192.168.1.0/24 (on lan0), which overlaps with 192.168.0.0/20 of the"
        " cloud's side, so packets between them take the wrong route" + CHANGE_NETWORK,
        do="ip addr add 192.168.1.1/24 dev lan0",
        undo="ip addr del 192.168.1.1/24 dev lan0",
        pings=True,  # because 192.168.0.10 is in the rest of the network
    ),
    "other tunnel to the same network": Fault(
        UP + "192.168.100.0/24 of the peer overlaps with 192.168.100.0/24 of the tunnel other on the same gateway,"
        " so packets may take that tunnel" + CHANGE_NETWORK,
        cloud=(("vpn_tunnel", {"vpn_conn_name": "other"}),),
        pings=True,
    ),
    # --- a security group, or the firewall of the instance: no packet comes back, and all that can be read is right ---
    "security group": Fault(
        UP + "branch has sent packets to the cloud (1) and received none, and the route rules of the VPC are"
        " right; check the security groups and ACLs of the instances in 192.168.0.0/20, which this collection"
        " does not read: they must allow 192.168.100.0/24; then check the firewalls of the instances",
        do="ip -n h-cloud route add blackhole 192.168.100.0/24",
        undo="ip -n h-cloud route del blackhole 192.168.100.0/24",
    ),
    "nothing sent": Fault(
        UP + "the tunnel has carried no packet since its current keys were made; send a ping from a host in"
        " 192.168.100.0/24 to one in 192.168.0.0/20, and run this playbook again",
        pings=None,
    ),
    # Last, because the kernel's counter of packets that were too large stays.
    "MTU": Fault(
        UP + "branch has dropped packets that were too large for the next link (1 since it started), so small"
        " packets pass, but large transfers may hang; clamp the MSS of TCP on branch to 1360 (tcp option maxseg size"
        " set), or lower the MTU of the hosts behind it",
        after=SEND.format(
            host="h-peer",
            source="192.168.100.10",
            options="s.setsockopt(0, 10, 2); ",  # not to be fragmented
            size=1440,
            target="192.168.0.10",
        ),
        pings=True,
    ),
}


def write_record(facts):
    """Write the facts of all faults: of BASE all, of the others what differs from it.

    :param facts: dict of the name of a fault to the arguments of diagnose().
    """
    base = _split(facts[BASE])
    found = {BASE: base}
    for name, each in facts.items():
        if name != BASE:
            parts = _split(each).items()
            found[name] = {part: text for part, text in parts if _stable(text) != _stable(base.get(part))}
    RECORD.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_record():
    """Return the facts that write_record() has written."""
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    return {name: _join({**found[BASE], **parts}) for name, parts in found.items()}


def _split(facts):
    parts = [text.partition("\n") for text in facts["peer"]["output"].split("@@ ")[1:]]
    return {**facts["cloud"], **{f"@@ {name}": text.splitlines() for name, _line, text in parts}}


def _stable(value):
    """Return a value without the ids and times that each creation gives."""
    if isinstance(value, dict):
        return {name: _stable(item) for name, item in value.items() if name not in CHANGING}
    return [_stable(item) for item in value] if isinstance(value, list) else value


def _join(parts):
    lines = [line for name, text in parts.items() if name.startswith("@@ ") for line in (name, *text)]
    cloud = {name: value for name, value in parts.items() if not name.startswith("@@ ")}
    return {"cloud": cloud, "peer": {"host": "branch", "output": "\n".join(lines) + "\n"}}
