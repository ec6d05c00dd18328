# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run community.routeros.api_modify of the environment of make bench against entries in memory, instead of a router.

    .cache/bench/bin/python tests/routeros_router.py < REQUEST.json

The request has `entries`, a dict of paths to lists of entries, and `tasks`, a list of the module's options. Prints
`entries`, what they are afterwards, and `changed`, a list of booleans, one for each task.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import json
import sys

VERSION = "7.16"
CONNECTION = {"hostname": "192.0.2.1", "username": "admin", "password": "x"}


class Path:
    """A path of the router, as librouteros has it."""

    def __init__(self, router, words=()):
        self._router, self._words = router, words

    def join(self, word):
        return Path(self._router, (*self._words, word))

    @property
    def _entries(self):
        return self._router.entries.setdefault(" ".join(self._words), [])

    def __iter__(self):
        """Return the entries without the fields that are unset, as a router does."""
        fields = self._router.fields(self._words)
        for entry in self._entries:
            yield {name: value for name, value in entry.items() if not _is_unset(fields.get(name), value)}

    def add(self, **values):
        entry = {".id": f"*{next(self._router.ids)}", **values}
        self._entries.append(entry)
        return entry[".id"]

    def update(self, **values):
        entry = self._entries[self._index(values[".id"])]
        for name, value in values.items():
            if name.startswith("!"):
                entry.pop(name[1:], None)
            else:
                entry[name] = value

    def remove(self, *ids):
        for number in ids:
            del self._entries[self._index(number)]

    def __call__(self, command, numbers, destination):
        assert command == "move"
        entry = self._entries.pop(self._index(numbers))
        self._entries.insert(self._index(destination), entry)
        return ()

    def _index(self, number):
        return [entry[".id"] for entry in self._entries].index(number)


class Router:
    """The entries of a router, by path."""

    def __init__(self, entries, tables):
        self._tables = tables
        self.ids = itertools.count(1)
        self.entries = {
            path: [{".id": f"*{next(self.ids)}", **entry} for entry in items] for path, items in entries.items()
        }

    def path(self):
        return Path(self)

    def fields(self, words):
        return self._tables[words].get_data().fields


def _is_unset(field, value):
    return field is not None and field.can_disable and value == field.remove_value


def run(module, testing, arguments):
    """Return the result of one task."""
    printed = io.StringIO()
    with testing.patch_module_args(dict(arguments, **CONNECTION)), contextlib.redirect_stdout(printed):
        try:
            module.main()
        except SystemExit:
            pass
    result = json.loads(printed.getvalue())
    assert not result.get("failed"), result["msg"]
    return result


def main(request):
    module = importlib.import_module("ansible_collections.community.routeros.plugins.modules.api_modify")
    testing = importlib.import_module("ansible.module_utils.testing")
    for words in module.PATHS:
        module.PATHS[words].provide_version(VERSION)
    router = Router(request["entries"], module.PATHS)
    module.check_has_library = lambda _module: None
    module.create_api = lambda _module: router
    module.get_api_version = lambda _api: VERSION
    changed = [run(module, testing, arguments)["changed"] for arguments in request["tasks"]]
    entries = {
        path: [{name: value for name, value in entry.items() if name != ".id"} for entry in items]
        for path, items in router.entries.items()
    }
    print(json.dumps({"entries": entries, "changed": changed}))


if __name__ == "__main__":
    main(json.load(sys.stdin))
