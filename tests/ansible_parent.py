# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that has imported Ansible: it forks for each order that arrives at a socket; see ansible_forks.py.

Ansible imports most plugins and parses their documentation while a play runs. A first fork runs a small play and says
what it imported and which texts it parsed, so that the others find it done. A fork uses a parsed text once, because
Ansible changes what it gets. Forks also share the payloads of modules, because packing one takes about as long as
running it; nothing else of one fork is ever seen by another.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pickle
import socket
import sys
import tempfile
from pathlib import Path

import yaml

BIN = Path(sys.executable).parent
PLAYBOOK = BIN / "ansible-playbook"
PROGRAMS = {PLAYBOOK: "ansible.cli.playbook", BIN / "ansible-inventory": "ansible.cli.inventory"}
FIRST_PLAY = Path(__file__).with_name("first_play.yml")
parse = yaml.load


def main(control, payloads):
    # As Python starts a program.
    sys.argv[:] = [str(PLAYBOOK)]
    sys.path[0] = str(BIN)
    mains = {str(path): importlib.import_module(name).main for path, name in PROGRAMS.items()}
    from ansible import constants
    from ansible.utils.path import cleanup_tmp_file

    # Each run has such a directory of its own.
    cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)
    atexit.unregister(cleanup_tmp_file)
    modules, texts = _first_run(mains[str(PLAYBOOK)], constants, payloads)
    # Most plays need requests, and the small play does not.
    for name in [*modules, "requests"]:
        # Plugins of a directory in the configuration have names that only Ansible can import.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    parsed = {_key(text, loader): parse(text, loader) for text, loader in texts}
    yaml.load = functools.partial(_parse_once, parsed)
    _keep_trees()
    # Forks share what is frozen until they change it.
    gc.freeze()
    _start_as(*_wait_for_order(control))
    _begin(constants, payloads)
    sys.exit(mains[sys.argv[0]]())


def _begin(constants, payloads):
    """Make the temporary directory of a run as the import of ansible.constants does, with the payloads in it."""
    from ansible.config.manager import ensure_type

    constants.DEFAULT_LOCAL_TMP = ensure_type(str(Path(constants.DEFAULT_LOCAL_TMP).parent), "tmppath")
    Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(payloads)


def _first_run(run, constants, payloads):
    """Run FIRST_PLAY in a fork; return the names of the modules that it imported, and the texts with their loaders."""
    with tempfile.TemporaryFile() as record:
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            record.seek(0)
            return pickle.load(record)
        texts = []
        yaml.load = functools.partial(_record, texts)
        before = set(sys.modules)
        _begin(constants, payloads)
        sys.argv[1:] = ["-i", "localhost,", str(FIRST_PLAY)]
        try:
            run()
        except SystemExit as end:
            names = [name for name in sys.modules if name not in before and not name.startswith("ansible_collections")]
            pickle.dump((names, texts), record)
            record.flush()
            sys.exit(end.code)


def _key(text, loader):
    """Return what the result of a parser depends on; since ansible-core 2.19 that is also where the text is from."""
    try:
        from ansible._internal._datatag._tags import Origin
    except ImportError:
        return text, loader
    return text, Origin.get_tag(text), loader


def _record(texts, stream, Loader):
    if isinstance(stream, (str, bytes)):
        texts.append((stream, Loader))
    return parse(stream, Loader)


def _parse_once(parsed, stream, Loader):
    key = _key(stream, Loader) if isinstance(stream, (str, bytes)) else None
    return parsed.pop(key) if key in parsed else parse(stream, Loader)


def _keep_trees():
    """Parse module_utils, of which Ansible makes syntax trees to find what a module imports; it only reads them."""
    import ansible.module_utils
    from ansible.executor import module_common

    parse_source = getattr(module_common, "_compile_module_ast", None)
    if not parse_source:
        return
    trees = {}
    for path in Path(ansible.module_utils.__file__).parent.rglob("*.py"):
        if "facts" not in path.parts:
            source = path.read_bytes()
            trees[source] = parse_source(path.stem, source)
    module_common._compile_module_ast = lambda name, source: (
        trees.get(source.encode() if isinstance(source, str) else source) or parse_source(name, source)
    )


def _wait_for_order(control):
    """Return the order and the descriptors of its output, in a fork for each order; end when the tests end."""
    stream = control.makefile("rw")
    while True:
        data, descriptors, _flags, _address = socket.recv_fds(control, 1, 2)
        if not data:
            os._exit(0)
        order = json.loads(stream.readline())
        pid = os.fork()
        if not pid:
            stream.close()
            control.close()
            return order, descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        print(pid, file=stream, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=stream, flush=True)


def _start_as(order, output):
    """Become the process that subprocess.Popen() would have started."""
    for number, descriptor in enumerate(output, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(order["cwd"])
    os.umask(order["umask"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv[:] = order["words"]


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
