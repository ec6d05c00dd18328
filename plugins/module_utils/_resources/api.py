# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RestApi is the ResourceApi of any resource: its requests, from the values of the Resource.

Every method raises what BceClient.request() raises.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Optional, Tuple

from .._bce.errors import BceError, NotFoundError
from .._bce.redaction import KEY_PATTERN, Secret, looks_like_tunnel_key
from .._bce.response_parsing import check_owner, invalid_response, paginate, parse_id
from .base import (
    ABSENT,
    CHECK_MODE_ID,
    OK,
    UNKNOWN,
    Desired,
    Entry,
    Item,
    LazyItem,
    Listed,
    Plan,
    ResourceApi,
    WriteResult,
)
from .fields import camel_case
from .messages import MESSAGES
from .resource import Resource, Summary

PAGE_SIZE = "1000"  # the most that the API returns at once

# Words of related objects of the API.
DELETING_STATUSES = ("deleting", "releasing")
DELETED_STATUSES = ("deleted", "released")


class RestReader(ResourceApi):
    """The reads of the objects of one scope over a BceClient.

    :ivar values: the options of the scope.
    """

    type: Resource

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        """Take the options, of which those of the scope and `version` are read."""
        self.client = client
        # An error text may show a key of an object that this run has not read.
        client.redactor.redact_pattern(KEY_PATTERN, looks_like_tunnel_key)
        self.values = {field.name: values[field.name] for field in self.type.scope_options if values.get(field.name)}
        self.root = "/v%d" % values.get("version", 1)
        self.scope = self.type.scope_words(self.values) if self.values or not self.type.scope_options else ""

    @staticmethod
    def resolve(client: Any, values: Dict[str, Any]) -> Dict[str, Any]:
        """Return the options with the scope's id in the place of its name; the first read of a task, if it needs one.

        See ResourceValues.scope_lookups.
        """
        return values

    def list(self, deadline: float | None = None) -> Listed:
        """See ResourceApi.list(); deleted objects are left out, although the API may still show them."""
        return self.read_all(deadline, DELETED_STATUSES)

    def read_all(self, deadline: float | None = None, without: Tuple[str, ...] = ()) -> Listed:
        """Return every object that the API shows. Pages are followed, also where the API documents none.

        :param without: the statuses of objects to leave out.
        :raises InvalidResponseError: if the response is not such a list, or has an object of another scope.
        """
        if CHECK_MODE_ID in self.values.values():
            return Listed([], None, None)  # a scope that is not there yet
        spec, operation = self.type, self.operation("list")
        query = dict(self._query(), **spec.list_query)
        pages = paginate(self, self._path("list"), query, spec.list_key, spec.id_field.wire_name, operation, deadline)
        if spec.owner:
            owner_id = self.scope_values()[spec.owner]
            check_owner(pages.entries, camel_case(spec.owner), owner_id, pages.response, operation)
        return self.parse_all(pages.entries, pages.response.request_id, pages.server_time, without)

    def request(self, method: str, path: str, query: Any = None, **more: Any) -> Any:
        """Request one page of the list, or one object."""
        return self.client.request(method, path, query, **more)

    def scope_values(self) -> Dict[str, Any]:
        """Return the options of the scope as the objects have them, as far as they are known."""
        return self.values

    def parse_all(
        self,
        objects: Iterable[Dict[str, Any]],
        request_id: str | None = None,
        server_time: float | None = None,
        without: Tuple[str, ...] = (),
    ) -> Listed:
        """Return the objects of the API's own entries. All secrets in them are redacted from later error texts."""
        objects, secret_field = tuple(objects), self.type.secret
        values = [entry.get(secret_field.wire_name) for entry in objects] if secret_field else []
        secrets = frozenset(map(Secret, {value for value in values if isinstance(value, str) and value}))
        self.client.redactor.add(*secrets)
        scope = self.scope_values()

        def make_item(entry: Dict[str, Any]) -> Item:
            item = self.parse_item(entry)
            # Where other objects show a value, one that does not show it has none.
            shown = [name for name in item.not_comparable if any(name in other for other in objects)]
            return item._replace(not_comparable=item.not_comparable.difference(shown))

        summaries = self.type.parse_summaries(objects, scope)
        self.client.redactor.allow(*(value for summary in summaries for value in summary.key.values()))
        entries = [
            self.to_entry(summary, LazyItem(make_item, entry))
            for summary, entry in zip(summaries, objects)
            if (summary.status or "").lower() not in without
        ]
        return Listed(entries, request_id, server_time, secrets)

    def get(self, object_id: str) -> Item | None:
        """Return one object, or None if it does not exist."""
        body = self.read_body(object_id)
        return None if body is None else self.parse_item(body)

    def read_body(self, object_id: str) -> Dict[str, Any] | None:
        """Return one object as the API shows it, or None if it does not exist."""
        response = self.read_by_id(self.type, self._path("item", object_id), object_id)
        return None if response is None else response.body

    def read_by_id(self, spec: Any, path: str, object_id: str) -> Any:
        """Return the response to a read by id, or None if the object does not exist.

        :param spec: the id_field, label and operations of the object.
        :raises InvalidResponseError: if the response is about another object.
        """
        if object_id == CHECK_MODE_ID:
            return None
        operation, wire_name = spec.operations["read"] % {"id": object_id}, spec.id_field.wire_name
        try:
            response = self.request("GET", path, operation=operation, expects=wire_name)
        except NotFoundError:
            return None
        if response.is_empty:
            return None
        if parse_id(response.body.get(wire_name)) != object_id:
            raise invalid_response(operation, MESSAGES["response_other_object"] % {"label": spec.label}, response)
        return response

    def parse_item(self, entry: Dict[str, Any]) -> Item:
        """See Resource.parse_item()."""
        item = self.type.parse_item(entry, self.scope_values())
        self.allow_names(item.fields)
        return item

    def to_entry(self, summary: Summary, source: Any) -> Entry:
        """Return the entry of an object for the reconciler."""
        # The id decides where the time is the same or unknown, because every run must sort alike.
        age = (summary.created_time or "~", summary.object_id or "")
        is_leaving = (summary.status or "").lower() in DELETING_STATUSES
        name = self.type.name_of(summary.key)
        return Entry(summary.object_id, name, is_leaving, summary.scope_confirmed, age, source)

    def operation(self, verb: str, fields: Optional[Dict[str, Any]] = None) -> str:
        """Return the words for a request in messages; `fields` are those of the object that it is about."""
        words = dict(self.values, scope=self.scope)
        if fields is not None:
            words.update(name=self.type.name_of(fields), id=fields.get(self.type.id_option))
        return self.type.operations[verb] % words

    def _path(self, kind: str, object_id: str | None = None) -> str:
        if kind == "item" and not object_id:
            raise ValueError(kind)  # the path of the list would be meant
        return self.root + self.type.paths[kind] % dict(self.values, id=object_id)

    def _query(self) -> Dict[str, str]:
        """Return the scope as a query, where the path of the list does not contain it."""
        fields = () if "%" in self.type.paths["list"] else self.type.scope_options
        return {field.wire_name: self.values[field.name] for field in fields if field.name in self.values}

    def allow_names(self, fields: Dict[str, Any]) -> None:
        """Let error texts show the name of an object, even if it looks like a key."""
        self.client.redactor.allow(*map(fields.get, self.type.natural_key))


class RestApi(RestReader):
    """All operations on the objects of one scope; see RestReader."""

    def token_names(self, name: str) -> Tuple[str, ...]:
        """See ResourceApi.token_names()."""
        owner = (self.scope_values()[self.type.owner],) if self.type.owner else ()
        return (self.type.kind, *owner, *self.type.key_of(name))

    def surplus(self, object_id: str) -> Desired:
        """See ResourceApi.surplus()."""
        return self.type.parse(dict(self.values, **{"state": "absent", self.type.id_option: object_id}))

    def complete_target(self, target: Item) -> Item:
        """See ResourceApi.complete_target(); a list has shown the values of the scope."""
        return target._replace(fields={**target.fields, **self.scope_values(), self.type.id_option: CHECK_MODE_ID})

    def create(self, target: Item, token: str) -> tuple[str, str | None]:
        """See ResourceApi.create().

        :raises InvalidResponseError: if the response has no id; maybe_applied is set then.
        """
        self._register(target)
        operation, wire_name = self.operation("create", target.fields), self.type.id_field.wire_name
        response = self.client.request(
            "POST",
            self._path("create"),
            {"clientToken": token},
            self.create_body(target),
            operation,
            resend_unknown=False,
            expects=wire_name,
        )
        object_id = self.created_id(response.body)
        if object_id is None:
            text = MESSAGES["response_without_id"] % {"wire_name": wire_name}
            raise invalid_response(operation, text, response, maybe_applied=True)
        return object_id, response.request_id

    def created_id(self, body: Dict[str, Any]) -> str | None:
        """Return the id in the response to a creation, None if it has none."""
        return parse_id(body.get(self.type.id_field.wire_name))

    def update(self, plan: Plan, token: str) -> str | None:
        """See ResourceApi.update()."""
        return self._put(plan.target, self.update_body(plan), token)

    def delete(self, object_id: str, token: str, deadline: float | None = None) -> str | None:
        """See ResourceApi.delete()."""
        query = {"clientToken": token} if self.type.is_deleted_with_token else {}
        path, operation = self._path("item", object_id), self.operation("delete", {self.type.id_option: object_id})
        return self.client.request("DELETE", path, query, operation=operation, deadline=deadline).request_id

    def probe(self, target: Item, object_id: str, token: str) -> WriteResult:
        """Read the object by its id, or else update the id with the desired parameters.

        The update changes nothing if the object is ours. Only an error of absence means that it does not exist; any
        other error leaves that open.
        """
        try:
            if self.type.is_read_by_id:
                body = self.read_body(object_id)
                return WriteResult(ABSENT) if body is None else WriteResult(OK, entry=self.parse_all([body]).entries[0])
            named = target._replace(fields=dict(target.fields, **{self.type.id_option: object_id}))
            self._put(named, self.replace_body(named), token)
        except NotFoundError as error:
            return WriteResult(ABSENT, error=error)
        except BceError as error:
            return WriteResult(UNKNOWN, error=error)
        return WriteResult(OK)

    def _put(self, item: Any, body: Dict[str, Any], token: str) -> str | None:
        self._register(item)
        path, operation = self._path("item", item.fields[self.type.id_option]), self.operation("update", item.fields)
        return self.client.request("PUT", path, {"clientToken": token}, body, operation).request_id

    def _register(self, item: Item) -> None:
        if item.secret_key is not None:
            self.client.redactor.add(item.secret_key)
        self.allow_names(item.fields)

    def create_body(self, target: Item) -> Dict[str, Any]:
        """Return the body of a creation in the order of the API page; what is None is left out."""
        spec, fields = self.type, target.fields
        body: Dict[str, Any] = {}
        if spec.secret and target.secret_key:
            body[spec.secret.wire_name] = target.secret_key.reveal()
        for field in spec.fields:
            value = fields[field.name]
            if value is not None and not (value == "" and field.omits_empty):
                body[field.wire_name] = value
        for name, group in spec.groups.items():
            body[camel_case(name)] = {field.wire_name: fields[name][field.name] for field in group}
        return body

    def replace_body(self, target: Item) -> Dict[str, Any]:
        """Return the body of an update that sends the whole object, except what the API cannot change."""
        fields = dict(target.fields, **dict.fromkeys(self.type.immutable))
        return RestApi.create_body(self, target._replace(fields=fields))

    def update_body(self, plan: Plan) -> Dict[str, Any]:
        """Return the body of an update: the whole object, or what changes."""
        target: Any = plan.target
        if self.type.is_replaced:
            return self.replace_body(target)
        changed = [field for field in self.type.fields if field.name in plan.changes]
        return {field.wire_name: target.fields[field.name] for field in changed}
