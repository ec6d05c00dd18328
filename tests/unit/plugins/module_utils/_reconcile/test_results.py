# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of one scope over a stand-in for the API: lists in time, tokens, texts, results; no HTTP."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    DuplicateError,
    IdempotencyConflictError,
    InvalidResponseError,
    NotFoundError,
    TransportError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import (
    idempotency,
    messages,
    purge,
    state,
    steps,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.results import ScopeReconciler
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import Problem
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import (
    ABSENT,
    OK,
    Entry,
    Item,
    Listed,
    WriteResult,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_customer_gateway import (
    VPN_CUSTOMER_GATEWAY,
    VpnCustomerGatewayApi,
)
from fake_clock import FakeClock

OPTIONS = {"name": "berlin", "ip": "203.0.113.10"}
LOST = TransportError("no response", "ConnectionFailed", retryable=True, maybe_applied=True)


class Page:
    """A list of customer gateways."""

    def __init__(self, items, server_time):
        self.items = items
        self.request_id = "request-list"
        self.server_time = server_time


class FakeApi:
    """Stands in for the requests of VpnCustomerGatewayApi; what is created is listed after `lag` seconds of the clock.

    :ivar responses: what the next creations return: None for an id, or an error that they raise. :ivar calls: (verb,
    what it was about, moment).
    """

    def __init__(self, clock, lag=0.0):
        self.clock = clock
        self.lag = lag
        self.stored = {}
        self.responses = []
        self.calls = []
        self.list_errors = []

    def _note(self, verb, what):
        self.calls.append((verb, what, round(self.clock.monotonic(), 3)))

    def verbs(self):
        return [verb for verb, _what, _moment in self.calls]

    def put(self, cgw_id, **fields):
        item = {"cgw_id": cgw_id, "name": "berlin", "ip": "203.0.113.10", "description": "", "created_time": "2026"}
        self.stored[cgw_id] = (self.clock.monotonic(), dict(item, updated_time="2026", **fields))

    def customer_gateway_listing(self, _deadline=None):
        self._note("list", "")
        for error in self.list_errors[:1]:
            self.list_errors.remove(error)
            raise error
        now = self.clock.monotonic()
        return Page([item for born, item in self.stored.values() if born + self.lag <= now], self.clock.time())

    def customer_gateway(self, cgw_id):
        self._note("get", cgw_id)
        return self.stored[cgw_id][1] if cgw_id in self.stored else None

    def create_customer_gateway(self, fields, idempotency):
        self._note("create", idempotency)
        if self.responses:
            response = self.responses.pop(0)
            if isinstance(response, Exception):
                raise response
            return response, "request-create"  # a replayed one
        cgw_id = "cgw-%d" % (len(self.stored) + 1)
        self.put(cgw_id, **{name: fields[name] for name in ("name", "ip", "description") if fields.get(name)})
        return cgw_id, "request-create"

    def update_customer_gateway(self, fields, changes, _client_token):
        self._note("update", changes)
        born, item = self.stored[fields["cgw_id"]]
        self.stored[fields["cgw_id"]] = (born, dict(item, **{name: fields[name] for name in changes}))
        return "request-update"

    def delete_customer_gateway(self, cgw_id, _deadline=None):
        self._note("delete", cgw_id)
        if cgw_id not in self.stored:
            raise NotFoundError("gone", "NoSuchObject", 404)
        del self.stored[cgw_id]
        return "request-delete"


def listed_entry(fields):
    """Return the entry of a customer gateway in a list."""
    age = (fields.get("created_time") or "~", fields["cgw_id"] or "")
    return Entry(fields["cgw_id"], fields["name"], False, True, age, Item(fields))


class FakeScope(VpnCustomerGatewayApi):
    """The ResourceApi over a FakeApi in place of HTTP."""

    def __init__(self, api):
        self.api = api
        self.values = {}
        self.scope = self.type.scope_words({})

    def list(self, deadline=None):
        page = self.api.customer_gateway_listing(deadline)
        return Listed([listed_entry(item) for item in page.items], page.request_id, page.server_time)

    def create(self, target, token):
        return self.api.create_customer_gateway(target.fields, token)

    def update(self, plan, token):
        return self.api.update_customer_gateway(plan.target.fields, plan.changes, token)

    def delete(self, object_id, _token, deadline=None):
        return self.api.delete_customer_gateway(object_id, deadline)

    def probe(self, _target, object_id, _token):
        item = self.api.customer_gateway(object_id)
        return WriteResult(ABSENT) if item is None else WriteResult(OK, entry=listed_entry(item))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def api(clock):
    return FakeApi(clock)


def run(api, **options):
    scope = ScopeReconciler(FakeScope(api), [VPN_CUSTOMER_GATEWAY.parse({**OPTIONS, **options})], 60.0, clock=api.clock)
    scope.plan()
    scope.apply()
    return scope.results[0]


def test_creation_takes_three_requests_and_no_wait(api, clock):
    result = run(api)
    assert api.verbs() == ["list", "create", "list"] and clock.slept == 0
    assert (result.changed, result.known_id, result.created_ids, result.error) == (True, "cgw-1", ["cgw-1"], None)
    assert result.request_id == "request-create"


def test_lists_of_a_wait_grow_apart_and_end_with_the_patience(api, clock):
    api.lag = 1000
    api.customer_gateway = lambda cgw_id: None  # and the API denies it
    result = run(api)
    moments = [moment for verb, _what, moment in api.calls if verb == "list"]
    assert moments[:6] == [0.0, 0.0, 0.3, 0.9, 2.1, 3.0]
    assert result.error.code == "IdempotencyTokensExhausted" and api.verbs().count("create") == 3
    assert len(api.calls) <= 30 and clock.slept == pytest.approx(9.0)


def test_object_that_a_read_by_id_shows_is_taken_although_the_list_is_stale(api, clock):
    api.lag = 20
    result = run(api)
    assert (result.changed, result.known_id, result.error) == (True, "cgw-1", None)
    assert api.verbs().count("create") == 1 and clock.slept >= api.lag


def test_tokens_of_a_creation_are_the_same_in_every_run_of_the_minute(api, clock):
    for cgw_id in ("cgw-a", "cgw-b"):
        api.responses.append(cgw_id)
    run(api)
    tokens = [what for verb, what, _moment in api.calls if verb == "create"]
    window = idempotency.time_window(clock.time())
    assert tokens == [
        idempotency.creation_token(("vpn_customer_gateway", "berlin"), number, window if number == 2 else 0)
        for number in range(3)
    ]
    assert len(set(tokens)) == 3


def test_first_tokens_never_change():
    """Two releases must derive the same tokens: a run of one may repeat the creation of the other."""
    assert idempotency.derive_token("vpn_tunnel", "vpn-119bd69b", "vpncon") == "d6cbeff6-3280-5f55-9c87-4da510599eaf"
    assert idempotency.derive_token("vpn_customer_gateway", "berlin") == "8faf9bf4-fd4e-51ea-9aba-3672d4234491"


@pytest.mark.parametrize(
    ("names", "second", "of_window"),
    [
        (
            ("vpn_tunnel", "vpn-119bd69b", "vpncon"),
            "26713e3c-5bf8-5085-bab5-2d84d3f5d686",
            "89f50ac3-c2d2-5387-bf7e-14e9d473e53f",
        ),
        (
            ("vpn_customer_gateway", "berlin"),
            "42dd7de4-572e-55f4-8149-f734fb847662",
            "b73d4059-6dcc-5ed4-8e4d-67f59168a73c",
        ),
        (
            ("vpc_route", "rt-1", "192.168.0.0/20", "10.24.0.0/24"),
            "272ba0e7-58b1-5fe0-9e7d-bc2f3b4a0715",
            "94b0c794-b496-51ee-8b7f-29ee6653ad83",
        ),
    ],
)
def test_tokens_after_the_first_never_change(names, second, of_window):
    """The names are those of api.token_names(), which the tests of the resources hold."""
    assert idempotency.creation_token(names, 0, 29000000) == idempotency.derive_token(*names)
    assert idempotency.creation_token(names, 1, 0) == second
    assert idempotency.creation_token(names, 2, idempotency.time_window(29000000 * 60 + 59.9)) == of_window


@pytest.mark.parametrize(
    ("error", "creations", "patiences"),
    [
        (IdempotencyConflictError("used before", "IdempotentParameterMismatch", 403), 2, 1),
        (DuplicateError("taken", "NameRepeated", 400), 1, 1),
        (LOST, 2, 2),
    ],
)
def test_creation_that_is_not_confirmed_is_settled_by_lists(api, clock, error, creations, patiences):
    api.responses.append(error)
    result = run(api)
    assert api.verbs().count("create") == creations
    assert clock.slept == pytest.approx(patiences * state.STALE_LIST_TIMEOUT)
    assert (result.error is None) == (creations == 2)


def test_creation_that_stays_unknown_is_reported_as_maybe_applied(api):
    api.responses += [LOST] * 3
    result = run(api)
    assert result.error.code == LOST.code and result.error.maybe_applied and not result.changed


def test_object_of_another_run_is_taken_and_does_not_count_as_a_change(api):
    def create_for_another_run(_fields, _token):
        api.put("cgw-9")
        raise IdempotencyConflictError("used before", "IdempotentParameterMismatch", 403)

    api.create_customer_gateway = create_for_another_run
    result = run(api)
    assert (result.changed, result.known_id, result.error) == (False, "cgw-9", None)


def test_failed_list_after_a_creation_reports_the_id(api):
    run_list = api.customer_gateway_listing
    api.customer_gateway_listing = lambda deadline: (
        api.list_errors.append(InvalidResponseError("no list", "InvalidResponse", 200, retryable=True))
        or setattr(api, "customer_gateway_listing", run_list)
        or Page([], api.clock.time())
    )
    result = run(api)
    assert (result.error.code, result.changed, result.known_id, result.created_ids) == (
        "InvalidResponse",
        True,
        "cgw-1",
        ["cgw-1"],
    )


def test_failed_list_after_an_unknown_creation_reports_maybe_applied(api):
    no_list = InvalidResponseError("no list", "InvalidResponse", 200, retryable=True)

    def lose_the_response(_fields, _token):
        api.list_errors.append(no_list)
        raise LOST

    api.create_customer_gateway = lose_the_response
    result = run(api)
    assert (result.error.code, result.error.maybe_applied, no_list.maybe_applied) == ("InvalidResponse", True, False)


def test_defect_of_ours_ends_one_work_with_what_is_known(api):
    def broken(*_arguments):
        raise KeyError("defect")

    api.update_customer_gateway = broken
    api.put("cgw-1")
    result = run(api, description="new")
    assert result.error.code == "InternalError" and result.known_id == "cgw-1" and not result.changed


def test_object_that_a_list_shows_after_a_denial_is_among_the_created_ids(api):
    """Another run of equal parameters would find both, so both are reported."""
    api.lag = 5
    api.customer_gateway = lambda cgw_id: None
    result = run(api)
    assert (result.changed, result.known_id, result.error) == (True, "cgw-1", None)
    assert result.created_ids == ["cgw-1", "cgw-2"] == list(api.stored)


def test_object_that_another_run_removes_before_the_update_is_created(api, clock):
    def update_too_late(*_arguments):
        del api.stored["cgw-old"]
        raise NotFoundError("gone", "NoSuchObject", 404)

    api.put("cgw-old")
    api.update_customer_gateway = update_too_late
    result = run(api, description="new")
    assert (result.changed, result.known_id, result.created_ids, result.error) == (True, "cgw-1", ["cgw-1"], None)
    assert result.item.fields["description"] == "new" and result.action == "create"
    assert api.verbs() == ["list", "list", "create", "list"] and clock.slept == 0


def test_mismatches_of_many_objects_cost_one_patience_together(api, clock):
    api.responses += [IdempotencyConflictError("used before", "IdempotentParameterMismatch", 403)] * 5
    desired_states = [VPN_CUSTOMER_GATEWAY.parse({**OPTIONS, "name": "branch-%d" % number}) for number in range(5)]
    scope = ScopeReconciler(FakeScope(api), desired_states, 60.0, clock=clock)
    scope.plan()
    scope.apply()
    assert [result.error for result in scope.results] == [None] * 5 and all(result.changed for result in scope.results)
    assert clock.slept == pytest.approx(state.STALE_LIST_TIMEOUT) and len(api.stored) == 5
    assert api.verbs().count("create") == 10 and api.verbs().count("list") <= 8


def test_plan_of_a_new_address_is_an_error_without_a_write(api):
    api.put("cgw-1")
    result = run(api, ip="203.0.113.99")
    assert result.error.code == "ImmutableField" and api.verbs() == ["list"]


def test_stopped_scope_sends_no_further_request(api):
    scope = ScopeReconciler(FakeScope(api), [VPN_CUSTOMER_GATEWAY.parse(OPTIONS)], 60.0, clock=api.clock)
    scope.plan()
    scope.executor.stop()
    scope.apply()
    assert api.verbs() == ["list"]


@pytest.mark.parametrize("code", [*messages.CODES, *purge.CODES, *steps.CODES])
def test_text_of_a_problem_names_what_it_is_about(api, code):
    scope = ScopeReconciler(FakeScope(api), [VPN_CUSTOMER_GATEWAY.parse(OPTIONS)], 60.0, clock=api.clock)
    words = {"goal": "active", "seconds": 5, "current": "building", "list_error": ""}
    problem = Problem(code, ("cgw-1", "cgw-2"), ("Berlin", None), words=tuple(words.items()))
    codes = {**messages.CODES, **purge.CODES, **steps.CODES}
    templates = {**messages.MESSAGES, **purge.MESSAGES, **steps.MESSAGES}
    error = messages.to_error(problem, scope.api, scope.results[0].state, codes, templates)
    assert error.code == code and "%" not in error.message
    assert "cgw-1" in error.message or code in (
        "NotFound",
        "IdNameMismatch",
        "IdempotencyTokensExhausted",
        "PurchaseTokensExhausted",
        "IdNotShown",
    )


@pytest.mark.parametrize(("renamed", "deleted"), [("berlin", True), ("rome", False)])
def test_deletion_rests_on_a_list_of_the_last_minute(api, clock, renamed, deleted):
    """Another user renames the object while the task waits between its list and the deletion."""
    api.put("cgw-1")
    scope = ScopeReconciler(
        FakeScope(api), [VPN_CUSTOMER_GATEWAY.parse({"name": "berlin", "state": "absent"})], 60.0, clock=clock
    )
    scope.plan()
    clock.sleep(61)
    api.put("cgw-1", name=renamed)
    scope.apply()
    assert api.verbs() == ["list", "list", "delete"][: 3 if deleted else 2]
    assert scope.results[0].changed == deleted
    assert (scope.results[0].error is None) == deleted


def test_created_ids_leave_out_what_existed_before_and_what_the_api_denies(api):
    api.put("cgw-7", name="rome")
    api.responses += ["cgw-8", "cgw-7"]  # one that is gone, and one that was renamed
    result = run(api)
    assert (result.error.code, result.created_ids) == ("RenamedOrShownDifferently", ["cgw-8"])
    api.responses += ["cgw-8"]
    result = run(api, name="oslo")
    assert (
        result.error is None and result.created_ids == [result.known_id] and result.known_id not in ("cgw-7", "cgw-8")
    )


def test_deletion_of_what_another_run_created_again_is_an_error(api, clock):
    api.put("cgw-1")
    scope = ScopeReconciler(
        FakeScope(api), [VPN_CUSTOMER_GATEWAY.parse({"name": "berlin", "state": "absent"})], 60.0, clock=clock
    )
    scope.plan()
    clock.sleep(61)
    del api.stored["cgw-1"]
    api.put("cgw-2")
    scope.apply()
    (result,) = scope.results
    assert result.error.code == "ChangedMeanwhile" and not result.changed and "delete" not in api.verbs()


def test_deletion_has_no_attempt_after_the_list_is_too_old(api, clock):
    deadlines = []
    api.delete_customer_gateway = lambda _cgw_id, deadline: deadlines.append(deadline)
    api.put("cgw-1")
    clock.sleep(7)
    run(api, state="absent")
    assert deadlines == [7 + 60]
