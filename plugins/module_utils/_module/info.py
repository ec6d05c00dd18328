# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that reads: the objects that filters select, and a failure that names what could not be read."""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError
from .._resources import fields
from .._resources.api import RestReader
from .._resources.fields import Field
from .results import partial_failure
from .validation import ParsedTask, parse_connection


class Found(NamedTuple):
    """The objects and errors of the reads of a task.

    :ivar objects: as results show them.
    :ivar errors: of the reads that failed.
    :ivar total: how many reads there were.
    :ivar results: what the result of a task that succeeds has in addition.
    """

    objects: list[dict[str, Any]]
    errors: list[BceError] = []
    total: int = 1
    results: dict[str, Any] = {}


class Info(NamedTuple):
    """The specification of such a module, and its Implementation.

    :ivar fields: the filters, and the version of the API.
    :ivar result_name: the name of the objects in results.
    :ivar fetch: reads with a client, a version of the API, the filters (in normal form) and the flags.
    :ivar flags: the names of boolean options, all of them false by default.
    :ivar validate: returns the errors between options; its arguments are the provided filters and all parameters.
    :ivar resolve: see RestReader.resolve(); results have what it finds.
    :ivar label: the word for several of what is read, for messages.
    :ivar service: see connection_options.resolve().
    """

    fields: tuple[Field, ...]
    result_name: str
    fetch: Callable[..., Found]
    flags: tuple[str, ...] = ()
    validate: Callable[[dict[str, Any], dict[str, Any]], list[str]] = lambda provided, params: []
    resolve: Callable[..., dict[str, Any]] = RestReader.resolve
    label: str = ""
    max_concurrent_requests: int = 1
    service: str = connection_options.DEFAULT_SERVICE

    def arguments(self) -> dict[str, Any]:
        """Return the keywords of AnsibleModule."""
        spec = {field.name: fields.to_argument_spec(field) for field in self.fields}
        spec.update({name: {"type": "bool", "default": False} for name in self.flags})
        return {"argument_spec": dict(spec, **connection_options.ARGUMENT_SPEC), "supports_check_mode": True}

    def parse(self, params: dict[str, Any]) -> ParsedTask:
        """See Implementation.parse()."""
        errors = fields.validate_fields(self.fields, params)
        errors += self.validate(fields.provided_options(self.fields, params), params)
        connection = parse_connection(params, errors, self.service)
        flags = {name: bool(params.get(name)) for name in self.flags}
        return ParsedTask(fields.normalize_options(self.fields, params), connection, flags)

    def run(self, request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
        """See Implementation.run()."""
        del check_mode  # because reading changes nothing
        client = BceClient(request.connection, clock=clock, max_concurrent_requests=self.max_concurrent_requests)
        resolved: dict[str, Any] = {}
        try:
            filters = dict(self.resolve(client, request.desired))
            resolved = {name: value for name, value in filters.items() if name not in request.desired}
            version = filters.pop("version", 1)
            found = self.fetch(client, version, filters, **request.options)
        except BceError as error:
            return request.connection.warn_in(dict(error.to_failed_result(), **resolved))
        result = {"changed": False, **resolved, self.result_name: found.objects}
        result.update(partial_failure(found.errors, found.total, self.label) if found.errors else found.results)
        return request.connection.warn_in(result)
