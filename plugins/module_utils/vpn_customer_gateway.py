# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_customer_gateway."""

from __future__ import annotations

import os
import time

from . import credentials, customer_gateway, field
from .client import BceClient
from .client_token import MOST_TOKENS, first_token, next_token, random_token
from .customer_gateway import CREATE, DELETE, NOTHING, UPDATE, find, plan
from .errors import BceError, BceNotFoundError, BceStateError, BceTokenMismatchError, BceUsageError
from .gateway_api import GatewayApi

LIST_PATIENCE = 3.0  # seconds that the list may be late with what another run has just made ...
CONFIRMED_LIST_PATIENCE = 30.0  # ... and with what the API says that this run has made
PAUSE = 0.3  # seconds between two looks at the list

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: field.spec_of(item) for item in customer_gateway.FIELDS}, **credentials.ARGUMENT_SPEC
    ),
    "required_one_of": [("name", "cgw_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return customer_gateway.problems(params) + credentials.problems(params, os.environ)


def run(params, check_mode):
    """Bring the customer gateway to what the options say; the result as the task returns it, a dict."""
    mistakes = problems(params)
    if mistakes:
        return BceUsageError(mistakes).as_failure()
    desired = customer_gateway.desire(params)
    client = BceClient(credentials.resolve(params, os.environ))
    work = _Work(GatewayApi(client, desired.get("version", 1)), desired)
    try:
        work.foresee()
        if not check_mode:
            work.act()
    except BceError as error:
        return work.failure(error)
    return work.report()


class _Work:
    """One customer gateway: the plan, and what is known and done so far, true at every moment."""

    def __init__(self, api, desired, clock=time):
        self._api = api
        self._desired = desired
        self._clock = clock
        self._step = None  # customer_gateway.Plan
        self.changed = False
        self.cgw_id = desired.get("cgw_id")
        self.now = None  # the customer gateway as it is, in check mode as it would be; a dict, or None
        self.before = {}
        self.after = {}
        self.request_id = None
        self.warnings = []
        self._patience_ends = None  # moment of clock.monotonic(), from the first look for a rival on

    def foresee(self):
        """Plan, and note what check mode tells."""
        current = self._look()
        step = self._compare(current)
        self.changed = step.action != NOTHING
        self.now = step.target
        self.cgw_id = current["cgw_id"] if current else None

    def act(self):
        """Carry the plan out."""
        self.changed = False
        step = self._step
        if step.action == CREATE:
            self._create(step.target)
        elif step.action == UPDATE:
            self._update_or_create(step)
        elif step.action == DELETE:
            self._delete()

    def _compare(self, current):
        step = self._step = plan(self._desired, current)
        if step.action != NOTHING or not self.changed:
            self.before, self.after = step.before, step.after
        return step

    # -- look --------------------------------------------------------------------------------------------------------

    def _look(self):
        wanted, cgw_id = self._desired.get("name"), self._desired.get("cgw_id")
        if cgw_id is None:
            return self._named(wanted)
        current = self._api.customer_gateway(cgw_id)
        if self._desired.get("state") == "absent":
            if current is not None and wanted not in (None, current["name"]):
                raise BceStateError(
                    "cgw_id: %s is the customer gateway %r and not %r, so neither is deleted; give the one that is"
                    " meant" % (cgw_id, current["name"], wanted),
                    "OtherCustomerGateway",
                )
            return current
        if current is None:
            text = "cgw_id: there is no customer gateway %s; leave cgw_id out to create one by its name"
            raise BceStateError(text % cgw_id, "NoSuchCustomerGateway")
        if wanted and wanted != current["name"]:
            other = self._named(wanted)
            if other is not None:
                text = "name: %r is already the name of the customer gateway %s; choose another name"
                raise BceStateError(text % (wanted, other["cgw_id"]), "NameTaken")
        return current

    def _named(self, name):
        return find(self._api.list_customer_gateways(), name)

    # -- create ------------------------------------------------------------------------------------------------------

    def _create(self, target):
        """Create exactly one: past the API's memories of others of this name that are gone.

        All runs that want it send the same token, so the API makes one of it.
        """
        token = self._desired.get("client_token") or first_token("vpn_customer_gateway", target["name"])
        # The last of these tokens is a random one.
        for number in range(MOST_TOKENS + 2):
            try:
                cgw_id, self.request_id = self._api.create_customer_gateway(target, token)
            except BceTokenMismatchError:
                # Somebody creates, or once created, one of this name with other fields.
                rival = self._look_for_rival(target["name"])
                if rival is not None:
                    return self._settle(rival)
                if "client_token" in self._desired:
                    raise
                token = next_token(token, "", number)
            except BceError as error:
                return self._adopt(error, target)
            else:
                self.changed, self.cgw_id = True, cgw_id
                made = self._made(dict(target, cgw_id=cgw_id))
                if made is not None:
                    return self._settle(self._oldest(made) if number else made)
                self.changed, self.cgw_id = False, None
                if "client_token" in self._desired:
                    text = "client_token: it was used before for %s, which is gone or renamed; give another or none"
                    raise BceStateError(text % cgw_id, "ClientTokenUsed")
                token = next_token(token, cgw_id, number)
        text = "The API answers every creation of the customer gateway %s with one that is gone; give a client_token"
        raise BceStateError(text % target["name"], "CreationsRemembered")

    def _made(self, target):
        """The customer gateway that a creation was answered with; None if that is the memory of one gone or renamed.

        A read may be late, so one that finds nothing is checked by a write of the same name, which changes nothing.
        """
        made = self._read(target["cgw_id"])
        if made is None:
            try:
                self._api.update_customer_gateway(target, ["name"], random_token())
            except BceNotFoundError:
                return None
            made = target
        return made if made["name"] == target["name"] else None

    def _read(self, cgw_id):
        """One by its id, or None; out of the list if the API would not tell it alone."""
        try:
            return self._api.customer_gateway(cgw_id)
        except BceError:
            return next((item for item in self._api.list_customer_gateways() if item["cgw_id"] == cgw_id), None)

    def _oldest(self, made):
        """The one that stays of those of the name: where a first token was refused, another run may have made one too.

        The list shows that as soon as it shows ours. Every run must choose alike, so the id decides between equals.
        """
        ends = self._clock.monotonic() + CONFIRMED_LIST_PATIENCE
        listed = self._api.list_customer_gateways()
        while all(item["cgw_id"] != made["cgw_id"] for item in listed):
            if self._clock.monotonic() + PAUSE > ends:
                self.warnings.append("%s exists, but the list does not show it yet" % made["cgw_id"])
                return made
            self._clock.sleep(PAUSE)
            listed = self._api.list_customer_gateways()
        twins = [item for item in listed if item["name"] == made["name"]]
        oldest = min(twins or [made], key=lambda item: (item["created_time"] or "~", item["cgw_id"]))
        if oldest["cgw_id"] != made["cgw_id"]:
            self._remove(made["cgw_id"])
            self.changed, self.cgw_id = False, oldest["cgw_id"]
        return oldest

    def _look_for_rival(self, name):
        """One of this name that the list does not show yet, or None; all looks of a run share their patience."""
        if self._patience_ends is None:
            self._patience_ends = self._clock.monotonic() + LIST_PATIENCE
        while True:
            rival = self._named(name)
            if rival is not None or self._clock.monotonic() + PAUSE > self._patience_ends:
                return rival
            self._clock.sleep(PAUSE)

    def _adopt(self, error, target):
        """After a creation that failed: take what the list shows if it may have been carried out; else raise."""
        if not error.maybe_applied:
            raise error
        try:
            adopted = self._named(target["name"])
        except BceError:
            raise error from None
        if adopted is None:
            raise error
        # Of other fields it is another run's.
        self.changed = all(adopted[name] == target[name] for name in ("ip", "description"))
        self._settle(adopted)

    def _settle(self, current):
        """Compare with what is there now, and do what is still to be done."""
        self.now, self.cgw_id = current, current["cgw_id"]
        step = self._compare(current)
        if step.action == UPDATE:
            self._update(step)

    # -- update and delete -------------------------------------------------------------------------------------------

    def _update_or_create(self, step):
        """Update what the plan started from; if that is gone meanwhile, its name tells what is wanted."""
        try:
            self._update(step)
        except BceNotFoundError:
            current = None if "cgw_id" in self._desired else self._named(self._desired["name"])
            if "cgw_id" in self._desired or (current and current["cgw_id"] == step.target["cgw_id"]):
                raise
            self.now, self.cgw_id = None, None
            if current:
                self._settle(current)
            else:
                self._create(self._compare(None).target)

    def _update(self, step):
        try:
            self.request_id = self._api.update_customer_gateway(step.target, step.changes, random_token())
        except BceError as error:
            if not (error.maybe_applied and self._is_written(step.target)):
                raise
        self.changed, self.now = True, step.target

    def _is_written(self, target):
        try:
            now = self._api.customer_gateway(target["cgw_id"])
        except BceError:
            return False
        return now is not None and all(now[name] == target[name] for name in ("name", "description"))

    def _delete(self):
        self.changed = self._remove(self.cgw_id)
        self.now = None

    def _remove(self, cgw_id):
        """Delete one, so that it is gone in any case; True unless somebody else was quicker."""
        try:
            self.request_id = self._api.delete_customer_gateway(cgw_id)
        except BceNotFoundError as error:
            # An earlier try of ours may have been carried out and its answer lost.
            return error.maybe_applied
        except BceError as error:
            if not (error.maybe_applied and self._is_gone(cgw_id)):
                raise
        return True

    def _is_gone(self, cgw_id):
        try:
            return self._api.customer_gateway(cgw_id) is None
        except BceError:
            return False

    # -- tell --------------------------------------------------------------------------------------------------------

    def report(self):
        """The result of a task that succeeded, a dict."""
        result = {
            "changed": self.changed,
            "cgw_id": self.cgw_id,
            "cgwId": self.cgw_id,
            "request_id": self.request_id,
            "diff": {"before": self.before, "after": self.after},
        }
        if self.now:
            result["customer_gateway"] = self.now
        return dict(result, warnings=self.warnings) if self.warnings else result

    def failure(self, error):
        """The result of a task that failed, a dict with all that is known."""
        result = dict(error.as_failure(), changed=self.changed)
        if error.maybe_applied and not self.changed:
            result["msg"] += ". It may have been carried out all the same: run the task again, it goes on from there"
        if self.cgw_id:
            result.update(cgw_id=self.cgw_id, cgwId=self.cgw_id)
        return result
