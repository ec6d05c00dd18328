# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every ansible-core that the collection supports: python tests/gates/matrix.py [CORE ...] [-- PYTEST ARGUMENTS]

Each cell, a core with a Python, has an environment of its own in .cache/matrix/ and runs unit and integration tests.
Then our files are imported by every Python on which that core runs modules, and the oldest and the newest of them run
the demo's tasks as real modules.

A cell whose Python is not on this machine is told as NOT RUN and makes the exit status 1, unless MATRIX_MAY_MISS=1.
A target Python that is not here is told, and no more. Skipped tests are told with their reasons; those that need a
network or two IPsec daemons fail instead, unless AWX_COLLECTION_REQUIRED or TUNNEL_LAB_REQUIRED is set empty.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from checkout import CACHE, FOLDER, ROOT
from commands import REQUIRED, CommandFailed, collections_of, install_packages, output_of

PLACE = CACHE / "matrix"
CONSTRAINTS = PLACE / "constraints.txt"
REQUIREMENTS = ROOT / "tests/requirements"

# core -> (Pythons of the controller that are tested, Pythons of hosts on which it runs modules).
CORES = {
    "2.17": (["3.11"], ["3.7", "3.8", "3.9", "3.10", "3.11", "3.12"]),
    "2.18": (["3.11"], ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]),
    "2.19": (["3.11"], ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]),
    "2.20": (["3.12", "3.13"], ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
    "2.21": (["3.12", "3.13"], ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
}
AT_A_TIME = 2  # cells; each keeps one core of the machine busy

# Imports all that may run on a host, in a tree where `ansible` is the library of one ansible-core.
IMPORT_ALL = """\
import importlib, pathlib, sys
root = pathlib.Path(sys.argv[1], "ansible_collections/baiducloud/network/plugins")
names = [".".join(path.relative_to(sys.argv[1]).with_suffix("").parts)
         for folder in ("module_utils", "modules") for path in sorted((root / folder).rglob("*.py"))]
for name in names:
    importlib.import_module(name)
assert len(names) > 20, names
import ansible_collections.baiducloud.network.plugins.module_utils._bce.client as client
assert client.REQUESTS_IMPORT_ERROR is None, client.REQUESTS_IMPORT_ERROR
"""


def minor(version: str) -> int:
    """3.9 comes before 3.10."""
    return int(version.split(".")[1])


@lru_cache(maxsize=None)
def interpreter(version: str) -> Path | None:
    """A Python of that version which really starts and makes environments, on PATH or among pyenv's; or None."""
    candidates = [shutil.which(f"python{version}")]
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = Path(subprocess.run([pyenv, "root"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
        candidates += sorted(root.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    for candidate in filter(None, candidates):
        # pyenv's shims are there for Pythons that are switched off, too; Debian's come without venv.
        probe = [candidate, "-c", "import ensurepip, venv"]
        if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return Path(candidate)
    return None


def environment(name: str, version: str, *arguments: str) -> Path:
    """The bin folder of a virtual environment with what pip is told to install, made anew where that has changed."""
    home = PLACE / name
    files = [Path(argument).read_text(encoding="utf-8") for argument in arguments if Path(argument).is_file()]
    mark = repr([str(interpreter(version)), arguments, files])
    done = home / "done"
    if not done.is_file() or done.read_text() != mark:
        output_of(interpreter(version), "-m", "venv", "--clear", home)
        install_packages(home / "bin/python", *arguments)
        done.write_text(mark)
    return home / "bin"


def write_constraints() -> None:
    """The lock without what is to differ: the core, and the resolvelib that it asks for."""
    PLACE.mkdir(parents=True, exist_ok=True)
    lines = (REQUIREMENTS / "lock.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("ansible-core", "resolvelib"))]
    CONSTRAINTS.write_text("\n".join(kept))


def controller(core: str, version: str) -> Path:
    """The environment of a cell, which finds the collection as it stands in this checkout."""
    what = [f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "matrix.in"), "-c", str(CONSTRAINTS)]
    bin_dir = environment(f"core-{core}-python-{version}", version, *what)
    link = Path(collections_of(bin_dir), FOLDER)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT)
    return bin_dir


def target(version: str) -> Path:
    """The Python of a host: nothing but requests, as old as that Python wants it."""
    return environment(f"target-{version}", version, "requests>=2.25")


def import_everything(bin_dir: Path, version: str) -> None:
    """Import modules and module_utils on a host's Python, with `ansible` as that core brings it there."""
    tree = bin_dir.parent / "imports"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / FOLDER).parent.mkdir(parents=True)
    (tree / FOLDER).symlink_to(ROOT)
    (tree / "ansible").symlink_to(Path(collections_of(bin_dir), "ansible"))
    output_of(target(version) / "python", "-c", IMPORT_ALL, tree, PYTHONPATH=str(tree), PYTHONDONTWRITEBYTECODE="1")


def run_demo_as_modules(bin_dir: Path, version: str) -> None:
    """Run the demo's tasks on a host's Python, in processes of their own."""
    # Ansible starts no interpreter whose path has a blank in it, as that of the checkout may have.
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        (Path(folder) / "target").symlink_to(target(version).parent)
        variables = {
            "ansible_python_interpreter": f"{folder}/target/bin/python",
            "baiducloud_in_process": False,
        }
        output_of(bin_dir / "python", "tests/demo", "-e", json.dumps(variables), bin_dir=bin_dir)


def test_cell(core: str, version: str, arguments: list[str]) -> str:
    """Everything about one cell; a line that tells what was done."""
    bin_dir = controller(core, version)
    exact = output_of(bin_dir / "python", "-c", "import ansible.release; print(ansible.release.__version__)").strip()
    variables = {
        **{name: os.environ.get(name, value) for name, value in REQUIRED.items()},
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(bin_dir.parent / "hypothesis"),
    }
    pytest = [bin_dir / "python", "-m", "pytest", "-q", "-rs", "-o", f"cache_dir={bin_dir.parent}/pytest"]
    output = output_of(
        *pytest, *(arguments or ["tests/unit", "tests/docs", "tests/integration"]), bin_dir=bin_dir, **variables
    )
    here = [python for python in CORES[core][1] if interpreter(python)]
    for python in here:
        import_everything(bin_dir, python)
    for python in (here[0], here[-1]):
        run_demo_as_modules(bin_dir, python)
    tested = output.strip().splitlines()[-1].strip("= ")
    skipped = re.findall(r"^SKIPPED .*", output, re.MULTILINE)
    done = f"{tested}; modules imported on {', '.join(here)}; demo on {here[0]}, {here[-1]}"
    return "\n    ".join([f"{exact} on Python {version}: {done}", *skipped])


def main(arguments: list[str]) -> int:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    cores, for_pytest = arguments[:end] or list(CORES), arguments[end + 1 :]
    unknown = [core for core in cores if core not in CORES]
    if unknown:
        sys.exit(f"matrix: {', '.join(unknown)} is none of {', '.join(CORES)}")
    write_constraints()
    cells = [(core, version) for core in cores for version in CORES[core][0]]
    missing = [cell for cell in cells if not interpreter(cell[1])]
    hosts = sorted({python for core in cores for python in CORES[core][1]}, key=minor)
    for python in filter(interpreter, hosts):
        target(python)
    failed = []

    def work(cell: tuple[str, str]) -> None:
        begin = time.monotonic()
        try:
            line = test_cell(*cell, for_pytest)
        except CommandFailed as failure:
            failed.append(cell)
            line = f"{cell[0]} on Python {cell[1]}: FAILED\n{failure}"
        print(f"matrix: {time.monotonic() - begin:.0f} s for ansible-core {line}", flush=True)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(work, [cell for cell in cells if cell not in missing]))
    for core, version in missing:
        print(f"matrix: ansible-core {core} on Python {version}: NOT RUN, there is no python{version} here")
    absent = [python for python in hosts if not interpreter(python)]
    if absent:
        print(f"matrix: imports NOT RUN on Python {', '.join(absent)}, which is not here")
    print(f"matrix: {len(cells) - len(missing) - len(failed)} of {len(cells)} cells passed")
    return 1 if failed or (missing and os.environ.get("MATRIX_MAY_MISS") != "1") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
