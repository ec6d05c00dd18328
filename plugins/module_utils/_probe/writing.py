# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the requests of the probe that write: create one tunnel, update it, delete it, and derive observed values."""

from __future__ import annotations

import re

from .._bce.response_parsing import parse_id
from .._reconcile.idempotency import derive_token, random_token
from .exchange import Stopped
from .marks import (
    LOCAL_SUBNETS,
    OTHER_LOCAL_SUBNETS,
    OTHER_PEER,
    description,
    difference,
    digits,
    ike_life_time,
    networks,
    shown_address,
    subnets,
    subnets_with_host_bits,
)
from .objects import OwnObjects, terminable
from .reading import (
    CONFIGS,
    LEAVING,
    form_of_times,
    of_gateway,
    order_of,
    repeats_of,
    settle_empty_description,
    settle_entries,
    time_of,
    word,
)

KIND = "vpn_api_probe"
SETTLE_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 2, 2, 3, 5, 5, 10, 10, 20, 20, 30)
EFFECT_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 2, 3, 4, 5, 5, 10)
NAME_SECONDS = 20  # how long a new tunnel's name is waited for
MOMENT_SECONDS = 5  # what is over sooner counts as "for a moment"
SLOW_SECONDS = 20  # a deletion that takes longer is slow
LOST_LOOKS, LOST_SECONDS = 3, 5  # a tunnel is gone if so many lists, over so many seconds, do not show it
HOUR = 3600
FAILED = ("error", "failed", "expired", "down")
UNUSABLE_TYPES = ("ssl", "gre")


def is_passing(status):
    """Return whether a status is temporary, such as "creating"."""
    return isinstance(status, str) and status.lower().endswith("ing")


class Writing:
    """One run of the part that writes.

    :ivar ended: why it ended early, or None.
    :ivar messages: the API's own words about refusals; only for the user, not for the report.
    :ivar objects: the OwnObjects.
    """

    def __init__(self, exchanges, reading, facts, marks):
        self._exchanges = exchanges
        self._reading = reading
        self._facts = facts
        self._marks = marks
        self.objects = OwnObjects(exchanges, reading.vpn_id, marks)
        self.ended = None
        self.messages = []
        self._peer = {}  # what names the peer in a body, where it is not remoteIp
        self._delay = 0.0  # seconds after which the list showed the new tunnel
        self._is_refused_early = False
        self._busy = {}

    def run(self):
        """Create the tunnel, derive the observed values, and remove it, whatever happens in between."""
        self.ended = self._reason_not_to_write()
        if self.ended:
            return
        with terminable():
            try:
                self.objects.remove_remains()
                self._course()
            except Stopped as stopped:
                self.ended = str(stopped)
            finally:
                self._finish()

    def _finish(self):
        """Remove the own objects; after a first interruption start again, a second one ends it."""
        try:
            self.objects.finish(self._delay)
        except BaseException:
            self.objects.finish(self._delay)
            raise

    def _reason_not_to_write(self):
        """Return why nothing may be written here, or None."""
        reading, facts = self._reading, self._facts
        kind = reading.gateway.get("type")
        if isinstance(kind, str) and kind.lower() in UNUSABLE_TYPES:
            return "the gateway is of a type that has no IPsec tunnels"
        if is_passing(reading.gateway.get("status")):
            return "the gateway is not ready"
        if facts.value("list_pages") in ("ends early", "pages without an end"):
            return "the list of tunnels cannot be read completely"
        snapshot = reading.snapshots[-1]
        if snapshot.entries and not of_gateway(snapshot.entries, reading.vpn_id):
            return "the list of tunnels is that of another gateway"
        if not reading.agrees_with_detail(of_gateway(snapshot.entries, reading.vpn_id)):
            return "the list of tunnels does not agree with the gateway's detail"
        return None

    def _course(self):
        vpn_conn_id, body, token, created = self._create()
        self._settle_creation(vpn_conn_id, created)
        self._repeat_creation(vpn_conn_id, body, token, created)
        self._update(vpn_conn_id)
        self._delete(vpn_conn_id)
        self._create_after_deletion(vpn_conn_id, body, token)
        # Last, because two tunnels are created only after a deletion has worked.
        self._create_two(body)

    # -- creation ----------------------------------------------------------------------------------------------------

    def _create(self):
        """Create the tunnel; return (its id, body, token, Created)."""
        body = self._marks.tunnel(0)
        created, token = self._created(body, derive_token(KIND, self._reading.vpn_id))
        peer, detail = "remoteIp", {"remoteIp": "accepted"}
        if self._asks_for_another_peer(created.exchange):
            refusal = created.exchange
            cgw_id = self._create_customer_gateway()
            self._peer = {"remoteIp": None, "cgwId": cgw_id}
            body = self._marks.tunnel(0, **self._peer)
            created, token = self._created(body, derive_token(KIND, self._reading.vpn_id, cgw_id))
            peer, detail = "cgwId", {"remoteIp": refusal.in_words(), "cgwId": "accepted"}
        exchange = created.exchange
        if exchange.is_refused:
            self._refused(exchange)
            raise Stopped("the creation was refused (%s)" % exchange.in_words())
        self._settle_create_result(created)
        if created.new_id is None:
            raise Stopped("no list has shown the new tunnel")
        self._facts.set("peer", peer, detail)
        return created.new_id, body, token, created

    def _created(self, body, token):
        """Send a creation with a derived token; use a random one if that belongs to an earlier run."""
        created = self.objects.create(body, token)
        is_replayed = created.exchange.is_success and created.new_id is None
        if is_replayed and self._is_in_detail(created.returned):
            raise Stopped("the gateway's detail shows the new tunnel, its list does not")
        if not (is_replayed or created.exchange.is_mismatch):
            return created, token
        if created.returned:
            self.objects.disown(created.returned)
        token = random_token()
        again = self.objects.create(body, token)
        if again.exchange.is_success and again.new_id is None and again.returned is None:
            return created, token
        return again, token

    def _is_in_detail(self, vpn_conn_id):
        exchange = self._exchanges.send("read gateway", "GET", "/v1/vpn/" + self._reading.vpn_id)
        entries = exchange.body.get("vpnConns") if exchange.is_success and isinstance(exchange.body, dict) else None
        return any(self.objects.is_own(entry) for entry in entries or () if isinstance(entry, dict))

    @staticmethod
    def _asks_for_another_peer(exchange):
        others = exchange.is_mismatch or exchange.is_busy or exchange.is_duplicate or exchange.is_throttled
        return exchange.is_refused and not others and exchange.status == 400

    def _refused(self, exchange):
        if exchange.error is not None:
            self.messages.append(exchange.error.message)

    def _settle_create_result(self, created):
        exchange = created.exchange
        is_made = created.new_id is not None
        if exchange.is_error_in_success:
            value = "200 with an error, applied" if is_made else "200 with an error"
        elif created.returned is None:
            value = "an empty body" if exchange.is_empty else "no id"
        elif created.returned == created.new_id:
            value = "the id"
        elif not is_made:
            value = "an id that is not listed"
        else:
            is_older = created.returned in self._listed_before()
            value = "the id of an older tunnel" if is_older else "another id"
            self.objects.trusts_ids = False
        if exchange.status is None or exchange.status >= 300:
            value = None
        self._facts.set("create_result", value, exchange.in_words())

    def _listed_before(self):
        return {entry.get("vpnConnId") for snapshot in self._reading.snapshots for entry in snapshot.entries}

    def _settle_creation(self, vpn_conn_id, created):
        """Wait until the tunnel is usable, and derive what its first lists show."""
        looks = list(created.looks)
        if not self._is_settled(looks, vpn_conn_id):
            looks += self.objects.look(
                SETTLE_PAUSES, lambda more: self._is_settled(looks + more, vpn_conn_id), created.began
            )
        entries = [self.objects.own(look.snapshot).get(vpn_conn_id) for look in looks]
        self._settle_delay(looks, entries)
        shown = [(look.seconds, entry) for look, entry in zip(looks, entries) if entry]
        if not self._reading.snapshots[-1].entries:
            self._settle_first_entry(shown[-1][1], looks)
        self._settle_create_course(shown, is_lost=not any(entries[-LOST_LOOKS:]))
        self._settle_texts(shown, vpn_conn_id)
        self._settle_order_of_subnets([entry for _seconds, entry in shown])
        entry = shown[-1][1]
        self._settle_key(entry)
        self._settle_time(entry, created)
        if self._facts.value("list_order") is None and len(looks[-1].snapshot.entries) > 1:
            self._settle_order_of_list(looks[-1].snapshot, vpn_conn_id)
        if self._facts.value("create_course") == "gone later":
            raise Stopped("the new tunnel has vanished")

    def _settle_first_entry(self, entry, looks):
        """Derive what reads alone could not show, because there was no tunnel."""
        settle_entries(self._facts, [entry])
        self._facts.set("list_scope", "those of the gateway" if entry.get("vpnId") else "entries without vpnId")
        self._facts.set("list_repeats", repeats_of([page for look in looks for page in look.snapshot.pages]))

    def _is_settled(self, looks, vpn_conn_id):
        entries = [self.objects.own(look.snapshot).get(vpn_conn_id) for look in looks]
        if len(looks) < LOST_LOOKS:
            return False
        if not any(entries[-LOST_LOOKS:]) and any(entries):
            last = max(place for place, entry in enumerate(entries) if entry)
            return looks[-1].seconds - looks[last].seconds >= LOST_SECONDS
        entry = entries[-1]
        if entry is None or is_passing(entry.get("status")):
            return False
        never_named = self._facts.value("names") in ("missing", "null", "empty")
        return bool(entry.get("vpnConnName")) or never_named or looks[-1].seconds >= NAME_SECONDS

    def _settle_delay(self, looks, entries):
        first = next(place for place, entry in enumerate(entries) if entry)
        is_lost = not any(entries[-LOST_LOOKS:])
        gaps = [entry is None for entry in entries[first:]]
        if any(gaps) and not is_lost:
            self._facts.set("list_delay", "sometimes later")
            self._delay = LOST_SECONDS
        elif first:
            self._delay = looks[first].seconds
            self._facts.set("list_delay", "later", "%.1f s" % self._delay)
        else:
            self._facts.set("list_delay", "at once")

    def _settle_create_course(self, shown, is_lost):
        statuses = _course_of(shown)
        passing = [status for _seconds, status in statuses if is_passing(status)]
        last = statuses[-1][1]
        if is_lost:
            value = "gone later"
        elif isinstance(last, str) and last.lower() in FAILED:
            value = "fails later"
        elif last is None and not passing:
            value = None
        else:
            value = "usable later" if passing else "usable at once"
        self._facts.set("create_course", value, _in_words(statuses))

    def _settle_texts(self, shown, vpn_conn_id):
        facts, last = self._facts, shown[-1][1]
        name = difference(last.get("vpnConnName"), self._marks.name, vpn_conn_id)
        nameless = [seconds for seconds, entry in shown if not entry.get("vpnConnName")]
        if facts.value("names") in (None, "shown"):
            if nameless and name != "missing":
                until = next(seconds for seconds, entry in shown if entry.get("vpnConnName"))
                value = "missing for a moment" if until < MOMENT_SECONDS else "missing for seconds"
                facts.set("names", value, "%.1f s" % until)
            elif name == "missing" and "vpnConnName" in last:
                facts.set("names", "null" if last["vpnConnName"] is None else "empty")
            else:
                facts.set("names", name)
        if facts.value("descriptions") in (None, "shown"):
            facts.set("descriptions", difference(last.get("description"), description(0)))

    def _settle_order_of_subnets(self, entries):
        orders = []
        for entry in entries:
            for name, written in (("localSubnets", LOCAL_SUBNETS), ("remoteSubnets", subnets(0))):
                shown = networks(entry.get(name))
                wanted = networks(written)
                if shown and set(shown) == set(wanted):
                    orders.append(
                        "as written" if shown == wanted else "sorted" if shown == sorted(shown) else "another"
                    )
        if orders:
            found = sorted(set(orders))
            self._facts.set("subnet_order", found[0] if len(found) == 1 else "changing")

    def _settle_key(self, entry):
        shown, key = entry.get("secretKey"), self._marks.key.reveal()
        if not isinstance(shown, str) or not shown:
            return
        if shown == key:
            self._facts.set("keys", "in clear")
        elif shown.strip("*") != shown and not shown.strip("*"):
            self._facts.set("keys", "masked")
        elif "**" in shown and (shown[0] == key[0] or shown[-1] == key[-1]):
            self._facts.set("keys", "masked partly")

    def _settle_time(self, entry, created):
        facts, shown = self._facts, entry.get("createdTime")
        if facts.value("created_time") is None:
            facts.set("created_time", form_of_times([shown]))
        seconds, date = time_of(shown), created.exchange.date
        if facts.value("created_time") == "ISO 8601" or seconds is None or date is None:
            return
        zones = {0: "UTC", 8: "Beijing"}
        hours = [number for number in zones if abs(seconds - date - number * HOUR) < HOUR / 2]
        if hours:
            facts.set("time_zone", zones[hours[0]], "UTC%+d" % hours[0])

    def _settle_order_of_list(self, snapshot, vpn_conn_id):
        """Derive the order of the list from the place of the newest tunnel."""
        order = order_of(snapshot.entries)
        ids = [entry.get("vpnConnId") for entry in snapshot.entries]
        if order is None and vpn_conn_id in (ids[0], ids[-1]):
            order = "oldest first" if ids[-1] == vpn_conn_id else "newest first"
        self._facts.set("list_order", order)

    # -- the customer gateway ------------------------------------------------------------------------------------------

    def _create_customer_gateway(self):
        """Make the customer gateway; return its id."""
        exchange, cgw_id, looks = self.objects.create_customer_gateway(derive_token(KIND, self._reading.vpn_id, "cgw"))
        if cgw_id is None and (exchange.is_success or exchange.is_mismatch):
            # The token belongs to an earlier run.
            returned = parse_id(exchange.body.get("cgwId")) if isinstance(exchange.body, dict) else None
            self.objects.disown(returned)
            exchange, cgw_id, looks = self.objects.create_customer_gateway(random_token())
        if cgw_id is None:
            self._refused(exchange)
            raise Stopped("no customer gateway could be made (%s)" % exchange.in_words())
        self._settle_customer_gateway(looks)
        return cgw_id

    def _settle_customer_gateway(self, looks):
        facts = self._facts
        shown = [(seconds, entry) for seconds, entry, _is_found in looks if entry]
        until, last = shown[0][0], shown[-1][1]
        if looks[0][1]:
            facts.set("customer_gateway_delay", "at once")
        else:
            is_found = looks[0][2]
            value = "later, and not found by its id until then" if is_found is False else "later"
            facts.set("customer_gateway_delay", value, "%.1f s" % until)
        name = difference(last.get("name"), self._marks.name, last.get("cgwId"))
        if not shown[0][1].get("name") and name != "missing":
            name = "missing for a moment"
        facts.set("customer_gateway_names", name)

    # -- repeated creations --------------------------------------------------------------------------------------------

    def _repeat_creation(self, vpn_conn_id, body, token, first):
        facts = self._facts
        # Where the first response was lost, the list has shown what it held.
        result = vpn_conn_id if first.exchange.status is None else first.returned
        again = self.objects.create(body, token)
        value = None
        if again.new_id:
            value = "creates another"
        elif again.exchange.is_refused and not again.exchange.is_busy:
            value = "refused"
        elif again.exchange.is_success or again.exchange.is_error_in_success:
            value = "returns the first result" if again.returned == result else "returns another result"
        facts.set("token_repeated", value, again.exchange.in_words())
        self._remove_second(again)
        other = self.objects.create(dict(body, description=description(9)), token)
        value = None
        if other.new_id:
            value = "creates another"
        elif other.exchange.is_refused and not other.exchange.is_busy:
            value = "refused"
        elif other.exchange.is_success:
            value = "returns the first result" if other.returned == result else "returns another result"
        facts.set("token_other_body", value, other.exchange.in_words())
        self._remove_second(other)

    def _remove_second(self, created):
        """Remove what a further creation has made.

        :raises Stopped: if that does not succeed, because then a further one would be too many.
        """
        if created.new_id and not self.objects.remove(created.new_id, random_token()).is_gone:
            raise Stopped("a second own tunnel could not be removed")

    def _create_two(self, body):
        """Create the tunnel once more, and another of the same name next to it."""
        facts = self._facts
        first = self.objects.create(body, random_token())
        if first.new_id is None:
            return
        if first.returned == first.new_id and facts.value("create_result") == "another id":
            # The first creation returned the id of an earlier run's tunnel, which only a stale list showed.
            facts.set("create_result", "the id", first.exchange.in_words())
        body = self._marks.tunnel(7, localSubnets=OTHER_LOCAL_SUBNETS, remoteIp=OTHER_PEER)
        if self._peer:
            body = dict(body, **self._peer)
            del body["remoteIp"]
        start = len(self._exchanges.seen)
        second = self._create_and_write_early(body)
        if any(exchange.is_busy for exchange in self._exchanges.seen[start:] if exchange.kind == "create tunnel"):
            self._busy["creation"] = self._exchanges.seen[start].in_words()
        self._settle_busy()
        exchange = second.exchange
        if second.new_id:
            facts.set("duplicate_name", "yes")
        elif exchange.is_duplicate:
            facts.set("duplicate_name", "refused with %d" % exchange.status, exchange.in_words())
        elif exchange.is_refused:
            facts.set("duplicate_name", "refused for another reason", exchange.in_words())
        if second.new_id and facts.value("list_order") is None:
            ids = [entry.get("vpnConnId") for entry in second.looks[-1].snapshot.entries]
            if first.new_id in ids and second.new_id in ids:
                is_after = ids.index(first.new_id) < ids.index(second.new_id)
                facts.set("list_order", "oldest first" if is_after else "newest first")
        if self._is_refused_early and facts.value("list_delay") == "later":
            detail = facts.get("list_delay").detail
            facts.set("list_delay", "later, and writes are refused until then", detail)
        self._remove_second(second)
        self._remove_second(first)

    def _create_and_write_early(self, body):
        """Create a tunnel, and write to it before the list shows it.

        The id is used although no list shows it, but only if the first creation returned its own id. The update has no
        fields, so that the documented rules refuse it; only whether it finds the tunnel counts.
        """
        if self._facts.value("create_result") != "the id" or self._facts.value("list_delay") != "later":
            return self.objects.create(body, random_token())

        def write(vpn_conn_id):
            path = "/v1/vpn/vpnconn/" + vpn_conn_id
            query, body = {"clientToken": random_token()}, {"vpnId": self._reading.vpn_id}
            self._is_refused_early = self._exchanges.send("update early", "PUT", path, query, body).is_absent

        return self.objects.create(body, random_token(), unseen=write)

    # -- updates -------------------------------------------------------------------------------------------------------

    def _update(self, vpn_conn_id):
        facts = self._facts
        token = random_token()
        first, is_applied, looks = self._put(vpn_conn_id, 1, token, "update after creation")
        if first.is_refused:
            self._refused(first)
            facts.set("update_result", "refused", first.in_words())
            return
        self._settle_update(first, is_applied, looks)
        if not is_applied or first.is_error_in_success:
            return
        replay, is_applied, _looks = self._put(vpn_conn_id, 2, token, "update with a used token")
        value = "refused" if replay.is_refused and not replay.is_busy else None
        if replay.is_success:
            value = "applied" if is_applied else "returns the first result"
        facts.set("token_on_update", value, replay.in_words())
        self._put_host_bits(vpn_conn_id)
        self._put_empty_configs(vpn_conn_id)
        self._put_descriptions(vpn_conn_id)

    def _put(self, vpn_conn_id, number, token, kind="update tunnel", **changes):
        """Send an update and wait for its effect; return (Exchange, whether a list showed the effect, Looks)."""
        if vpn_conn_id not in self.objects.own(self.objects.snapshot()):
            # A stale list may lack it once.
            self.objects.look((0, 1), lambda looks: vpn_conn_id in self.objects.own(looks[-1].snapshot))
            if vpn_conn_id not in self.objects.own(self.objects.snapshot()):
                raise Stopped("the list no longer shows the tunnel")
        body = self._marks.tunnel(number, **dict(self._peer, **changes))
        body["vpnId"] = self._reading.vpn_id
        start = len(self._exchanges.seen)
        path = "/v1/vpn/vpnconn/" + vpn_conn_id
        exchange = self._exchanges.send(kind, "PUT", path, {"clientToken": token}, body)
        if any(attempt.is_busy for attempt in self._exchanges.seen[start:]):
            self._busy[kind] = self._exchanges.seen[start].in_words()
        if exchange.is_refused:
            return exchange, False, []

        def is_done(looks):
            entry = self.objects.own(looks[-1].snapshot).get(vpn_conn_id)
            return bool(entry) and _has_version(entry, number, body) and not is_passing(entry.get("status"))

        looks = self.objects.look(EFFECT_PAUSES, is_done)
        own = [self.objects.own(look.snapshot).get(vpn_conn_id) for look in looks]
        return exchange, any(entry and _has_version(entry, number, body) for entry in own), looks

    def _settle_update(self, exchange, is_applied, looks):
        if exchange.is_error_in_success:
            value = "200 with an error, applied" if is_applied else "200 with an error"
        else:
            value = "success" if is_applied else "success without effect"
        self._facts.set("update_result", value, exchange.in_words())
        shown = [
            (look.seconds, entry)
            for look in looks
            for entry in self.objects.own(look.snapshot).values()
            if parse_id(entry.get("vpnConnId")) in self.objects.tunnels
        ]
        statuses = _course_of(shown)
        if any(status is not None for _seconds, status in statuses):
            passing = any(is_passing(status) for _seconds, status in statuses)
            self._facts.set("update_course", "usable later" if passing else "usable at once", _in_words(statuses))

    def _put_host_bits(self, vpn_conn_id):
        written = subnets_with_host_bits(3)
        exchange, is_applied, looks = self._put(vpn_conn_id, 3, random_token(), "update again", remoteSubnets=written)
        value = "refused" if exchange.is_refused and not exchange.is_busy else None
        if is_applied:
            entry = self.objects.own(looks[-1].snapshot).get(vpn_conn_id) or {}
            shown = {shown_address(subnet) for subnet in entry.get("remoteSubnets") or ()}
            value = "kept" if shown_address(written[1]) in shown else "cleared"
        self._facts.set("host_bits", value, exchange.in_words())

    def _put_empty_configs(self, vpn_conn_id):
        before = self.objects.own(self.objects.snapshot()).get(vpn_conn_id) or {}
        shown = [(name, field) for name in CONFIGS for field in _config(before, name)]
        exchange, is_applied, looks = self._put(
            vpn_conn_id, 4, random_token(), "update with empty configs", ikeConfig={}, ipsecConfig={}
        )
        value, detail = "refused" if exchange.is_refused and not exchange.is_busy else None, exchange.in_words()
        if is_applied and shown:
            after = self.objects.own(looks[-1].snapshot).get(vpn_conn_id) or {}
            left = [(name, field) for name, field in shown if field in _config(after, name)]
            if not left:
                value = "leaves them out"
            elif all(_config(after, name)[field] == _config(before, name)[field] for name, field in left):
                value = "keeps them"
            else:
                value = "fills in"
                detail = {field: _shown_setting(_config(after, name)[field]) for name, field in left}
        self._facts.set("optional_sub_fields", value, detail)

    def _put_descriptions(self, vpn_conn_id):
        facts = self._facts
        exchange, is_applied, looks = self._put(vpn_conn_id, 5, random_token(), description=None)
        entry = self.objects.own(looks[-1].snapshot).get(vpn_conn_id) if is_applied else None
        if entry is not None and facts.value("descriptions") != "missing":
            facts.set("no_description", "keeps it" if entry.get("description") else "clears it")
        elif exchange.is_refused:
            facts.set("no_description", "refused", exchange.in_words())
        exchange, is_applied, looks = self._put(vpn_conn_id, 6, random_token(), description="")
        entry = self.objects.own(looks[-1].snapshot).get(vpn_conn_id) if is_applied else None
        if entry is not None and facts.value("descriptions") != "missing":
            is_tested = facts.value("no_description") == "keeps it"
            if is_tested:
                facts.set("clear_description", "keeps it" if entry.get("description") else "clears it")
            if not entry.get("description"):
                settle_empty_description(facts, [entry])
        elif exchange.is_refused:
            facts.set("clear_description", "refused", exchange.in_words())

    def _settle_busy(self):
        words = self._busy
        if "creation" in words:
            self._facts.set("busy", "after any write to the gateway", words["creation"])
        elif any(kind != "update after creation" for kind in words):
            self._facts.set("busy", "after any write to the tunnel", sorted(set(words.values())))
        elif words:
            self._facts.set("busy", "after a creation", words["update after creation"])
        else:
            self._facts.set("busy", "none")

    # -- deletion ------------------------------------------------------------------------------------------------------

    def _delete(self, vpn_conn_id):
        facts, token = self._facts, random_token()
        removed = self.objects.remove(vpn_conn_id, token)
        exchange = removed.exchange
        if exchange is None:
            raise Stopped("the list no longer shows the tunnel")
        if exchange.is_error_in_success:
            value = "200 with an error, applied" if removed.is_gone else "200 with an error"
        elif exchange.is_refused:
            value = "refused"
            self._refused(exchange)
        else:
            value = "success" if removed.is_gone else "success without effect"
        facts.set("delete_result", value, exchange.in_words())
        shown = [
            (look.seconds, entry)
            for look in removed.looks
            for entry in [self.objects.own(look.snapshot).get(vpn_conn_id)]
            if entry
        ]
        if removed.is_gone:
            self._settle_delete_course(shown)
        else:
            raise Stopped("the tunnel could not be deleted")
        path = "/v1/vpn/vpnconn/" + vpn_conn_id
        again = self._exchanges.send("delete again", "DELETE", path, {"clientToken": token})
        facts.set("token_on_deletion", "returns the first result" if again.is_success else "refused", again.in_words())
        absent = self._exchanges.send("delete absent", "DELETE", path, {"clientToken": random_token()})
        value = "success" if absent.is_success else "an error of absence" if absent.is_absent else "another error"
        facts.set("absent_tunnel", value if absent.status else None, absent.in_words())

    def _settle_delete_course(self, shown):
        statuses = _course_of(shown)
        leaving = [status for _seconds, status in statuses if str(status).lower() in LEAVING]
        if not leaving:
            value = "gone at once"
        elif all(status.lower() == "deleted" for status in leaving):
            value = "listed as deleted"
        else:
            value = "gone later" if shown[-1][0] < SLOW_SECONDS else "gone much later"
        self._facts.set("delete_course", value, _in_words(statuses))

    def _create_after_deletion(self, vpn_conn_id, body, token):
        """Repeat the creation of the deleted tunnel, unless the token is known to have no effect."""
        if self._facts.value("token_repeated") != "returns the first result":
            return
        created = self.objects.create(body, token)
        value = None
        if created.new_id:
            value = "creates another"
        elif created.exchange.is_refused and not created.exchange.is_busy:
            value = "refused"
        elif created.returned == vpn_conn_id:
            value = "returns the first result"
        self._facts.set("token_after_deletion", value, created.exchange.in_words())
        self._remove_second(created)


def _has_version(entry, number, body):
    """Return whether an entry shows the life time or the subnets of a version."""
    config = _config(entry, "ikeConfig")
    if body["ikeConfig"] and digits(config.get("ikeLifeTime")) == ike_life_time(number):
        return True
    shown = networks(entry.get("remoteSubnets"))
    return shown is not None and set(shown) == set(networks(subnets(number)))


def _config(entry, name):
    return entry[name] if isinstance(entry.get(name), dict) else {}


def _shown_setting(value):
    return value if re.fullmatch("[A-Za-z0-9_]{1,16}", str(value)) else word(value)


def _course_of(shown):
    """Return the statuses of a tunnel in their order, each with the seconds at which it was seen first."""
    found = []
    for seconds, entry in shown:
        status = entry.get("status") if isinstance(entry.get("status"), str) else None
        if not found or found[-1][1] != status:
            found.append((seconds, status))
    return found or [(0.0, None)]


def _in_words(statuses):
    return ["%s at %.1f s" % (word(status), seconds) for seconds, status in statuses if status is not None] or None
