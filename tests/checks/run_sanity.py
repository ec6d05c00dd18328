# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity on this checkout: python tests/checks/run_sanity.py [--test import ...]

ansible-test works only in a directory that is really named .../ansible_collections/NAMESPACE/NAME, keeps its
environments in ~/.ansible, and downloads get-pip.py from a host that may be unreachable. Therefore it runs on a copy of
the checkout, with a home directory of its own and a replacement for get-pip.py, all below .cache/.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_test._internal.python_requirements import get_venv_packages

from commands import BIN, CommandFailed, isolated_home, run_command
from repository import CACHE, COLLECTION_DIR, copy_checkout

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# Unpacks the pip that Python itself carries (Debian keeps it elsewhere).
GET_PIP = """\
import ensurepip, glob, os, sysconfig, zipfile
wheels = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))
wheels += glob.glob("/usr/share/python-wheels/pip-*.whl")
zipfile.ZipFile(wheels[0]).extractall(sysconfig.get_paths()["purelib"])
"""


def copy_for_ansible_test() -> Path:
    tree = CACHE / "tree"
    collection = copy_checkout(tree / COLLECTION_DIR)
    # Without a repository of its own the copy is ignored by ours, and ansible-test finds nothing to test.
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    return collection


class _Interpreter:
    version = PYTHON


def make_home() -> str:
    home = isolated_home()
    pip_version = get_venv_packages(_Interpreter)["pip"].replace(".", "_")
    get_pip = Path(home, ".ansible/test/cache", f"get_pip_{pip_version}.py")
    get_pip.parent.mkdir(parents=True, exist_ok=True)
    get_pip.write_text(GET_PIP, encoding="utf-8")
    return home


def main(arguments: list[str]) -> None:
    # Without --python ansible-test tries every pythonX.Y on PATH, including those that do not start.
    if "--python" not in arguments:
        arguments = [*arguments, "--python", PYTHON]
    command = [BIN / "ansible-test", "sanity", "--color", "no", *arguments]
    # An empty variable counts as unset: bytecode makes it twice as fast.
    output = run_command(*command, cwd=copy_for_ansible_test(), HOME=make_home(), PYTHONDONTWRITEBYTECODE="")
    count = output.count("Running sanity test ")
    # ansible-test succeeds when it finds no file.
    if not count or "All targets skipped" in output:
        raise CommandFailed(f"{output}\nsanity failed: {count} tests run")
    print(f"sanity: {count} tests of ansible-test passed")


if __name__ == "__main__":
    main(sys.argv[1:])
