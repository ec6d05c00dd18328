# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test every supported ansible-core: python tests/checks/run_matrix.py [CORE ...] [-- PYTEST ARGUMENTS]

Each cell, an ansible-core on a Python, has a virtual environment in .cache/matrix/ and runs unit and integration
tests, without those of the IPsec lab unless pytest's arguments select them. Then every Python on which that core runs
modules imports our files, and the oldest and the newest of them run the demo's tasks as real modules.

A cell whose Python is not installed is reported as NOT RUN and makes the exit status 1, unless MATRIX_ALLOW_MISSING=1.
A missing Python of a target is only reported. Skipped tests are reported with their reasons; those that need a network
fail instead, unless AWX_COLLECTION_REQUIRED is set to an empty string. Selected tests of the lab fail too where they
cannot run, unless TUNNEL_LAB_REQUIRED is set to an empty string.
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

from commands import REQUIRED, CommandFailed, collections_path, install_packages, run_command
from repository import CACHE, COLLECTION_DIR, ROOT

WORK_DIR = CACHE / "matrix"
CONSTRAINTS = WORK_DIR / "constraints.txt"
REQUIREMENTS = ROOT / "tests/requirements"

# core -> (Pythons of the controller that are tested, Pythons of hosts on which it runs modules)
CORES = {
    "2.17": (["3.11"], ["3.7", "3.8", "3.9", "3.10", "3.11", "3.12"]),
    "2.18": (["3.11"], ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]),
    "2.19": (["3.11"], ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]),
    "2.20": (["3.12", "3.13"], ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
    "2.21": (["3.12", "3.13"], ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
}
MAX_CONCURRENT_CELLS = 2  # each uses one core of the machine

# Imports all files that may run on a host, in a tree where `ansible` is the library of one ansible-core.
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


def minor_version(version: str) -> int:
    """Return the minor version, so that 3.9 sorts before 3.10."""
    return int(version.split(".")[1])


@lru_cache(maxsize=None)
def find_interpreter(version: str) -> Path | None:
    """Return a Python of that version on PATH or of pyenv that starts and has venv, or None."""
    candidates = [shutil.which(f"python{version}")]
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = Path(subprocess.run([pyenv, "root"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
        candidates += sorted(root.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    for candidate in filter(None, candidates):
        # pyenv has shims for disabled versions too; Debian's Python may lack venv.
        probe = [candidate, "-c", "import ensurepip, venv"]
        if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return Path(candidate)
    return None


def create_venv(name: str, version: str, *arguments: str) -> Path:
    """Return the ``bin`` directory of a virtual environment; create it again if the arguments for pip have changed."""
    home = WORK_DIR / name
    files = [Path(argument).read_text(encoding="utf-8") for argument in arguments if Path(argument).is_file()]
    mark = repr([str(find_interpreter(version)), arguments, files])
    done = home / "done"
    if not done.is_file() or done.read_text() != mark:
        run_command(find_interpreter(version), "-m", "venv", "--clear", home)
        install_packages(home / "bin/python", *arguments)
        done.write_text(mark)
    return home / "bin"


def write_constraints() -> None:
    """Write the lock file without ansible-core, which differs by cell, and the resolvelib that it depends on."""
    WORK_DIR.mkdir(parents=True, exist_ok=True)
    lines = (REQUIREMENTS / "lock.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("ansible-core", "resolvelib"))]
    CONSTRAINTS.write_text("\n".join(kept))


def create_controller_venv(core: str, version: str) -> Path:
    """Return the ``bin`` directory of a cell's environment, which has this checkout as the collection."""
    what = [f"ansible-core~={core}.0", "-r", str(REQUIREMENTS / "matrix.in"), "-c", str(CONSTRAINTS)]
    bin_dir = create_venv(f"core-{core}-python-{version}", version, *what)
    link = Path(collections_path(bin_dir), COLLECTION_DIR)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT)
    return bin_dir


def create_target_venv(version: str) -> Path:
    """Return the ``bin`` directory of a host's environment: nothing but requests."""
    return create_venv(f"target-{version}", version, "requests>=2.25")


def import_all_modules(bin_dir: Path, version: str) -> None:
    """Import modules and module_utils on a host's Python, with the `ansible` library of that core."""
    tree = bin_dir.parent / "imports"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / COLLECTION_DIR).parent.mkdir(parents=True)
    (tree / COLLECTION_DIR).symlink_to(ROOT)
    (tree / "ansible").symlink_to(Path(collections_path(bin_dir), "ansible"))
    run_command(
        create_target_venv(version) / "python",
        "-c",
        IMPORT_ALL,
        tree,
        PYTHONPATH=str(tree),
        PYTHONDONTWRITEBYTECODE="1",
    )


def run_demo_as_modules(bin_dir: Path, version: str) -> None:
    """Run the demo's tasks as modules on a host's Python."""
    # Ansible cannot start an interpreter whose path has a blank in it, and the checkout's path may have one.
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        (Path(folder) / "target").symlink_to(create_target_venv(version).parent)
        variables = {
            "ansible_python_interpreter": f"{folder}/target/bin/python",
            "baiducloud_in_process": False,
        }
        run_command(bin_dir / "python", "tests/demo", "-e", json.dumps(variables), bin_dir=bin_dir)


def run_cell(core: str, version: str, arguments: list[str]) -> str:
    """Run one cell; return a summary."""
    bin_dir = create_controller_venv(core, version)
    exact = run_command(bin_dir / "python", "-c", "import ansible.release; print(ansible.release.__version__)").strip()
    variables = {
        **{name: os.environ.get(name, value) for name, value in REQUIRED.items()},
        "HYPOTHESIS_STORAGE_DIRECTORY": str(bin_dir.parent / "hypothesis"),
    }
    pytest = [bin_dir / "python", "-m", "pytest", "-q", "-rs", "-o", f"cache_dir={bin_dir.parent}/pytest"]
    what = arguments or ["-m", "not lab", "tests/unit", "tests/docs", "tests/integration"]
    output = run_command(*pytest, *what, bin_dir=bin_dir, **variables)
    here = [python for python in CORES[core][1] if find_interpreter(python)]
    for python in here:
        import_all_modules(bin_dir, python)
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
        sys.exit(f"matrix: {', '.join(unknown)} is not one of {', '.join(CORES)}")
    write_constraints()
    cells = [(core, version) for core in cores for version in CORES[core][0]]
    missing = [cell for cell in cells if not find_interpreter(cell[1])]
    hosts = sorted({python for core in cores for python in CORES[core][1]}, key=minor_version)
    for python in filter(find_interpreter, hosts):
        create_target_venv(python)
    failed = []

    def work(cell: tuple[str, str]) -> None:
        begin = time.monotonic()
        try:
            line = run_cell(*cell, for_pytest)
        except CommandFailed as failure:
            failed.append(cell)
            line = f"{cell[0]} on Python {cell[1]}: FAILED\n{failure}"
        print(f"matrix: {time.monotonic() - begin:.0f} s for ansible-core {line}", flush=True)

    with ThreadPoolExecutor(MAX_CONCURRENT_CELLS) as pool:
        list(pool.map(work, [cell for cell in cells if cell not in missing]))
    for core, version in missing:
        print(f"matrix: ansible-core {core} on Python {version}: NOT RUN, python{version} is not installed")
    absent = [python for python in hosts if not find_interpreter(python)]
    if absent:
        print(f"matrix: imports NOT RUN on Python {', '.join(absent)}, not installed")
    print(f"matrix: {len(cells) - len(missing) - len(failed)} of {len(cells)} cells passed")
    return 1 if failed or (missing and os.environ.get("MATRIX_ALLOW_MISSING") != "1") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
