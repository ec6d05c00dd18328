# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let Python keep the bytecode of this collection's private packages.

Ansible's own loader compiles these files in every run, which took about 40 of the 120 ms of CPU time that a task's
imports cost. Python runs this file before it imports any plugin or private package of the collection. Modules do not
have it: Ansible packs an empty file in its place.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from typing import Any, Sequence

_PREFIXES = tuple("%s.%s._" % (__name__, package) for package in ("module_utils", "plugin_utils"))


class PrivatePackageFinder:
    """Find the private packages and files with Python's loader of source files.

    It reads and writes `__pycache__` as everywhere in Python: where it cannot write, or must not because of
    PYTHONDONTWRITEBYTECODE, it compiles the file in every run.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        """Return how to load a module; None leaves it to the next finder, which is Ansible's."""
        if path and name.startswith(_PREFIXES):
            return _finder_of(path[0]).find_spec(name)
        return None


@lru_cache(maxsize=None)
def _finder_of(folder: str) -> FileFinder:
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def _install() -> None:
    """Put the finder directly before Ansible's; finders that are before that one keep their place.

    Without Ansible's finder there is nothing to do, because Python's own finder is used.
    """
    for index, finder in enumerate(sys.meta_path):
        if type(finder).__name__ == "_AnsibleCollectionFinder":
            sys.meta_path.insert(index, PrivatePackageFinder)
            break


_install()
