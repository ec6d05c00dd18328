# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of findings, the most likely cause first: what is checked, what is wrong, and what to do.

More than 300 lines of code because it is one table of texts.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional

from . import cloud, peer, traffic
from .facts import Facts

CONFIGURE_PEER = "configure the peer again with site_to_site or the role strongswan_peer"
CHANGE_NETWORK = (
    "change one of them, or translate the addresses at the peer (NETMAP) and give the tunnel the translated network"
)
OPEN_PORTS = "allow UDP 500 and 4500 in both directions between the peer and %(gateway)s"


class Finding(NamedTuple):
    """One thing that can be wrong.

    :ivar check: returns the values for both templates, or None if this is not wrong.
    :ivar cause: a template, without a full stop.
    :ivar remedy: a template, imperative, without a full stop.
    :ivar is_last_resort: whether it is reported only if no finding above it is.
    """

    name: str
    check: Callable[[Facts], Optional[Dict[str, Any]]]
    cause: str
    remedy: str
    is_last_resort: bool = False


FINDINGS = (
    # The objects of the cloud.
    Finding(
        "no_tunnel",
        cloud.no_tunnel,
        "the gateway %(gateway)s has no tunnel of this name (it has: %(names)s)",
        "correct vpn_conn_name, or create the tunnel with site_to_site or create_tunnel",
    ),
    Finding(
        "gateway_without_address",
        cloud.gateway_without_address,
        "the VPN gateway %(gateway)s has no public address",
        "bind an EIP to it (vpn_gateway with eip, or the console), and then configure the peer with this address",
    ),
    Finding(
        "gateway_status",
        cloud.gateway_status,
        "the VPN gateway %(gateway)s has the status %(status)s",
        "wait until it is active, or see in the console why it is not (expired, unpaid, or a fault of the cloud)",
    ),
    Finding(
        "tunnel_status",
        cloud.tunnel_status,
        "the cloud reports the status %(status)s of the tunnel",
        "wait until it is active; if it stays so, delete the tunnel and create it again",
    ),
    # The daemon of the peer. From here to the children the order is that of the negotiation.
    Finding(
        "daemon_down",
        peer.daemon_down,
        "the IKE daemon on %(peer)s does not respond (%(error)s)",
        "start it (systemctl start strongswan), and see in its journal why it stopped",
    ),
    Finding(
        "not_configured",
        peer.not_configured,
        "%(peer)s has no connection named %(connection)s, and no other one to the gateway %(gateway)s",
        CONFIGURE_PEER,
    ),
    Finding(
        "not_loaded",
        peer.not_loaded,
        "on %(peer)s, the file of the connection %(connection)s differs from what the daemon has loaded",
        "load the file with swanctl --load-all, and see which error it reports",
    ),
    # Packets between the two gateways.
    Finding(
        "gateway_address_differs",
        peer.gateway_address_differs,
        "%(peer)s connects to %(actual)s, but the address of the gateway is %(expected)s",
        CONFIGURE_PEER,
    ),
    Finding(
        "behind_nat",
        peer.behind_nat,
        "%(peer)s is configured to send from %(address)s, which is not one of its addresses",
        "set strongswan_peer_peer_address to %%any for a host behind NAT, or correct remote_ip of the tunnel, and"
        " then run site_to_site again",
    ),
    Finding(
        "own_address_differs",
        peer.own_address_differs,
        "%(peer)s sends from %(actual)s, but the cloud expects %(expected)s",
        CONFIGURE_PEER,
    ),
    Finding(
        "ike_filtered",
        traffic.ike_filtered,
        "the firewall of %(peer)s drops UDP %(port)s (hook %(hook)s) between it and the gateway %(gateway)s",
        OPEN_PORTS,
    ),
    Finding(
        "no_route_to_gateway",
        traffic.no_route_to_gateway,
        "%(peer)s has no route to the gateway %(gateway)s (%(error)s)",
        "correct the default route of the host",
    ),
    Finding(
        "not_sent",
        peer.not_sent,
        "%(peer)s cannot send to the gateway %(gateway)s (its log: %(line)s)",
        OPEN_PORTS,
        is_last_resort=True,
    ),
    Finding(
        "no_response",
        traffic.no_response,
        "no packet from the gateway %(gateway)s arrives at %(peer)s%(own_firewall)s",
        OPEN_PORTS + ", on all firewalls in between; then check that remote_ip (%(remote_ip)s) is the public address of"
        " the peer",
        is_last_resort=True,
    ),
    # The first phase of IKE.
    Finding(
        "version_differs",
        peer.version_differs,
        "%(peer)s uses %(actual)s, but the tunnel has %(expected)s (ike_version)",
        CONFIGURE_PEER,
    ),
    Finding(
        "mode_differs",
        peer.mode_differs,
        "%(peer)s uses the %(actual)s mode, but the tunnel has %(expected)s (ike_mode)",
        CONFIGURE_PEER,
    ),
    Finding(
        "ike_proposal_differs",
        peer.ike_proposal_differs,
        "%(peer)s proposes %(actual)s for IKE, but the tunnel has %(expected)s (ike_config)",
        CONFIGURE_PEER,
    ),
    Finding(
        "aggressive_refused",
        peer.aggressive_refused,
        "the cloud uses the aggressive mode, which the daemon on %(peer)s refuses for a tunnel with a shared key",
        "change the tunnel to IKEv2 at both ends, or set strongswan_peer_accept_aggressive: true",
    ),
    Finding(
        "unknown_to_daemon",
        peer.unknown_to_daemon,
        "the cloud initiates the tunnel, but %(peer)s has no connection for these addresses (its log: %(line)s)",
        CONFIGURE_PEER,
    ),
    Finding(
        "proposal_refused",
        peer.proposal_refused,
        "the cloud refuses the IKE proposal although it matches the tunnel, so the cloud either expects %(peer)s at"
        " another address, or still uses older values",
        "check that remote_ip (%(remote_ip)s) is the public address of %(peer)s, and then run site_to_site again",
        is_last_resort=True,
    ),
    # Authentication.
    Finding(
        "peer_id_differs",
        peer.peer_id_differs,
        "%(peer)s identifies itself as %(actual)s, but the cloud expects %(expected)s",
        CONFIGURE_PEER + "; behind NAT the identity is the public address",
    ),
    Finding(
        "cloud_id_differs",
        peer.cloud_id_differs,
        "%(peer)s expects the gateway to identify itself as %(actual)s, but it does so as %(expected)s",
        CONFIGURE_PEER,
    ),
    Finding(
        "key_missing",
        peer.key_missing,
        "%(peer)s has no key for the two identities of the tunnel",
        CONFIGURE_PEER,
    ),
    Finding(
        "key_differs",
        peer.key_differs,
        "the two ends have different keys",
        "set the same key at both ends by running site_to_site with secret_key",
        is_last_resort=True,
    ),
    Finding(
        "cloud_has_other_id",
        peer.cloud_has_other_id,
        "the gateway has another identity than %(peer)s expects (its log: %(line)s)",
        "set strongswan_peer_local_id to the identity that the log shows, and run site_to_site again",
        is_last_resort=True,
    ),
    Finding(
        "authentication_refused",
        peer.authentication_refused,
        "the cloud refuses the authentication of %(peer)s although the identities match the tunnel, so the two ends"
        " probably have different keys",
        "set the same key at both ends by running site_to_site with secret_key; if that does not help, the gateway"
        " has another identity than %(gateway)s (strongswan_peer_local_id)",
        is_last_resort=True,
    ),
    # The child SAs, one for each pair of networks or for all of them.
    Finding(
        "esp_proposal_differs",
        peer.esp_proposal_differs,
        "%(peer)s proposes %(actual)s for ESP, but the tunnel has %(expected)s (ipsec_config)",
        CONFIGURE_PEER,
    ),
    Finding(
        "pfs_differs",
        peer.pfs_differs,
        "%(peer)s has another PFS group: it proposes %(actual)s, but the tunnel has %(expected)s (ipsec_pfs)",
        CONFIGURE_PEER,
    ),
    Finding(
        "esp_proposal_refused",
        peer.esp_proposal_refused,
        "the cloud refuses the ESP proposal although it matches the tunnel",
        "update the tunnel by running site_to_site again, because the cloud may still use older values",
        is_last_resort=True,
    ),
    Finding(
        "networks_differ",
        peer.networks_differ,
        "%(peer)s has %(actual)s as %(side)s networks, but the tunnel has %(expected)s",
        CONFIGURE_PEER,
    ),
    Finding(
        "networks_refused",
        peer.networks_refused,
        "the cloud refuses the networks although they match the tunnel",
        "update the tunnel by running site_to_site again, because the cloud may still use older values",
        is_last_resort=True,
    ),
    Finding(
        "partly_established",
        traffic.partly_established,
        "%(peer)s has no established child SA for %(pairs)s",
        "initiate it with swanctl --initiate --ike %(connection)s, or run site_to_site again",
        is_last_resort=True,
    ),
    # A tunnel that is down for another reason.
    Finding(
        "no_attempt",
        peer.no_attempt,
        "the log of %(peer)s shows no attempt to establish the tunnel",
        "run this playbook with initiate=true, which makes one attempt",
        is_last_resort=True,
    ),
    Finding(
        "unexplained",
        peer.unexplained,
        "the two configurations agree, and the log of %(peer)s does not show why the tunnel is down",
        "run this playbook with initiate=true, which makes one attempt, and read the daemon's log (swanctl --log)",
        is_last_resort=True,
    ),
    Finding(
        "cloud_unreachable",
        cloud.cloud_unreachable,
        "the cloud does not reach the peer %(remote_ip)s, and nothing is wrong at the cloud's end",
        "look at the peer's end: compare the device with the page of peer_sheet, read its log, and check that UDP"
        " 500 and 4500 pass",
        is_last_resort=True,
    ),
    # The route of the packets: the VPC, the host at the other end, and what is behind each.
    Finding(
        "both_ends_overlap",
        cloud.both_ends_overlap,
        "%(network)s of the peer and %(other)s of the cloud's side overlap, so packets between them do not enter"
        " the tunnel",
        CHANGE_NETWORK,
    ),
    Finding(
        "vpc_overlaps",
        cloud.vpc_overlaps,
        "%(network)s of the peer overlaps with %(other)s of the VPC %(vpc)s, so the VPC keeps the packets to it",
        CHANGE_NETWORK,
    ),
    Finding(
        "other_tunnel_overlaps",
        cloud.other_tunnel_overlaps,
        "%(network)s of the peer overlaps with %(other)s of the tunnel %(other_tunnel)s on the same gateway, so"
        " packets may take that tunnel",
        CHANGE_NETWORK,
    ),
    Finding(
        "route_missing",
        cloud.route_missing,
        "the VPC %(vpc)s has no route rule to the gateway for %(pairs)s, so its packets to the peer are lost",
        "create the rules with vpn_gateway_routes, or run site_to_site",
    ),
    Finding(
        "route_elsewhere",
        cloud.route_elsewhere,
        "the route rule from %(source)s to %(destination)s sends packets for the peer to another next hop"
        " (%(nexthop)s)",
        "delete or narrow this rule (vpc_route)",
    ),
    Finding(
        "peer_network_overlaps",
        traffic.peer_network_overlaps,
        "%(peer)s itself has an address in %(network)s (on %(link)s), which overlaps with %(other)s of the cloud's"
        " side, so packets between them take the wrong route",
        CHANGE_NETWORK,
    ),
    Finding(
        "not_forwarding",
        traffic.not_forwarding,
        "%(peer)s does not forward packets between its networks and the tunnel",
        "set strongswan_peer_forwarding: true and run site_to_site again, or set net.ipv4.ip_forward = 1",
    ),
    Finding(
        "peer_route_missing",
        traffic.peer_route_missing,
        "%(peer)s does not route packets from %(peer_host)s to %(cloud_host)s (%(error)s)",
        "remove the rule or route that drops them (ip rule, ip route), and keep strongswan_peer_install_routes: true",
    ),
    Finding(
        "forward_filtered",
        traffic.forward_filtered,
        "the firewall of %(peer)s drops new connections %(way)s the cloud (hook forward)",
        "allow forwarding between the networks of the two ends in both directions",
    ),
    Finding(
        "translated",
        traffic.translated,
        "%(peer)s translates the source address of packets to the cloud (masquerade or snat), so they no longer match"
        " the tunnel",
        "put a rule before it that accepts packets to the cloud's networks without translation",
    ),
    Finding(
        "nothing_returns",
        traffic.nothing_returns,
        "%(peer)s has sent packets to the cloud (%(packets_out)d) and received none%(rules)s",
        "check the security groups and ACLs of the instances in %(cloud_networks)s, which this collection does not"
        " read: they must allow %(peer_networks)s; then check the firewalls of the instances",
        is_last_resort=True,
    ),
    Finding(
        "nothing_leaves",
        traffic.nothing_leaves,
        "packets from the cloud have arrived at %(peer)s (%(packets_in)d), but none goes back",
        "give the hosts in %(peer_networks)s a route to %(cloud_networks)s via %(peer)s, and check that"
        " their firewalls allow it",
        is_last_resort=True,
    ),
    Finding(
        "no_packets",
        traffic.no_packets,
        "the tunnel has carried no packet since its current keys were made",
        "send a ping from a host in %(peer_networks)s to one in %(cloud_networks)s, and run this playbook again",
        is_last_resort=True,
    ),
    Finding(
        "too_large",
        traffic.too_large,
        "%(peer)s has dropped packets that were too large for the next link (%(count)d since it started), so small"
        " packets pass, but large transfers may hang",
        "clamp the MSS of TCP on %(peer)s to %(mss)d (tcp option maxseg size set), or lower the MTU of the hosts"
        " behind it",
    ),
    # Differences that stop no packet, or not yet.
    Finding(
        "pfs_differs_at_rekeying",
        peer.pfs_differs_at_rekeying,
        "%(peer)s has another PFS group: it proposes %(actual)s, but the tunnel has %(expected)s (ipsec_pfs), so the"
        " first rekeying will fail",
        CONFIGURE_PEER,
    ),
    Finding(
        "life_time_differs",
        peer.life_time_differs,
        "%(peer)s has an %(name)s life time of %(actual)d s, but the tunnel has %(expected)d s, so the two ends"
        " rekey at different times",
        CONFIGURE_PEER,
    ),
)
