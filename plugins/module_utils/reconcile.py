# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry a plan out: create, update, delete and wait, exactly once, whatever happens on the way.

The API has client tokens but no unique names. A creation sends a token derived from gateway and tunnel name, so that
all runs that want the same tunnel, be they parallel, repeated or restarted, get the same one from the API.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from .client_token import MOST_TOKENS, first_token, next_token, random_token
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
from .tunnel import CREATE, DELETE, NOTHING, Listed, Tunnel, find, plan

# Seconds that a list may be late: for what another run made, or for what the API says is gone ...
LIST_PATIENCE = 3.0
# ... for a new tunnel of which the API would not say whether it exists ...
DOUBTFUL_LIST_PATIENCE = 15.0
# ... and for one that it says exists.
CONFIRMED_LIST_PATIENCE = 30.0
FIRST_POLL, LONGEST_POLL = 0.2, 3.0  # seconds between two looks at the list
MOST_DOUBTS = 2  # creations that may stay doubtful before the run gives up

# What a wait outlives: the next poll may well succeed.
PASSING = (BceTransportError, BceServerError, BceThrottledError, BceAnswerError)


class Lane:
    """What is to be done about the tunnels of one gateway: one list for all, one write after the other.

    :arg api: vpn_api.VpnApi. :arg desires: list of tunnel.Desired. :arg clock: stands in for the module `time`.
    :ivar works: the Works, in the order of desires. :ivar listed: tunnel.Listed after look().
    """

    def __init__(self, api, vpn_id, desires, clock=time):
        self.api = api
        self.vpn_id = vpn_id
        self.clock = clock
        self.listed = None
        self.error = None  # of the list that look() asked for
        self.request_id = None
        self.secrets = set()  # every key that a list of this gateway told
        self._stopped = False
        self.works = [Work(self, desired) for desired in desires]

    def look(self):
        """List the gateway and plan every work; what goes wrong is noted as the error of the works it concerns."""
        try:
            self.listed = self.list()
        except BceError as error:
            self.error = error
            for work in self.works:
                work.error = error
        for work in self.works:
            work.attempt(work.foresee)

    def add(self, desired):
        """One more Work, planned from the list that look() got."""
        work = Work(self, desired)
        work.attempt(work.foresee)
        self.works.append(work)
        return work

    def carry_out(self):
        """Do what was planned. A work that fails has its error noted and does not hold up the others."""
        for work in self.works:
            if self._stopped:
                return
            work.attempt(work.act)
            work.acted = True
        self._confirm([work for work in self.works if work.creation and not work.error])
        self._wait([work for work in self.works if work.waits and not work.error])

    def stop(self):
        """From another thread: begin no further work."""
        self._stopped = True

    def list(self, deadline=None):
        """The tunnels of the gateway as they are now, a Listed."""
        listing = self.api.list_tunnels(self.vpn_id, deadline)
        self.request_id = listing.request_id
        self.secrets |= listing.secrets
        return Listed(listing.tunnels)

    def _confirm(self, works):
        """Look all creations up in one list; a late one is read again for all of them before each looks for itself."""
        if not works:
            return
        ends = self.clock.monotonic() + (LIST_PATIENCE if len(works) > 1 else 0)
        try:
            for pause in _pauses():
                listed = self.list()
                if all(work.is_told_by(listed) for work in works) or self.clock.monotonic() + pause > ends:
                    break
                self.clock.sleep(pause)
        except BceError as error:
            for work in works:
                work.error = error
            return
        for work in works:
            work.attempt(work.confirm, listed)

    def _wait(self, works):
        """Poll until every tunnel is as its wait_for says; a request that fails in between does not end the wait."""
        begin, trouble = self.clock.monotonic(), ""
        for pause in _pauses():
            now = self.clock.monotonic()
            for work in works:
                if not work.is_awaited_state() and now + pause > begin + work.desired.wait_timeout:
                    work.attempt(work.give_up_waiting, trouble)
            works = [work for work in works if not work.error and not work.is_awaited_state()]
            if not works:
                return
            self.clock.sleep(pause)
            try:
                listed = self.list(begin + max(work.desired.wait_timeout for work in works))
                trouble = ""
            except PASSING as error:
                trouble = " (last look failed: %s)" % error.message
                continue
            except BceError as error:
                for work in works:
                    work.error = error
                return
            for work in works:
                work.see(listed)


class Creation(NamedTuple):
    """A creation that the API has answered, but that no list has shown yet."""

    tunnel: Tunnel  # as it was asked for
    token: str
    vpn_conn_id: str  # as it was answered
    number: int  # how many tokens of this run came before


class Work:
    """One tunnel: what is desired, the plan, and what is known and done so far, true at every moment.

    :ivar error: the BceError that ended the work, or None. :ivar tunnel: tunnel.Tunnel as it is now, or None.
    :ivar secrets: the keys, old and new, that may stand in a text of the tunnel.
    """

    def __init__(self, lane, desired):
        self.desired = desired
        self.action = NOTHING
        self.changed = False
        self.vpn_conn_id = None
        self.tunnel = None
        self.before = {}
        self.after = {}
        self.secret_key_changed = False
        self.request_id = None
        self.warnings = []
        self.error = None
        self.secrets = {desired.secret_key} - {None}
        self.acted = False  # the writes are over, but for what the list may still ask for
        self.creation = None  # a Creation that is not confirmed yet
        self._lane = lane
        self._api = lane.api
        self._step = None  # tunnel.Plan
        self._current = None  # the Tunnel that the plan starts from, or None
        self._status_is_old = False  # the tunnel was written since the list told its status
        self._made = []  # ids that the API gave to creations of this run
        self._gone = set()  # ids that the API says do not exist, even if a late list still shows them
        self._mismatch_patience = None

    @property
    def name(self):
        """The tunnel's name, as it is or is to be; None where only an id is known."""
        fields = self.tunnel.fields if self.tunnel else self.before or self.after
        return self.desired.vpn_conn_name or fields.get("vpn_conn_name")

    @property
    def secrets_of_gateway(self):
        """The keys of all tunnels of the gateway, as far as it has told them."""
        return self._lane.secrets

    @property
    def waits(self):
        """True if the tunnel is to be waited for."""
        return self.desired.state == "present" and self.desired.wait_for != "none"

    @property
    def planned_id(self):
        """The id of the tunnel that the plan starts from, or None."""
        return self._current.fields["vpn_conn_id"] if self._current else None

    @property
    def new_name(self):
        """The name that the tunnel gets, if it is to have another one than now; or None."""
        renamed = self._step and ("vpn_conn_name" in self._step.changes)
        return self.desired.vpn_conn_name if renamed else None

    @property
    def is_planned(self):
        """True if it is known what is to be done."""
        return self._step is not None

    def attempt(self, deed, *arguments):
        """Call deed(*arguments) unless the work has failed already; an error ends the work, and only this one."""
        if self.error is None:
            try:
                deed(*arguments)
            except BceError as error:
                self.error = error
            except Exception as error:
                text = "Internal error of baiducloud.network, please report it: %s: %s" % (type(error).__name__, error)
                self.error = BceError(text, "InternalError")

    def foresee(self):
        """Plan from the lane's list, and note what check mode tells."""
        self._compare(self._lane.listed)
        self.request_id = self._lane.request_id
        step = self._step
        self.changed, self.secret_key_changed = step.action != NOTHING, step.secret_key_changed
        self._now_is(step.tunnel)
        if step.action == DELETE:
            self.vpn_conn_id = step.before["vpn_conn_id"]

    def act(self):
        """Carry the plan out; a creation is left to be confirmed by the list."""
        self.changed = self.secret_key_changed = False
        self.tunnel = self._current
        self._take_step()

    def _compare(self, listed):
        current = self._current = self._find(listed)
        step = self._step = plan(self.desired, current)
        self.secrets |= {current.secret_key if current else None} - {None}
        if step.action != NOTHING or not self.changed:
            self.action, self.before, self.after = step.action, step.before, step.after
        self.warnings += [text for text in step.warnings if text not in self.warnings]

    def _settle(self, listed):
        """Compare with a newer list, and do what is still to be done."""
        self._compare(listed)
        self._take_step()

    def _take_step(self):
        step = self._step
        if step.action == CREATE:
            token = self.desired.client_token or first_token(
                "vpn_tunnel", self.desired.vpn_id, self.desired.vpn_conn_name
            )
            self._create(step.tunnel, token, 0)
        elif step.action == DELETE:
            self._delete(step.before["vpn_conn_id"])
        elif step.action == NOTHING:
            self._now_is(step.tunnel)
        else:
            self._update(step)

    def _now_is(self, tunnel):
        self.tunnel = tunnel
        if tunnel is not None:
            self.vpn_conn_id = tunnel.fields["vpn_conn_id"]

    # -- create ------------------------------------------------------------------------------------------------------

    def _create(self, tunnel, token, number):
        """Ask the API for the tunnel; past tokens that it knows with other parameters, until it answers with an id."""
        while True:
            try:
                vpn_conn_id, self.request_id = self._api.create_tunnel(tunnel, token)
            except BceTokenMismatchError:
                # Somebody creates, or once created, a tunnel of this name with other parameters.
                if self._mismatch_patience is None:
                    self._mismatch_patience = self._lane.clock.monotonic() + LIST_PATIENCE
                listed = self._look_until(self._find, self._mismatch_patience)
                if self._find(listed) is not None:
                    return self._settle(listed)
                if self.desired.client_token or number > MOST_TOKENS:
                    raise
                token, number = next_token(token, "", number), number + 1
            except BceError as error:
                if not error.maybe_applied:
                    raise
                return self._adopt(error)
            else:
                self._made += [vpn_conn_id] if vpn_conn_id not in self._made else []
                self.vpn_conn_id, self.changed = vpn_conn_id, True
                self.creation = Creation(tunnel, token, vpn_conn_id, number)
                return None

    def _adopt(self, error):
        """After a creation of unknown outcome: take the tunnel if the list shows it; else raise the error."""
        try:
            listed = self._lane.list()
            adopted = self._find(listed)
        except BceError:
            raise error from None
        if adopted is None:
            raise error
        self.changed = True
        self._settle(listed)

    def confirm(self, listed):
        """End a creation: the list shows it, or it is made anew because the API repeated its answer to an old request.

        :arg listed: tunnel.Listed, newer than the creation.
        """
        while self.creation:
            creation = self.creation
            listed = self._look_up(creation, listed)
            self.creation = None
            if listed is not None:
                self._keep_one(listed, creation.vpn_conn_id)
            else:
                self._create_anew(creation)
            if self.creation:
                listed = self._lane.list()

    def _create_anew(self, creation):
        """The answer belonged to a tunnel that is gone, or is taken to: ask with the next token."""
        if self.desired.client_token:
            self.vpn_conn_id, self.changed = None, False
            raise BceStateError(
                "client_token: it was used before for %s, which is gone or renamed; give another one or leave it out"
                % creation.vpn_conn_id,
                "ClientTokenUsed",
            )
        doubtful = [made for made in self._made if made not in self._gone]
        if len(doubtful) >= MOST_DOUBTS or creation.number > MOST_TOKENS:
            self._give_up(creation, doubtful)
        self.vpn_conn_id, self.changed = (doubtful or [None])[0], bool(doubtful)
        # All runs that meet the same memory derive the same next token.
        token = next_token(creation.token, creation.vpn_conn_id, creation.number)
        self._create(creation.tunnel, token, creation.number + 1)

    def _give_up(self, creation, doubtful):
        """End with an error that tells the first id, after removing what was made on top of it."""
        for made in doubtful[1:]:
            self._remove(made)
        self.vpn_conn_id = (doubtful or [creation.vpn_conn_id])[0]
        raise BceStateError(
            "The API answered that it created the tunnel %s as %s, but the list of gateway %s does not show it; run the"
            " task again later, it goes on from what is there"
            % (self.desired.vpn_conn_name, self.vpn_conn_id, self.desired.vpn_id),
            "TunnelNotShown",
            retryable=True,
        )

    def _look_up(self, creation, listed):
        """The list that shows the new tunnel, or another one of its name; None if there is, or seems to be, none.

        A list that does not show it is late, or the API repeated its answer to an old request. Writing the same
        parameters again by the id tells which: it changes nothing, and is refused if the tunnel is gone.
        """
        if self._tells(listed, creation):
            return self._shown(listed, creation)
        target = Tunnel(dict(creation.tunnel.fields, vpn_conn_id=creation.vpn_conn_id), creation.tunnel.secret_key)
        try:
            self._api.update_tunnel(target, random_token())
        except BceNotFoundError:
            self._gone.add(creation.vpn_conn_id)
            return None
        except BceError:
            confirmed, patience = False, DOUBTFUL_LIST_PATIENCE
        else:
            confirmed, patience = True, CONFIRMED_LIST_PATIENCE
        patience_ends = self._lane.clock.monotonic() + patience
        listed = self._look_until(lambda newer: self._tells(newer, creation), patience_ends)
        if self._tells(listed, creation):
            return self._shown(listed, creation)
        if not confirmed:
            return None
        self.warnings.append("%s exists, but the gateway's list does not show it yet" % creation.vpn_conn_id)
        return Listed([target])

    def _tells(self, listed, creation):
        return bool(listed.by_id(creation.vpn_conn_id) or listed.named(self.desired.vpn_conn_name))

    def _shown(self, listed, creation):
        """The list if it has the tunnel's name; None if the id has another: the memory of a tunnel since renamed."""
        if listed.named(self.desired.vpn_conn_name):
            return listed
        self._gone.add(creation.vpn_conn_id)
        return None

    def _keep_one(self, listed, vpn_conn_id):
        """Of several tunnels of the name the oldest stays; those that this run made beside it are removed."""
        twins = [item for item in listed.named(self.desired.vpn_conn_name) if item.fields["vpn_conn_id"]]
        if not twins:
            return self._settle(listed)
        oldest = min(twins, key=_age)
        keep = oldest.fields["vpn_conn_id"]
        self._gone.discard(keep)
        for made in self._made:
            shown = listed.by_id(made)
            # One of another name is not of our making: the API remembered it from before it was renamed.
            if made != keep and made not in self._gone and (shown is None or shown in twins):
                self._remove(made)
        others = [item.fields["vpn_conn_id"] for item in twins]
        others = [other for other in others if other != keep and other not in self._gone]
        if others:
            self.warnings.append(
                "gateway %s has more tunnels named %s: %s"
                % (self.desired.vpn_id, self.desired.vpn_conn_name, ", ".join(others))
            )
        if keep == vpn_conn_id:
            self._now_is(oldest)
        else:
            self.vpn_conn_id, self.changed = keep, False
            self._settle(Listed([oldest]))

    def _remove(self, made):
        """Delete a tunnel that this run made on top of another one."""
        try:
            self._api.delete_tunnel(made, random_token())
        except BceNotFoundError:
            pass
        self._gone.add(made)

    # -- update and delete -------------------------------------------------------------------------------------------

    def _update(self, step):
        try:
            self.request_id = self._api.update_tunnel(step.tunnel, random_token())
        except BceNotFoundError:
            # It is gone, and the list was late; if the list goes on to show it, the two contradict each other.
            vpn_conn_id = step.tunnel.fields["vpn_conn_id"]
            patience_ends = self._lane.clock.monotonic() + LIST_PATIENCE
            listed = self._look_until(lambda newer: newer.by_id(vpn_conn_id) is None, patience_ends)
            if self.desired.vpn_conn_id or listed.by_id(vpn_conn_id):
                raise
            self.tunnel = self.vpn_conn_id = None
            return self._settle(listed)
        except BceError as error:
            if not error.maybe_applied:
                raise
            self._require(error, self._is_as_desired)
        self.changed = self._status_is_old = True
        self.secret_key_changed = self.secret_key_changed or step.secret_key_changed
        self._now_is(step.tunnel)

    def _delete(self, vpn_conn_id):
        self.vpn_conn_id = vpn_conn_id
        try:
            self.request_id = self._api.delete_tunnel(vpn_conn_id, random_token())
            self.changed = True
        except BceNotFoundError as error:
            # Somebody else was quicker, unless an earlier try of ours was carried out and its answer lost.
            self.changed = error.maybe_applied
        except BceError as error:
            if not error.maybe_applied:
                raise
            self._require(error, lambda listed: listed.by_id(vpn_conn_id) is None)
            self.changed = True
        self.tunnel = None

    def _is_as_desired(self, listed):
        current = self._find(listed)
        key_told = self.desired.secret_key is None or (current is not None and current.secret_key is not None)
        return current is not None and key_told and not plan(self.desired, current).changes

    def _require(self, error, is_done):
        """After a write of unknown outcome: go on if the list shows that it was done; else raise its error."""
        try:
            done = is_done(self._lane.list())
        except BceError:
            done = False
        if not done:
            raise error

    # -- look and wait -----------------------------------------------------------------------------------------------

    def _find(self, listed):
        return find(listed.without(self._gone), self.desired)

    def _look_until(self, is_there, ends):
        """List until is_there(listed) is true or the moment `ends` of clock.monotonic() is reached; the last list."""
        clock = self._lane.clock
        for pause in _pauses():
            listed = self._lane.list()
            if is_there(listed) or clock.monotonic() + pause > ends:
                return listed
            clock.sleep(pause)
        raise AssertionError("the pauses never end")

    def is_told_by(self, listed):
        """True if the list shows what became of the creation."""
        return self._tells(listed, self.creation)

    def see(self, listed):
        """Take the tunnel's present status from a list."""
        seen = listed.by_id(self.vpn_conn_id)
        if seen is not None:
            self.tunnel, self._status_is_old = seen, False

    def is_awaited_state(self):
        """True if the tunnel is as wait_for says, by a list that is newer than the last write."""
        word, goal = _AWAITED[self.desired.wait_for]
        return not self._status_is_old and (self.tunnel.fields[word] or "").lower() == goal

    def give_up_waiting(self, trouble):
        """Raise what a wait in vain ends in, with the last status."""
        fields = self.tunnel.fields
        raise BceWaitError(
            "The tunnel %s (%s) is not %s after %d s: status %s, health %s%s; raise wait_timeout or look at both ends"
            % (
                fields["vpn_conn_name"],
                self.vpn_conn_id,
                self.desired.wait_for,
                self.desired.wait_timeout,
                fields["status"] or "unknown",
                fields["health_status"] or "unknown",
                trouble,
            ),
            "WaitTimeout",
            retryable=True,
        )


_AWAITED = {"active": ("status", "active"), "reachable": ("health_status", "reachable")}


def _age(tunnel):
    """Sorts the oldest tunnel first; every run must sort alike, so the id decides where the second is the same."""
    return tunnel.fields["created_time"] or "~", tunnel.fields["vpn_conn_id"]


def _pauses():
    pause = FIRST_POLL
    while True:
        yield pause
        pause = min(LONGEST_POLL, pause * 1.5)
