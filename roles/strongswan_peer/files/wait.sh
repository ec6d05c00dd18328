#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# wait.sh URI NAME SECONDS GRACE CHILD...
# Wait until every child of the connection NAME carries packets, or SECONDS are over. A child that is not being established
# after GRACE seconds is initiated, at once where nothing is up. Prints `initiated CHILD`, and at last `missing: CHILD...`.

uri=$1 name=$2
start=$(date +%s)
end=$((start + $3)) next=$((start + $4))
shift 4

run_swanctl() {
    if [ -n "$uri" ]; then swanctl "$@" --uri "$uri"; else swanctl "$@"; fi
}

before=$(run_swanctl --list-sas --ike "$name" 2>/dev/null)
[ -n "$before" ] || next=$start

while :; do
    established=$(run_swanctl --list-sas --ike "$name" 2>/dev/null)
    missing=
    for child; do
        printf '%s\n' "$established" | grep -q "^  $child: #[0-9]*, reqid [0-9]*, INSTALLED" || missing="$missing $child"
    done
    [ -n "$missing" ] || exit 0
    now=$(date +%s)
    if [ "$now" -ge "$end" ]; then
        echo "missing:$missing"
        exit 1
    fi
    case $established in
    *", CONNECTING,"*) ;;
    *)
        if [ "$now" -ge "$next" ]; then
            for child in $missing; do
                [ "$(date +%s)" -lt "$end" ] || break
                run_swanctl --initiate --child "$child" --timeout 1 >/dev/null 2>&1 && echo "initiated $child"
            done
            next=$(($(date +%s) + 5))
            continue
        fi
        ;;
    esac
    sleep 1
done
