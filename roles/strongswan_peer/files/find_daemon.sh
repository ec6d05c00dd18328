#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# find_daemon.sh ROLE PROCESSES SERVICE PROGRAMS FOLDER...
# Print how the host uses an IKE daemon: `process NAME` for one of the PROCESSES with UDP port 500, `service NAME` where the SERVICE of
# one of the installed PROGRAMS starts with the host, and `tunnel NAME` for each tunnel that ROLE has configured in a FOLDER.

role=$1 processes=$2 service=$3 programs=$4
shift 4

sockets=$(ss -Hulnp 'sport = :500' 2>/dev/null)
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
