# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace this process, in private namespaces, by a kernel in user mode that runs guest_init.sh.

The guest's root is the machine's, read-only, with the unpacked packages over /usr and a private /etc and /var. Its
first serial line is stdin and stdout of this process, its console is stderr.

    python -m ipsec_lab.kernel_start PACKAGES... -- FOLDER...

PACKAGES are directories of unpacked packages, the guest may write to the FOLDERs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

from .debian_packages import LabUnavailableError

INIT = Path(__file__).with_name("guest_init.sh")
PACKAGE_FOLDERS = ("/usr/lib", "/usr/sbin", "/usr/bin", "/usr/libexec")
NO_KERNEL = "LAB_NO_KERNEL"  # if set, the worker runs here, on the machine's kernel
CHANGED_FOLDERS = ("/etc", "/var")
MEMORY = "512M"
# This kernel keeps less of a processor's state than new processors have, so no program in it may use AVX: what is in
# those registers would get lost at a page fault.
WITHOUT_AVX = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps="
    + ",".join(
        f"-{feature}"
        for feature in (
            *(
                "AVX",
                "AVX2",
                "AVX2_Usable",
                "AVX512F",
                "AVX512F_Usable",
                "AVX512VL",
                "AVX512BW",
                "AVX512DQ",
                "AVX512CD",
            ),
            *("AVX_Fast_Unaligned_Load", "XSAVE", "XSAVEC", "Prefer_No_VZEROUPPER", "ERMS", "BMI2"),
        )
    ),
    "OPENSSL_ia32cap": "~0x1000000000000000:~0xffffffffffffffff",
    "NSS_DISABLE_AVX": "1",
    "NSS_DISABLE_AVX2": "1",
}

# Of <linux/audit.h>, <linux/filter.h>, <linux/prctl.h>, <linux/ptrace.h> and <linux/seccomp.h>.
AUDIT_ARCH_X86_64 = 0xC000003E
SYS_PTRACE = 101
PTRACE_GETREGSET, PTRACE_SETREGSET = 0x4204, 0x4205
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
OFFSET_OF_NUMBER, OFFSET_OF_ARCHITECTURE, OFFSET_OF_FIRST_ARGUMENT = 0, 4, 16
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def hide_large_registers():
    """Let ptrace fail to copy the extended registers of a process, so that the kernel copies the basic ones.

    Linux 6.1 in user mode panics where they are larger than its buffer, as on processors with AMX.
    """
    instructions = (
        (LOAD_WORD, 0, 0, OFFSET_OF_ARCHITECTURE),
        (JUMP_IF_EQUAL, 0, 6, AUDIT_ARCH_X86_64),
        (LOAD_WORD, 0, 0, OFFSET_OF_NUMBER),
        (JUMP_IF_EQUAL, 0, 4, SYS_PTRACE),
        (LOAD_WORD, 0, 0, OFFSET_OF_FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 1, 0, PTRACE_GETREGSET),
        (JUMP_IF_EQUAL, 0, 1, PTRACE_SETREGSET),
        (RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EINVAL),
        (RETURN, 0, 0, SECCOMP_RET_ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in instructions))
    program = _FilterProgram(len(instructions), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)
    ):
        raise LabUnavailableError(f"cannot set a seccomp filter: {os.strerror(ctypes.get_errno())}")


def mount_root(packages, writable):
    """Make the mount namespace the guest's root: read-only, except a private /etc and /var, and some folders."""
    changes = Path("/run")
    mount("-t", "tmpfs", "tmpfs", str(changes))
    for folder in writable:
        mount("--bind", folder, folder)
    mount("-o", "remount,bind,ro", "/")
    for folder in PACKAGE_FOLDERS:
        lower = [place for place in (f"{one}{folder}" for one in packages) if os.path.isdir(place)]
        mount("-t", "overlay", "overlay", "-o", f"lowerdir={':'.join([*lower, folder])}", folder)
    for folder in CHANGED_FOLDERS:
        lower = [place for place in (f"{one}{folder}" for one in packages) if os.path.isdir(place)]
        upper, work = (changes / f"{word}{folder.replace('/', '-')}" for word in ("upper", "work"))
        upper.mkdir()
        work.mkdir()
        layers = f"lowerdir={':'.join([*lower, folder])},upperdir={upper},workdir={work}"
        mount("-t", "overlay", "overlay", "-o", layers, folder)


def mount(*words):
    """Run mount(8).

    :raises LabUnavailableError: if it fails.
    """
    done = subprocess.run(["mount", *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise LabUnavailableError(f"cannot mount private directories: {done.stderr.strip()}")


def kernel_command():
    """Return the command that starts the kernel; what the kernel does not know becomes the environment of its init."""
    environment = dict(
        WITHOUT_AVX, LAB_PYTHON=sys.executable, PYTHONPATH=os.environ["PYTHONPATH"], PYTHONDONTWRITEBYTECODE="1"
    )
    return [
        "linux.uml",
        f"mem={MEMORY}",
        "rootfstype=hostfs",
        "rootflags=/",
        "rw",
        f"init={INIT}",
        *("con=null", "con0=null,fd:2", "ssl=null", "ssl0=fd:0,fd:1", "quiet"),
        *(f"{name}={value}" for name, value in environment.items()),
    ]


def main():
    divide = sys.argv.index("--")
    boots = not os.environ.get(NO_KERNEL)
    try:
        mount_root(sys.argv[1:divide], sys.argv[divide + 1 :])
        if boots:
            hide_large_registers()
    except LabUnavailableError as error:
        sys.exit(f"unavailable: {error}")
    if not boots:
        os.execv(sys.executable, [sys.executable, "-m", "ipsec_lab.guest"])
    # The kernel keeps its guest's memory in a file of TMPDIR, and small files in HOME.
    os.environ.update(TMPDIR="/dev/shm", HOME="/run")
    command = kernel_command()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
