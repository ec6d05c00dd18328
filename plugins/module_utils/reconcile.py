# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry a plan out: create, update, delete and wait, exactly once, whatever happens on the way.

The API has client tokens but no unique names. A creation sends a token derived from gateway and tunnel name, so that
all runs that want the same tunnel, be they parallel, repeated or restarted, get the same one from the API.
"""

from __future__ import annotations

import time

from .errors import (
    BceAnswerError,
    BceError,
    BceNotFoundError,
    BceServerError,
    BceStateError,
    BceThrottledError,
    BceTokenMismatchError,
    BceTransportError,
    BceWaitError,
)
from .tunnel import CREATE, DELETE, NOTHING, find, plan

# Seconds that a list may take to show what the API says is there, before the answer counts as one to an old request.
LIST_PATIENCE = 3.0
# Seconds for the same if the API has confirmed that the tunnel exists.
CONFIRMED_LIST_PATIENCE = 120.0
FIRST_POLL, LONGEST_POLL = 0.2, 5.0  # seconds between two looks at the list
MOST_TOKENS = 100  # creations of one name that the API may remember before we call that a fault of its own

# What a wait outlives: the next poll may well succeed.
PASSING = (BceTransportError, BceServerError, BceThrottledError, BceAnswerError)


class Progress:
    """What is known and done so far; true at every moment, so that a failure can report it as well as a success."""

    def __init__(self):
        self.action = NOTHING
        self.changed = False
        self.vpn_conn_id = None
        self.tunnel = None  # tunnel.Tunnel as it is now
        self.before = {}
        self.after = {}
        self.secret_key_changed = False
        self.request_id = None
        self.warnings = []
        self.secrets = set()  # keys, old and new, that may stand in a text of the tunnel


def reconcile(api, desired, progress, check_mode=False, clock=time):
    """Bring one tunnel to what is desired and note in progress what came of it.

    :arg api: vpn_api.VpnApi. :arg desired: tunnel.Desired. :arg clock: stands in for the module `time`.
    :raises BceError: with progress telling what was reached before.
    """
    _Run(api, desired, progress, clock).go(check_mode)


class _Run:
    """One task's work on one tunnel."""

    def __init__(self, api, desired, progress, clock):
        self.api = api
        self.desired = desired
        self.progress = progress
        self.clock = clock
        self.made = []  # ids that the API gave to creations of this run
        self.gone = set()  # ids that the API says do not exist, even if a late list still shows them

    def go(self, check_mode):
        self._settle(self._list(), check_mode)
        if not check_mode and self.desired.state == "present" and self.desired.wait_for != "none":
            self._wait()

    def _settle(self, tunnels, check_mode=False):
        """Compare with this list, and do what is to be done."""
        current = self._find(tunnels)
        step = plan(self.desired, current)
        progress = self.progress
        progress.secrets |= {self.desired.secret_key, current.secret_key if current else None} - {None}
        if step.action != NOTHING or not progress.changed:
            progress.action, progress.before, progress.after = step.action, step.before, step.after
        progress.warnings += [text for text in step.warnings if text not in progress.warnings]
        if step.action == NOTHING or check_mode:
            progress.changed = progress.changed or step.action != NOTHING
            progress.secret_key_changed = progress.secret_key_changed or step.secret_key_changed
            self._now_is(step.tunnel)
            if step.action == DELETE:
                progress.vpn_conn_id = step.before["vpn_conn_id"]
        elif step.action == CREATE:
            self._create(step)
        elif step.action == DELETE:
            self._delete(step)
        else:
            self._update(step)

    def _now_is(self, tunnel):
        self.progress.tunnel = tunnel
        if tunnel is not None:
            self.progress.vpn_conn_id = tunnel.fields["vpn_conn_id"]

    # -- create ------------------------------------------------------------------------------------------------------

    def _create(self, step):
        token = self.desired.client_token or first_token(self.desired.vpn_id, self.desired.vpn_conn_name)
        mismatch_patience = None
        for stage in range(MOST_TOKENS):
            try:
                vpn_conn_id, self.progress.request_id = self.api.create_tunnel(step.tunnel, token)
            except BceTokenMismatchError:
                # Somebody creates, or once created, a tunnel of this name with other parameters.
                mismatch_patience = mismatch_patience or self.clock.monotonic() + LIST_PATIENCE
                tunnels = self._look_until(self._find, mismatch_patience)
                if self._find(tunnels) is not None:
                    return self._settle(tunnels)
                if self.desired.client_token:
                    raise
                token = next_token(token, "")
                continue
            except BceError as error:
                if not error.maybe_done:
                    raise
                return self._adopt(error)
            if vpn_conn_id not in self.made:
                self.made.append(vpn_conn_id)
            tunnels = self._confirm(step, vpn_conn_id, LIST_PATIENCE * (stage + 1))
            if tunnels is not None:
                return self._keep_one(tunnels, vpn_conn_id)
            self.gone.add(vpn_conn_id)
            if self.desired.client_token:
                raise BceStateError(
                    "client_token: it was used before for %s, which is gone; give another one or leave it out"
                    % vpn_conn_id,
                    "ClientTokenUsed",
                )
            # The answer to an old request, whose tunnel is gone. All runs in this situation derive the same next token.
            token = next_token(token, vpn_conn_id)
        raise BceStateError(
            "Cannot create the tunnel %s: the API answered %d times with the id of a tunnel that does not exist"
            % (self.desired.vpn_conn_name, MOST_TOKENS),
            "TunnelNotShown",
        )

    def _adopt(self, error):
        """After a creation of unknown outcome: take the tunnel if the list shows it; else raise the error."""
        try:
            tunnels = self._list()
            adopted = self._find(tunnels)
        except BceError:
            raise error from None
        if adopted is None:
            raise error
        self.progress.changed = True
        return self._settle(tunnels)

    def _confirm(self, step, vpn_conn_id, patience):
        """The list that shows the new tunnel, or another one of its name; None if there is no such tunnel.

        A list that does not show it is late, or the API repeated its answer to an old request. Writing the same
        parameters again by the id tells which: it changes nothing, and is refused if the tunnel is gone.
        """
        tunnels = self._list()
        if self._shows(tunnels, vpn_conn_id):
            return tunnels
        target = step.tunnel._replace(fields=dict(step.tunnel.fields, vpn_conn_id=vpn_conn_id))
        try:
            self.api.update_tunnel(target, random_token())
        except BceNotFoundError:
            return None
        except BceError:
            confirmed = False
        else:
            confirmed, patience = True, CONFIRMED_LIST_PATIENCE
        patience_ends = self.clock.monotonic() + patience
        tunnels = self._look_until(lambda listed: self._shows(listed, vpn_conn_id), patience_ends)
        if self._shows(tunnels, vpn_conn_id):
            return tunnels
        if not confirmed:
            return None
        self.progress.warnings.append("%s exists, but the gateway's list does not show it yet" % vpn_conn_id)
        return tunnels + [target]

    def _shows(self, tunnels, vpn_conn_id):
        name = self.desired.vpn_conn_name
        return any(
            vpn_conn_id == item.fields["vpn_conn_id"] or name == item.fields["vpn_conn_name"] for item in tunnels
        )

    def _keep_one(self, tunnels, vpn_conn_id):
        """Of several tunnels of the name the oldest stays; those that this run made beside it are removed."""
        name = self.desired.vpn_conn_name
        twins = [item for item in tunnels if item.fields["vpn_conn_name"] == name and item.fields["vpn_conn_id"]]
        oldest = min(twins, key=lambda item: (item.fields["created_time"] or "~", item.fields["vpn_conn_id"]))
        keep = oldest.fields["vpn_conn_id"]
        for made in self.made:
            if made != keep and made not in self.gone:
                try:
                    self.api.delete_tunnel(made, random_token())
                except BceNotFoundError:
                    pass
                self.gone.add(made)
        others = [item.fields["vpn_conn_id"] for item in twins if item.fields["vpn_conn_id"] not in self.gone | {keep}]
        if others:
            text = "gateway %s has more tunnels named %s: %s" % (self.desired.vpn_id, name, ", ".join(others))
            self.progress.warnings.append(text)
        if keep != vpn_conn_id:
            return self._settle([oldest])
        self.progress.changed = True
        self._now_is(oldest)

    # -- update and delete -------------------------------------------------------------------------------------------

    def _update(self, step):
        try:
            self.progress.request_id = self.api.update_tunnel(step.tunnel, random_token())
        except BceNotFoundError:
            # The list was late: the tunnel is gone.
            if self.desired.vpn_conn_id:
                raise
            self.gone.add(step.tunnel.fields["vpn_conn_id"])
            return self._settle(self._list())
        except BceError as error:
            if not error.maybe_done:
                raise
            self._require(error, self._is_as_desired)
        self.progress.changed = True
        self.progress.secret_key_changed = self.progress.secret_key_changed or step.secret_key_changed
        self._now_is(step.tunnel)

    def _delete(self, step):
        vpn_conn_id = step.before["vpn_conn_id"]
        self.progress.vpn_conn_id = vpn_conn_id
        self.progress.changed = True
        try:
            self.progress.request_id = self.api.delete_tunnel(vpn_conn_id, random_token())
        except BceNotFoundError as error:
            # Somebody else was quicker, unless an earlier try of ours was carried out and its answer lost.
            self.progress.changed = error.maybe_done
        except BceError as error:
            self.progress.changed = False
            if not error.maybe_done:
                raise
            self._require(error, lambda tunnels: all(vpn_conn_id != item.fields["vpn_conn_id"] for item in tunnels))
            self.progress.changed = True

    def _is_as_desired(self, tunnels):
        current = self._find(tunnels)
        key_told = self.desired.secret_key is None or (current is not None and current.secret_key is not None)
        return current is not None and key_told and not plan(self.desired, current).changes

    def _require(self, error, is_done):
        """After a write of unknown outcome: go on if the list shows that it was done; else raise its error."""
        try:
            done = is_done(self._list())
        except BceError:
            done = False
        if not done:
            raise error

    # -- the list ----------------------------------------------------------------------------------------------------

    def _list(self, deadline=None):
        listing = self.api.list_tunnels(self.desired.vpn_id, deadline)
        self.progress.request_id = self.progress.request_id or listing.request_id
        return listing.tunnels

    def _find(self, tunnels):
        return find([item for item in tunnels if item.fields["vpn_conn_id"] not in self.gone], self.desired)

    def _look_until(self, is_there, ends):
        """List until is_there(tunnels) is true or the moment `ends` of clock.monotonic() is reached; the last list."""
        for pause in _pauses():
            tunnels = self._list()
            if is_there(tunnels) or self.clock.monotonic() + pause > ends:
                return tunnels
            self.clock.sleep(pause)
        raise AssertionError("the pauses never end")

    def _wait(self):
        """Poll until the tunnel is as wait_for says; errors in between do not end the wait."""
        desired, progress = self.desired, self.progress
        word, goal = {"active": ("status", "active"), "reachable": ("health_status", "reachable")}[desired.wait_for]
        ends = self.clock.monotonic() + desired.wait_timeout
        trouble = ""
        for pause in _pauses():
            fields = progress.tunnel.fields
            if (fields[word] or "").lower() == goal:
                return
            if self.clock.monotonic() + pause > ends:
                told = "status %s, health %s" % (fields["status"] or "unknown", fields["health_status"] or "unknown")
                raise BceWaitError(
                    "The tunnel %s (%s) is not %s after %d s: %s%s; give more wait_timeout or look at both ends"
                    % (fields["vpn_conn_name"], progress.vpn_conn_id, goal, desired.wait_timeout, told, trouble),
                    "WaitTimeout",
                    retryable=True,
                )
            self.clock.sleep(pause)
            try:
                tunnels = self._list(ends)
                trouble = ""
            except PASSING as error:
                trouble = " (last look failed: %s)" % error.message
                continue
            for item in tunnels:
                if item.fields["vpn_conn_id"] == progress.vpn_conn_id:
                    progress.tunnel = item


def first_token(vpn_id, vpn_conn_name):
    """The clientToken of the creation of this tunnel, the same in every run; a UUID, with nothing secret in it."""
    import uuid

    return str(uuid.uuid5(uuid.NAMESPACE_URL, "baiducloud.network/vpn_tunnel/%s/%s" % (vpn_id, vpn_conn_name)))


def next_token(token, vpn_conn_id):
    """The token after one that the API remembers from a tunnel that is gone; the same in every run that meets it."""
    import uuid

    return str(uuid.uuid5(uuid.UUID(token), vpn_conn_id))


def random_token():
    """A clientToken for one write that need not be recognised by other runs; its retries all send it."""
    import uuid

    return str(uuid.uuid4())


def _pauses():
    pause = FIRST_POLL
    while True:
        yield pause
        pause = min(LONGEST_POLL, pause * 1.5)
