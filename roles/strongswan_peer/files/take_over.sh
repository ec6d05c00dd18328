#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# take_over.sh URI NAME IDS SECONDS CHILD...
# Wait until the other side has ended the IKE SAs of the connection NAME that have the numbers IDS, initiate the children at once, and
# again until every child carries packets, or SECONDS are over. Exit status 0 if every child does.

uri=$1 name=$2 ids=" $3 "
end=$(($(date +%s) + $4))
shift 4

run_swanctl() {
    if [ -n "$uri" ]; then swanctl "$@" --uri "$uri"; else swanctl "$@"; fi
}

while [ "$(date +%s)" -lt "$end" ]; do
    # Of each IKE SA with an old number one line is left, which no name can be.
    listed=$(run_swanctl --list-sas --ike "$name" 2>/dev/null | awk -v ids="$ids" '
        /^[^ ]/ { split($2, id, /[#,]/); is_old = index(ids, " " id[2] " "); if (is_old) print "=old=" }
        !is_old')
    missing=
    for child; do
        printf '%s\n' "$listed" | grep -q "^  $child: #[0-9]*, reqid [0-9]*, INSTALLED" || missing="$missing $child"
    done
    [ -n "$missing" ] || exit 0
    case $listed in
    *"=old="* | *", CONNECTING,"*) ;;
    *)
        for child in $missing; do
            run_swanctl --initiate --child "$child" --timeout 1 >/dev/null 2>&1
        done
        ;;
    esac
    sleep 0.1
done
exit 1
