#!/bin/sh
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The first process of the guest: runs the lab's worker on the serial line, and turns the guest off when that ends.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmpfs /run
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm

# All by hand, because the kernel starts modprobe without the environment that keeps it from using AVX. drbg makes the
# initial value of AES in CBC mode; without it no SA can be added.
for module in veth xfrm_user esp4 af_key authenc hmac cbc md5 sha1_generic sha512_generic des_generic echainiv seqiv \
    xfrm4_tunnel jitterentropy_rng drbg; do
    modprobe "$module"
done

# The line must be raw before the first request, and stay open.
exec 3<>/dev/ttyS0
stty raw -echo <&3
echo '{"result": "ready"}' >&3
"$LAB_PYTHON" -m ipsec_lab.guest <&3 >&3
echo o >/proc/sysrq-trigger
sleep 10
