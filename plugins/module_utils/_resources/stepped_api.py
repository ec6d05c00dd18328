# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RestSteppedApi is the SteppedApi of a resource whose updates and deletions are requests of a RestApi."""

from __future__ import annotations

from typing import Any, Dict

from .api import DELETED_STATUSES, RestApi
from .base import Desired, Entry, Item, Plan
from .steps import GONE, Step, SteppedApi, Steps


class RestSteppedApi(RestApi, SteppedApi):
    """A RestApi with one step for an update and one for a deletion; a resource overrides what differs."""

    def update_steps(self, plan: Plan, item: Item) -> Steps:
        """See SteppedApi.update_steps()."""
        yield Step(self.operation("update", item.fields), lambda token, _deadline: self.update(plan, token))

    def deletion_steps(self, desired: Desired, item: Item) -> Steps:
        """See SteppedApi.deletion_steps()."""
        yield self.deletion(item.fields)

    def action(self, name: str, object_id: str, query: Dict[str, str], body: Dict[str, Any] | None = None) -> Step:
        """Return the step of a PUT to an object, without a condition; `query` is the action, such as {"bind": ""}."""

        def send(token: str, _deadline: float) -> str | None:
            path = self._path("item", object_id)
            return self.client.request("PUT", path, dict(query, clientToken=token), body, name).request_id

        return Step(name, send)

    def deletion(self, fields: Dict[str, Any]) -> Step:
        """Return the step that deletes an object."""
        object_id = fields[self.type.id_option]
        name = self.operation("delete", fields)
        return Step(name, lambda token, deadline: self.delete(object_id, token, deadline), GONE, is_last=True)

    def read(self, object_id: str) -> Entry | None:
        """See SteppedApi.read(); where the API cannot read an object by its id, override this."""
        body = self.read_body(object_id)
        entries = [] if body is None else self.parse_all([body], without=DELETED_STATUSES).entries
        return entries[0] if entries else None
