# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity on this checkout: python tests/gates/sanity.py [--test import ...]

ansible-test works only in a folder that is really called .../ansible_collections/NAMESPACE/NAME, keeps its
environments in ~/.ansible, and fetches get-pip.py from a host that not every network reaches. So it gets a copy of
the checkout, a home, and a stand-in for get-pip.py, all below .cache/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from ansible_test._internal.python_requirements import get_venv_packages

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# Unpacks the pip that Python itself carries (Debian keeps it elsewhere).
GET_PIP = """\
import ensurepip, glob, os, sysconfig, zipfile
wheels = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))
wheels += glob.glob("/usr/share/python-wheels/pip-*.whl")
zipfile.ZipFile(wheels[0]).extractall(sysconfig.get_paths()["purelib"])
"""


def files_of_checkout() -> set[str]:
    """Everything that is, or is about to be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    names = {os.fsdecode(name) for name in listing.split(b"\0") if name}
    return {name for name in names if (ROOT / name).is_file() or (ROOT / name).is_symlink()}


def copy_checkout() -> Path:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    tree = CACHE / "tree"
    collection = tree / "ansible_collections" / galaxy["namespace"] / galaxy["name"]
    shutil.rmtree(collection, ignore_errors=True)
    for name in files_of_checkout():
        target = collection / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    # Without a repository of its own the copy counts as ignored by ours, and ansible-test finds nothing to test.
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    return collection


class _Interpreter:
    version = PYTHON


def make_home() -> Path:
    home = CACHE / "home"
    pip_version = get_venv_packages(_Interpreter)["pip"].replace(".", "_")
    get_pip = home / ".ansible/test/cache" / f"get_pip_{pip_version}.py"
    get_pip.parent.mkdir(parents=True, exist_ok=True)
    get_pip.write_text(GET_PIP, encoding="utf-8")
    # pip goes on using the user's configuration and cache.
    for name in (".pip", ".config/pip", ".cache/pip"):
        link = home / name
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path.home() / name)
    return home


def main(arguments: list[str]) -> int:
    bin_dir = Path(sys.executable).parent
    environment = dict(os.environ, HOME=str(make_home()), PATH=f"{bin_dir}{os.pathsep}{os.environ['PATH']}")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # Without --python ansible-test tries every pythonX.Y on PATH, also those that do not start.
    if "--python" not in arguments:
        arguments = [*arguments, "--python", PYTHON]
    result = subprocess.run(
        [bin_dir / "ansible-test", "sanity", "--color", "no", *arguments],
        cwd=copy_checkout(),
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output = result.stdout.decode(errors="replace")
    count = output.count("Running sanity test ")
    # ansible-test calls it a success when it did not see any file.
    if result.returncode or not count or "All targets skipped" in output:
        print(output)
        print(f"sanity failed: exit status {result.returncode}, {count} tests run")
        return 1
    print(f"sanity: {count} tests of ansible-test passed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
