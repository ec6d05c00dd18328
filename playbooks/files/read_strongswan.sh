#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# read_strongswan.sh URI SERVICE LOG CONF_DIR INITIATE GATEWAY [CLOUD_HOST PEER_HOST]...
# Print what plugin_utils/_diagnosis/strongswan.py reads: each part after a line "@@ NAME". It writes nothing, and prints no key: of
# the files only lines with one of a few settings, of the log only lines of a few kinds.
#
# URI and CONF_DIR may be empty. LOG is a file, or empty for the journal of SERVICE. INITIATE is the name of a connection whose
# children are initiated first, or empty. GATEWAY is the public address of the cloud's gateway. Each further pair is the address of a
# host in one of the cloud's networks, and of one in a network of the peer.

uri=$1 service=$2 log=$3 conf_dir=$4 initiate=$5 gateway=$6
shift 6
PATH=$PATH:/usr/sbin:/sbin
export PATH LC_ALL=C

run_swanctl() {
    if [ -n "$uri" ]; then swanctl "$@" --uri "$uri" 2>&1; else swanctl "$@" 2>&1; fi
}

part() {
    echo "@@ $*"
}

settings='version|aggressive|local_addrs|remote_addrs|proposals|rekey_time|over_time|reauth_time|id|local_ts|remote_ts|esp_proposals|life_time|start_action|mode'
kinds='sending packet: from|received packet: from|giving up after|error writing to socket|NO_PROPOSAL_CHOSEN|AUTHENTICATION_FAILED|TS_UNACCEPTABLE|INVALID_ID_INFORMATION|received .* notify error|Aggressive Mode PSK|does not match|no shared key|shared keys? for|no IKE config|no matching peer config|peer config matching|could not decrypt|decryption failed|PAYLOAD_MALFORMED|established (between|with SPIs)|initiating |unable to|no trusted|invalid HASH|integrity check|unsupported|no .* policy|peer not responding'

part connections
run_swanctl --list-conns --pretty

if [ -n "$initiate" ]; then
    part attempt
    run_swanctl --list-conns | sed -n "/^$initiate:/,/^[^ ]/s/^  \([^ ]*\): TUNNEL.*/\1/p" | while read -r child; do
        run_swanctl --initiate --child "$child" --timeout 5 | grep -E "$kinds"
    done
fi

part tunnels
run_swanctl --list-sas --pretty

part files
for file in ${conf_dir:+"$conf_dir"/*.conf "$conf_dir"/../swanctl.conf} \
    /etc/swanctl/swanctl.conf /etc/swanctl/conf.d/*.conf /etc/strongswan/swanctl/swanctl.conf /etc/strongswan/swanctl/conf.d/*.conf; do
    if [ -r "$file" ]; then
        grep -E "^[[:space:]]*(($settings)[[:space:]]*=.*|[^={}#[:space:]]+[[:space:]]*\{|[}])[[:space:]]*\$" "$file"
    fi
done

part log
if [ -n "$log" ]; then
    tail -n 3000 "$log"
else
    # The message alone does not show which thread wrote it.
    journalctl --unit "$service" --output json --output-fields MESSAGE,THREAD --no-pager --lines 3000
fi 2>/dev/null | grep -E "$kinds" | tail -n 300

part addresses
ip -o address show | awk '{ print $2, $4 }'

part links
ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\).* mtu \([0-9]*\) .*/\1 \2/p'

part forwarding
cat /proc/sys/net/ipv4/ip_forward

part fragmentation
awk '/^Ip:/ { if (seen++) print $column; else for (column = 1; column < NF && $column != "FragFails"; column++); }' /proc/net/snmp

part gateway
ip route get "$gateway" 2>&1

while [ $# -ge 2 ]; do
    part "route $1 $2"
    # As the kernel decides about a packet that comes in from the LAN; of an own address as about a packet of the host.
    link=$(ip route get "$2" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
    case $link in
    '' | lo) ip route get "$1" from "$2" 2>&1 ;;
    *) ip route get "$1" from "$2" iif "$link" 2>&1 ;;
    esac
    part "lan $1 $2"
    ip route get "$2" 2>&1
    shift 2
done

part firewall
nft --json list ruleset 2>&1
