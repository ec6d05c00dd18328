#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# find_daemon.sh ROLE PROCESSES SERVICE PROGRAMS FOLDER...
# Print how the host uses an IKE daemon, each use on a line:
#   process NAME   one of PROCESSES has UDP port 500. If the command ss is missing or fails: it runs.
#   service NAME   SERVICE starts with the host, and one of PROGRAMS, the daemon's paths, is installed
#   tunnel NAME    ROLE has configured this tunnel in a FOLDER

role=$1 processes=$2 service=$3 programs=$4
shift 4

if ! sockets=$(ss -Hulnp 'sport = :500' 2>/dev/null); then
    # A process of a container has a network namespace of its own, and so another port 500.
    sockets=
    namespace=$(readlink /proc/self/ns/net)
    for entry in /proc/[0-9]*; do
        { read -r process <"$entry/comm"; } 2>/dev/null || continue
        case " $processes " in
        *" $process "*)
            [ "$(readlink "$entry/ns/net")" = "$namespace" ] && sockets="$sockets(\"$process\","
            ;;
        esac
    done
fi
for process in $processes; do
    case $sockets in
    *"(\"$process\","*) echo "process $process" ;;
    esac
done
for program in $programs; do
    if [ -x "$program" ] && [ "$(systemctl is-enabled "$service" 2>/dev/null)" = enabled ]; then
        echo "service $service"
        break
    fi
done
for folder; do
    for file in "$folder"/*.loaded; do
        if grep -qs "^# Made by the role baiducloud\.network\.$role:" "$file"; then
            echo "tunnel $(basename "$file" .loaded)"
        fi
    done
done
