# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the bytecode of what Ansible packs into modules; Python imports this file when it starts.

A module arrives as a ZIP file of sources, which Python would compile in every run: half of the CPU time of a module.
The bytecode of equal sources is equal, except for the name of the file in it.
"""

import _imp
import importlib.util
import marshal
import os
import zipimport

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.cache/module_bytecode")
compile_source = getattr(zipimport, "_compile_source", None)


def cached(pathname, source):
    magic = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")
    file = os.path.join(FOLDER, "%d-%d-%s" % (magic, len(source), _imp.source_hash(magic, source).hex()))
    try:
        with open(file, "rb") as stream:
            code = marshal.load(stream)
        _imp._fix_co_filename(code, pathname)
        return code
    except OSError:
        code = compile_source(pathname, source)
    try:
        os.makedirs(FOLDER, exist_ok=True)
        partial = "%s.%d" % (file, os.getpid())
        with open(partial, "wb") as stream:
            marshal.dump(code, stream)
        os.replace(partial, file)
    except OSError:
        pass
    return code


# Not in versions of Python whose zipimport is not written in Python.
if hasattr(zipimport, "_compile_source"):
    zipimport._compile_source = cached
