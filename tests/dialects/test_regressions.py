# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regressions: each docstring describes what went wrong before, with the numbers of that time."""

from __future__ import annotations

import pytest

from .cases import Case, bench
from .scenarios import (
    ALIKE_A,
    BERLIN,
    FOREIGN,
    GATEWAYS,
    HUB,
    OSLO,
    OTHER_HUB,
    PARIS,
    ROME,
    SPARE_HUB,
    VPC,
    IdOf,
    Scenario,
    Step,
    gone,
    many,
    one,
    pair,
    route,
    route_key,
    tunnel,
)

pytestmark = pytest.mark.long

NAMES_CHANGED = (
    "tunnel-name-upper",
    "tunnel-name-trimmed",
    "tunnel-name-cut",
    "tunnel-name-ellipsis",
    "tunnel-name-percent",
    "tunnel-name-entities",
    "tunnel-name-missing",
    "tunnel-name-null",
    "tunnel-name-empty",
    "tunnel-name-late",
    "tunnel-name-very-late",
    "tunnel-name-id",
    "tunnel-name-unrelated",
)
NAMES_MISSING = (
    "tunnel-name-missing",
    "tunnel-name-null",
    "tunnel-name-empty",
    "tunnel-name-id",
    "tunnel-name-missing-once",
)
OTHER_LISTS = ("list-other-gateway", "list-other-gateway-unnamed", "list-all-gateways")
FIVE = [tunnel(name) for name in (BERLIN, PARIS, ROME, OSLO, ALIKE_A)]


@pytest.fixture(scope="module")
def one_bench():
    with bench() as found:
        yield found


@pytest.fixture
def run(one_bench):
    """Run steps under dialects and return their Trials; by default every invariant must hold."""

    def run_steps(*steps, dialects=(), stored=(), settings=None, keeps_invariants=True):
        scenario = Scenario(tuple(steps), tuple(stored), (), settings or {})
        report = one_bench.run(Case(tuple(dialects), "a regression"), scenario)
        assert not (keeps_invariants and report.violations), report.text()
        return report.trials

    return run_steps


def code_of(trial):
    return (trial.result.get("error") or {}).get("code")


def sent(trial, method):
    return [entry for entry in trial.seen if entry.method == method]


def live(trial, vpn_id=HUB):
    return sorted(item.name for item in trial.after.values() if item.scope == vpn_id)


# -- critical ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", NAMES_CHANGED)
def test_create_list_shows_another_name_makes_one_tunnel(run, dialect):
    """One task made 32 tunnels, reported one id, and said that it should be run again, which made the 33rd."""
    first, second = run(one(BERLIN), one(BERLIN).again(), dialects=[dialect])
    (made,) = first.new
    assert first.result["created_ids"] == [made]
    assert not second.new


@pytest.mark.parametrize("dialect", NAMES_CHANGED)
def test_bulk_create_list_shows_other_names_makes_one_tunnel_each(run, dialect):
    """A task of five items made 160 tunnels and reported that it created none."""
    (trial,) = run(many(*FIVE), dialects=[dialect])
    assert len(trial.new) == 5
    # Where no name is shown, any of the new ones may be the one of an item.
    assert {key for item in trial.result["tunnels"] for key in item["created_ids"]} == set(trial.new)


# -- high --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", (*NAMES_MISSING, "tunnel-name-upper", "tunnel-name-cut", "tunnel-name-unrelated"))
def test_purge_list_shows_other_names_deletes_nothing(run, dialect):
    """All tunnels that the task listed were deleted, 75 of 75."""
    names = (BERLIN, PARIS, ROME, OSLO)
    step = many(*map(tunnel, names), purge=True)
    stored = [(HUB, name, {}) for name in names]
    (trial,) = run(step, dialects=[dialect], stored=stored, keeps_invariants=dialect != "tunnel-name-unrelated")
    assert trial.before.keys() <= trial.after.keys() and not sent(trial, "DELETE")


@pytest.mark.parametrize("dialect", OTHER_LISTS)
@pytest.mark.parametrize("purge", [True, False], ids=["purge", "absent"])
def test_removal_list_of_another_gateway_leaves_it_alone(run, dialect, purge):
    """Tunnels of the other gateway were deleted, although each entry named it."""
    step = many(tunnel(BERLIN), purge=True) if purge else gone(vpn_conn_name=ROME)
    stored = [(HUB, BERLIN, {}), (OTHER_HUB, ROME, {}), (OTHER_HUB, OSLO, FOREIGN)]
    (trial,) = run(step, dialects=[dialect], stored=stored, keeps_invariants=False)
    assert live(trial, OTHER_HUB) == sorted([ROME, OSLO]) and BERLIN in live(trial)
    deleted = {key for entry in sent(trial, "DELETE") for key in entry.touched}
    assert not deleted & {key for key, item in trial.before.items() if item.scope == OTHER_HUB}


def test_gateway_list_of_another_vpc_is_an_error(run):
    """The gateways of the other VPC were taken for those of the one asked for."""
    step = Step("vpn_gateway_info", {"vpc_id": GATEWAYS[HUB]}, changed=False)
    (trial,) = run(step, dialects=["gateways-other-vpc"])
    assert trial.failed and OTHER_HUB not in str(trial.result.get("vpn_gateways", ""))


def test_create_another_run_purges_behind_a_stale_list_removes_nothing(one_bench):
    """The run deleted its own live tunnel, reported the dead id, and succeeded."""
    cloud, first = one_bench.cloud, []

    def purge(request):
        """Delete the first tunnel half a second after its creation, as another run's purge does."""
        if first or not cloud.seen or cloud.seen[-1].method != "POST":
            return
        first.extend(cloud.seen[-1].made)
        cloud.clock.sleep(0.5)
        cloud.delete_tunnel(first[0])

    scenario = Scenario((one(BERLIN),), (), (), {"list_lag_ms": 2000})
    report = one_bench.run(Case((), "a regression"), scenario, before_request=purge)
    (trial,) = report.trials
    assert first and not sent(trial, "DELETE"), report.text()
    assert len(trial.new) <= 1, report.text()


# -- medium and low ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["put", "delete", "post"])
def test_write_error_in_a_200_is_the_error(run, verb):
    """An error in the body of a 200 was a success, changed: true."""
    step = {"put": one(BERLIN, description="New"), "delete": gone(vpn_conn_name=BERLIN), "post": one(PARIS)}[verb]
    (trial,) = run(step, dialects=[verb + "-error-in-200"], stored=[(HUB, BERLIN, {})])
    assert trial.failed and not trial.result["changed"]
    assert code_of(trial) in str(trial.result["msg"]) and code_of(trial) not in ("InvalidResponse", "BadResponse")


def test_list_error_in_a_200_is_the_error(run):
    """The API's own code and message were dropped."""
    steps = [gone(vpn_conn_name=PARIS, changed=False)] * 3
    trials = run(*steps, dialects=["list-error-in-200"], stored=[(HUB, BERLIN, {})])
    assert all(code_of(trial) not in ("InvalidResponse", "BadResponse", "InternalError") for trial in trials)


def test_create_id_of_another_gateway_is_updated_at_most_twice(run):
    """401 seconds and 32 updates of a tunnel that is not ours."""
    (trial,) = run(
        one(BERLIN), dialects=["post-foreign-id"], stored=[(OTHER_HUB, ROME, FOREIGN)], keeps_invariants=False
    )
    assert len(trial.new) == 1
    assert len(sent(trial, "POST")) <= 3 and len(sent(trial, "PUT")) <= 2
    assert trial.seconds < 100
    (foreign,) = [item for item in trial.after.values() if item.scope == OTHER_HUB]
    assert foreign.entry["secretKey"] == FOREIGN["secret_key"]


@pytest.mark.parametrize("dialect", ["delete-asynchronous", "delete-slow", "delete-stays-listed"])
def test_present_after_an_asynchronous_absent_leaves_a_tunnel_or_an_error(run, dialect):
    """The task reported ok, and a moment later the tunnel did not exist."""
    _created, _deleted, again = run(one(BERLIN), gone(vpn_conn_name=BERLIN), one(BERLIN), dialects=[dialect])
    assert (live(again) == [BERLIN]) or (again.failed and again.result["error"]["retryable"])


def test_absent_tunnel_on_the_second_page_is_deleted(run):
    """absent said ok, and the tunnel stayed: the list had more pages."""
    stored = [(HUB, name, {}) for name in (BERLIN, PARIS, ROME, OSLO)]
    (trial,) = run(gone(vpn_conn_name=OSLO), dialects=["list-pages"], stored=stored)
    assert trial.result["changed"] and live(trial) == sorted([BERLIN, PARIS, ROME])


@pytest.mark.parametrize("dialect", ["list-truncated", "list-pages-endless"])
def test_purge_incomplete_list_deletes_nothing(run, dialect):
    """A list that says that it is not complete was taken for complete."""
    stored = [(HUB, name, {}) for name in (BERLIN, PARIS, ROME, OSLO)]
    (trial,) = run(many(tunnel(BERLIN), tunnel(OSLO), purge=True), dialects=[dialect], stored=stored)
    assert trial.failed and not [entry for entry in trial.seen if entry.method != "GET"]


def test_wait_status_error_ends_at_once(run):
    """A tunnel whose creation failed was waited for until the end."""
    (trial,) = run(one(BERLIN, wait_for="active", wait_timeout=300), dialects=["create-fails"])
    assert trial.failed and trial.seconds < 60 and "error" in trial.result["msg"]
    assert trial.result["created_ids"] == list(trial.new)


def test_wait_tunnel_vanishes_ends_with_its_own_error(run):
    """A tunnel that vanished was waited for until the end, and reported with a status that it had before."""
    (trial,) = run(
        one(BERLIN, wait_for="active", wait_timeout=300), dialects=["create-rolled-back"], keeps_invariants=False
    )
    assert trial.failed and trial.seconds < 100
    assert code_of(trial) != "WaitTimeout" and not trial.result.get("vpn_tunnel", {}).get("status")


def test_list_same_id_twice_alike_is_one_tunnel(run):
    """The task failed with "2 tunnels named ..."."""
    created, repeated = run(one(BERLIN), one(BERLIN).again(), dialects=["list-repeats"])
    assert created.result["changed"] and not repeated.failed and not repeated.result["changed"]


def test_list_same_id_twice_with_other_contents_writes_nothing(run):
    """One id with two contents: it is not known what the tunnel is."""
    (trial,) = run(one(BERLIN, description="New"), dialects=["list-repeats-differently"], stored=[(HUB, BERLIN, {})])
    assert trial.failed and not [entry for entry in trial.seen if entry.method != "GET"]


def test_two_runs_of_other_parameters_after_deletions_leave_one_tunnel(one_bench):
    """Runs of one name with different parameters followed different chains of tokens and ended with two tunnels."""
    cloud, other = one_bench.cloud, []
    cycle = (one(BERLIN), gone(vpn_conn_name=BERLIN), one(BERLIN), gone(vpn_conn_name=BERLIN))
    steps = [step._replace(pause=5.0) for step in (*cycle, one(BERLIN))]
    scenario = Scenario(tuple(steps), (), (), {"list_lag_ms": 1000})

    def start_the_other(_seconds):
        """Run the other task while the last one of the scenario waits for the list."""
        if (
            not other
            and len(cloud.started) == len(scenario.steps)
            and any(entry.method == "POST" for entry in cloud.seen)
        ):
            other.append(None)
            other[0] = one_bench.nested(one(BERLIN, description="Other"))

    cloud.clock.on_sleep = start_the_other
    try:
        report = one_bench.run(Case((), "a regression"), scenario)
    finally:
        cloud.clock.on_sleep = None
    cloud.clock.sleep(5)
    assert other, report.text()
    assert len([item for item in cloud.live().values() if item.scope == HUB]) == 1, report.text()


# -- route rules by their id and one address ---------------------------------------------------------------------------


def route_by_id(name, **options):
    """Return a step of vpc_route with the id of the rule for one of NAMES."""
    return Step("vpc_route", dict(options, vpc_id=VPC, route_rule_id=IdOf(pair(name), VPC)), pause=5.0)


def test_route_update_by_id_and_one_address_gets_a_new_id_and_is_found(run):
    """The task failed, changed, with the id that was gone and ChangedMeanwhile."""
    step = route_by_id(BERLIN, destination_address=route_key(PARIS)["destination_address"])
    stored = [(VPC, BERLIN, {})]
    (trial,) = run(step, dialects=["route-update-new-id"], stored=stored, keeps_invariants=False)
    (made,) = trial.new
    assert trial.result["changed"] and not trial.failed and trial.result["route_rule_id"] == made
    assert trial.new[made].name == pair(PARIS)


def test_present_route_without_a_listed_description_is_idempotent(run):
    """Each run updated the rule, because a description that the list does not show counted as empty."""
    first, second = run(route(BERLIN), route(BERLIN).again(5.0), dialects=["description-missing"])
    assert first.result["changed"] and not second.result["changed"] and not sent(second, "PUT")


def test_update_of_a_route_sends_the_description_that_no_list_shows(run):
    """The update left it out, and the task reported a change."""
    changes = {"description": "Changed", "nexthop_id": SPARE_HUB}
    (trial,) = run(route(BERLIN, **changes), dialects=["description-missing"], stored=[(VPC, BERLIN, {})])
    (put,) = sent(trial, "PUT")
    assert put.body == {"description": "Changed", "nexthopId": SPARE_HUB}
