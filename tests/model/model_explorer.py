# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exhaustive search of what runs of the shipped protocol can do to a modelled cloud, and to each other.

The runs are the generators of plugins/module_utils/_reconcile/reconciler.py themselves. Every interleaving of all
requests of all runs is explored (breadth first, states compared by value, equal runs interchangeable). Time is counted
in lists: a list may be stale for `lag` lists after a write, and a run waits for `LISTS_OF_A_WAIT` lists. That a list is
too old for a deletion is an event that may happen or not.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import planner, purge, reconciler
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.planner import View
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    MAX_CREATE_ATTEMPTS,
    MIN_CUT_LENGTH,
    PROBE,
    STALE,
    CreationState,
    DesiredObject,
    ListRequest,
    ObjectState,
    Outcome,
    WriteRequest,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Entry, WriteResult

LISTS_OF_A_WAIT = 2
LISTS_OF_A_LONG_WAIT = 4  # for objects that cost money
LIMIT = 400_000  # states of one scenario

# What a dialect of the cloud can change; these values are a cloud that behaves as its pages say, with stale lists.
SANE = {
    "lag": 1,  # lists for which a list may still show the state before a write
    "show": "same",  # same | upper | cut | null | hash | these with 1: one object only | empty (while stale)
    "memory": "works",  # of tokens: works | ignored | expires (at any creation) | anyparams (never a mismatch)
    "put": "truth",  # truth | stale404 (404 while stale) | refuse (4xx for gone) | busy | yes (OK for gone) | body
    # | new-id (the object gets another id)
    "delete": "sync",  # sync | async (listed as deleting while stale) | body (2xx with an error, nothing done)
    "duplicates": "allowed",  # allowed | refused (a live object of the name refuses a creation)
    "lists": "own",  # own | foreign (entries name another gateway) | foreign? (entries name none)
    "post": "own",  # own | foreign-id (the id of another gateway's object) | one-id (always the same id)
    "costs_money": False,  # whether each object that the cloud ever made is paid for
    "unreadable": 0,  # lists that cannot be read, or not completely
    "faults": 0,  # writes whose request or response is lost
    "kills": 0,  # runs killed, then restarted or not
    "windows": 0,  # how often the time window of the third token ends
    "delays": 0,  # deletions that are not sent because the list that they rest on has become too old
    "meanwhile": "nothing",  # what another user does while a list becomes too old: nothing | renames (the object)
}


class Stored(NamedTuple):
    """An object of the cloud. `stale` lists may still show `view`; `maker` is (run, life)."""

    name: str
    parameters: int
    is_live: bool
    gateway: int
    maker: tuple
    stale: int = 0
    view: tuple = None  # (name, parameters, is live), None for an object that was not there


class Cloud(NamedTuple):
    """The state of the API. `tokens` holds (token, name, parameters, number of the object)."""

    objects: tuple
    tokens: tuple
    faults: int
    window: int = 1
    windows_left: int = 0
    delays: int = 0
    unreadable: int = 0


class Task(NamedTuple):
    """What one run is to do; `kind` is present or absent.

    :ivar is_exact: True for objects of which only an equal name is the same one, and which may get another id.
    """

    kind: str
    names: tuple
    parameters: int
    purge: bool = False
    is_exact: bool = False
    costs_money: bool = False


# -- a run ----------


class Desired(NamedTuple):
    """The desired state of one object; its parameters are a number."""

    name: str
    parameters: int
    provided_id: int = None
    is_absent: bool = False


class Plan(NamedTuple):
    """What a plan has to have."""

    action: str
    target: int
    before: tuple = ()
    after: tuple = ()
    warnings: tuple = ()
    secret_key_changed: bool = False


class ModelType(base.ResourceType):
    """A kind of object that is nothing but its parameters, a number."""

    def keys(self, desired):
        return base.Identity(desired.name, desired.provided_id, desired.is_absent, None)

    def plan(self, desired, item):
        if desired.is_absent:
            return Plan(base.DELETE, None)
        if item is None:
            return Plan(base.CREATE, desired.parameters)
        return Plan(base.NOOP if item == desired.parameters else base.UPDATE, desired.parameters)

    def is_equal(self, desired, item):
        return item == desired.parameters

    is_same_connection = is_applied = is_equal

    def signature(self, item):
        return item


class BilledModelType(ModelType):
    """The same, and each object costs money."""

    costs_money = True


class ExactModelType(ModelType):
    """The same, whose names no API changes, and which may have another id after an update."""

    has_exact_names = True
    keeps_id_on_update = False


def surplus(object_id):
    """Return the state of the deletion of an object that no task names."""
    return ObjectState(DesiredObject(ModelType(), Desired(None, None, object_id, True), is_surplus=True))


class Report(NamedTuple):
    """What a run reports of one object."""

    name: str
    problem: str
    changed: bool
    object_id: int
    made: tuple


class Result(NamedTuple):
    """The end of a run: what it reports, and the last list that it read."""

    reports: tuple
    entries: tuple


def run(task):
    """Run one task, from its first request to its Result; a generator of requests."""
    desired_states = [Desired(name, task.parameters, is_absent=task.kind == "absent") for name in task.names]
    resource_type = (ExactModelType if task.is_exact else BilledModelType if task.costs_money else ModelType)()
    objects = [ObjectState(DesiredObject(resource_type, desired)) for desired in desired_states]
    steps = reconciler.Reconciler(objects, LISTS_OF_A_WAIT, purge.Purge(surplus) if task.purge else None)
    last = yield from relayed(steps.plan(), steps.names, ())
    last = yield from relayed(steps.apply(), steps.names, last)
    problem = None
    if steps.purge is not None:
        problem = (
            steps.purge.problem.code if steps.purge.problem else "PurgeSkipped" if steps.purge.is_skipped else None
        )
    reports = []
    for obj in steps.objects:
        outcome = obj.outcome
        own = outcome.problem.code if outcome.problem else None
        if own == "Raised":
            raise outcome.problem.error
        if obj.desired.is_surplus:
            problem = problem or own
        else:
            reports.append(Report(obj.desired.name, own, outcome.changed, outcome.object_id, outcome.created_ids))
    # A purge that fails is the failure of the whole task.
    return Result(tuple(report._replace(problem=report.problem or problem) for report in reports), last)


def relayed(steps, names, last):
    """Relay the requests of the protocol, with lists counted in place of seconds; return the last list."""
    response, lists = None, 0
    while True:
        try:
            request = steps.send(response)
        except StopIteration:
            return last
        if isinstance(request, ListRequest):
            lists = 0 if request.is_first else lists + 1
            ((entries, window),) = yield (("list",),)
            error = unreadable(entries)
            response = View(() if error else entries, names, waited=lists, window=window, error=error)
            last = () if error == "incomplete" else entries
        elif isinstance(request, tuple) and request and isinstance(request[0], WriteRequest):
            outcomes = yield tuple(described(write) for write in request)
            response = tuple(translated(write, outcome) for write, outcome in zip(request, outcomes))
        else:
            response = frozenset()  # the scope's detail confirms nothing


INCOMPLETE = ("incomplete",)  # in place of the entries of a list


def unreadable(entries):
    """Return why the client refuses a list: incomplete, of another gateway, or with an id twice; else None."""
    if entries == INCOMPLETE:
        return "incomplete"
    foreign = any(isinstance(entry.scope_confirmed, int) and entry.scope_confirmed > 1 for entry in entries)
    return "foreign" if foreign or len({entry.object_id for entry in entries}) != len(set(entries)) else None


def described(write):
    """Return a WriteRequest as a tuple that compares by value: the model's request."""
    desired = write.target.desired
    if write.action == base.CREATE:
        number, window = write.token
        token = (desired.name, number) if number < desired.rule.shared_tokens else (desired.name, number, window)
        return ("post", desired.name, desired.value.parameters, token)
    if write.action == base.DELETE:
        return ("delete", write.object_id, "purge" if desired.is_surplus else "absent", desired.name)
    return ("put", write.object_id, desired.name, desired.value.parameters, write.action)


def translated(write, outcome):
    """Return the WriteResult for an outcome of the model: the id of a creation, or a word."""
    if isinstance(outcome, int):
        return WriteResult(base.OK, outcome)
    refused = base.UNKNOWN if write.action == PROBE else base.REFUSED
    outcomes = {
        "ok": base.OK,
        "404": base.ABSENT,
        "mismatch": base.MISMATCH,
        "exists": base.EXISTS,
        "unknown": base.UNKNOWN,
        "stale": STALE,
        "refused": refused,
        "busy": refused,
        "body": refused,
    }
    return WriteResult(outcomes[outcome])


STATES = (ObjectState, DesiredObject, Outcome, CreationState, reconciler.Reconciler, purge.Purge)


def frozen(value):
    """Return a value that compares and hashes by content."""
    if isinstance(value, dict):
        return tuple((key, frozen(item)) for key, item in value.items())
    if isinstance(value, (set, frozenset)):
        return frozenset(map(frozen, value))
    if isinstance(value, STATES):
        return (type(value).__name__, frozen(vars(value)))
    if isinstance(value, View):
        return ("View", value.entries, value.waited, value.window, value.error)
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    return value if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__


class Program:
    """A task as an automaton: its nodes are the distinct states of its generators, found by replaying outcomes."""

    def __init__(self, task):
        self._task = task
        self._known, self._edges = {}, {}
        self.requests, self._histories = [], []
        self.start = self._node(())

    def _node(self, history):
        generator = run(self._task)
        try:
            request = next(generator)
            for outcomes in history:
                request = generator.send(outcomes)
            key, frame = [], generator
            while frame is not None:
                key.append((frame.gi_code.co_name, frame.gi_frame.f_lasti, frozen(frame.gi_frame.f_locals)))
                frame = frame.gi_yieldfrom
            # relayed() forwards requests by send(), so the protocol's own generator is one of its locals.
            steps = generator.gi_yieldfrom.gi_frame.f_locals["steps"]
            while steps is not None:
                key.append((steps.gi_code.co_name, steps.gi_frame.f_lasti, frozen(steps.gi_frame.f_locals)))
                steps = steps.gi_yieldfrom
            key = tuple(key)
        except StopIteration as stop:
            request = key = stop.value
        if key not in self._known:
            self._known[key] = len(self.requests)
            self.requests.append(request)
            self._histories.append(history)
        return self._known[key]

    def after(self, node, outcomes):
        """Return the node that follows once these outcomes were received."""
        edge = (node, outcomes)
        if edge not in self._edges:
            self._edges[edge] = self._node(self._histories[node] + (outcomes,))
        return self._edges[edge]


# -- the cloud ----------


def shown(stored, number, view, dialect):
    """Return the entry of an object in a list."""
    name, parameters, is_live = view
    style = dialect["show"]
    style = style.rstrip("1") if style[-1] != "1" or number == 0 else "same"
    if style == "upper":
        name = name and name.upper()
    elif style == "cut":
        name = name and name[:MIN_CUT_LENGTH]
    elif style == "null":
        name = None
    elif style == "hash":
        name = "#%d" % number
    # 2 stands for another gateway, which the client refuses to read.
    confirmed = False if dialect["lists"] == "foreign?" else (True if stored.gateway == 0 else 2)
    return Entry(number + 1, name, not is_live, confirmed, number, parameters)


def lists_of(cloud, dialect):
    """Yield every list that the cloud may show now, and the cloud after it."""
    if cloud.unreadable:
        yield (INCOMPLETE, cloud.window), cloud._replace(unreadable=cloud.unreadable - 1)
    gateway = 1 if dialect["lists"].startswith("foreign") else 0
    choices, later = [], []
    for number, stored in enumerate(cloud.objects):
        current = (stored.name, stored.parameters, True) if stored.is_live else None
        views = [current, stored.view] if stored.stale else [current]
        entries = [
            shown(stored, number, view, dialect) if view and stored.gateway == gateway else None for view in views
        ]
        choices.append(dict.fromkeys(entries))
        stale = max(0, stored.stale - 1)
        later.append(stored._replace(stale=stale, view=stored.view if stale else None))
    after = cloud._replace(objects=tuple(later))
    for picked in product(*choices):
        yield (tuple(entry for entry in picked if entry), cloud.window), after


def replaced(cloud, number, stored):
    return cloud._replace(objects=cloud.objects[:number] + (stored,) + cloud.objects[number + 1 :])


def creations(cloud, request, maker, dialect):
    """Yield (outcome, cloud, violations) of a creation that reaches the API."""
    _post, name, parameters, token = request
    if dialect["post"] == "foreign-id":
        yield 1, cloud, ()
        return
    known = next((item for item in cloud.tokens if item[0] == token), None) if dialect["memory"] != "ignored" else None
    if known:
        is_same = known[1:3] == (name, parameters) or dialect["memory"] == "anyparams"
        yield (known[3] + 1 if is_same else "mismatch"), cloud, ()
        if dialect["memory"] != "expires":
            return
    is_taken = any(stored.name == name and stored.is_live and stored.gateway == 0 for stored in cloud.objects)
    if dialect["duplicates"] == "refused" and is_taken:
        yield "exists", cloud, ()
        return
    number = len(cloud.objects)
    view = (None, parameters, True) if dialect["show"] == "empty" else None
    stored = Stored(name, parameters, True, 0, maker, dialect["lag"], view if dialect["lag"] else None)
    tokens = tuple(item for item in cloud.tokens if item[0] != token) + ((token, name, parameters, number),)
    after = cloud._replace(objects=cloud.objects + (stored,), tokens=tuple(sorted(tokens, key=repr)))
    yield (1 if dialect["post"] == "one-id" else number + 1), after, ()


def updates(cloud, request, dialect):
    """Yield (outcome, cloud, violations) of an update that reaches the API."""
    _put, object_id, name, parameters, why = request
    number = object_id - 1
    stored = cloud.objects[number]
    if dialect["put"] in ("busy", "body"):
        yield dialect["put"], cloud, ()
    elif dialect["put"] == "stale404" and stored.stale and stored.view is None:
        yield "404", cloud, ()
    elif not stored.is_live:
        yield {"refuse": "refused", "yes": "ok"}.get(dialect["put"], "404"), cloud, ()
    else:
        is_wrong = stored.gateway != 0 or (why == base.UPDATE and stored.name != name)
        fresh = stored._replace(name=name, parameters=parameters)
        if dialect["lag"] and (fresh.name, fresh.parameters) != (stored.name, stored.parameters):
            view = stored.view if stored.stale else (stored.name, stored.parameters, True)
            fresh = fresh._replace(stale=dialect["lag"], view=view)
        violations = ("W",) if is_wrong else ()
        if dialect["put"] == "new-id" and fresh.parameters != stored.parameters:
            view = stored.view if stored.stale else (stored.name, stored.parameters, True)
            gone = stored._replace(is_live=False, stale=dialect["lag"], view=view if dialect["lag"] else None)
            moved = Stored(name, parameters, True, stored.gateway, ("before", 0), dialect["lag"])
            later = replaced(cloud, number, gone)
            yield "ok", later._replace(objects=later.objects + (moved,)), violations
            return
        yield "ok", replaced(cloud, number, fresh), violations


def deletions(cloud, request, task, dialect):
    """Yield (outcome, cloud, violations) of a deletion that reaches the API."""
    _delete, object_id, why, name = request
    number = object_id - 1
    stored = cloud.objects[number]
    if not stored.is_live:
        yield "404", cloud, ()
        return
    if dialect["delete"] == "body":
        yield "body", cloud, ()
        return
    is_meant = stored.name == name if why == "absent" else stored.name not in task.names
    if dialect["delete"] == "async":
        stale, view = dialect["lag"] + 1, (stored.name, stored.parameters, False)
    else:
        view = stored.view if stored.stale else (stored.name, stored.parameters, True)
        stale = dialect["lag"]
    fresh = stored._replace(is_live=False, stale=stale, view=view if stale else None)
    yield "ok", replaced(cloud, number, fresh), () if is_meant and stored.gateway == 0 else ("I3",)


def delays(cloud, request, task, dialect):
    """Yield (outcome, cloud, violations) of a deletion that is not sent, because its list has become too old."""
    _delete, object_id, why, _name = request
    later = cloud._replace(delays=cloud.delays - 1)
    yield "stale", later, ()
    if dialect["meanwhile"] == "renames":
        name = task.names[0] if why == "purge" else "renamed-meanwhile"
        yield "stale", replaced(later, object_id - 1, later.objects[object_id - 1]._replace(name=name)), ()


def outcomes_of(cloud, request, task, maker, dialect):
    """Yield every outcome that a request may have, the cloud after it, and the invariants that it violates."""
    if request[0] == "list":
        for outcome, later in lists_of(cloud, dialect):
            yield outcome, later, ()
        return
    if request[0] == "post":
        effects = creations(cloud, request, maker, dialect)
    elif request[0] == "put":
        effects = updates(cloud, request, dialect)
    else:
        effects = deletions(cloud, request, task, dialect)
        if cloud.delays:
            yield from delays(cloud, request, task, dialect)
    for outcome, later, violations in effects:
        yield outcome, later, violations
        if cloud.faults:
            yield "unknown", later._replace(faults=cloud.faults - 1), violations
    if cloud.faults:
        yield "unknown", cloud._replace(faults=cloud.faults - 1), ()


# -- exploration ----------


class Run(NamedTuple):
    """Where a run stands: its node, how often it was restarted, and the outcomes of its batch so far."""

    node: int
    life: int
    phase: str  # begun, working, finished or killed
    got: tuple = None


class State(NamedTuple):
    """Everything that distinguishes two moments: the cloud, the kills that are left, and all runs."""

    cloud: Cloud
    kills: int
    runs: tuple


def moves(state, programs, tasks, dialect, in_turn):
    """Yield (label, next state, violations) of everything that may happen next."""
    cloud, kills, runs = state
    if cloud.windows_left:
        yield (
            ("-", ("window ends",), ""),
            state._replace(cloud=cloud._replace(window=cloud.window + 1, windows_left=cloud.windows_left - 1)),
            (),
        )
    for place, current in enumerate(runs):
        is_over = current.phase in ("finished", "killed")
        if is_over or (in_turn and any(other.phase in ("begun", "working") for other in runs[:place])):
            continue
        program = programs[place]
        batch = program.requests[current.node]
        got = current.got or (None,) * len(batch)
        for position, request in enumerate(batch):
            if got[position] is not None:
                continue
            maker = (place, current.life)
            for outcome, later, violations in outcomes_of(cloud, request, tasks[place], maker, dialect):
                filled = got[:position] + (outcome,) + got[position + 1 :]
                if None in filled:
                    after = current._replace(phase="working", got=filled)
                else:
                    follower = program.after(current.node, filled)
                    is_end = isinstance(program.requests[follower], Result)
                    after = Run(follower, current.life, "finished" if is_end else "working")
                yield (
                    (place, request, outcome),
                    State(later, kills, runs[:place] + (after,) + runs[place + 1 :]),
                    violations,
                )
        if kills and current.phase == "working":
            for after in (Run(program.start, current.life + 1, "begun"), current._replace(phase="killed", got=None)):
                then = State(cloud, kills - 1, runs[:place] + (after,) + runs[place + 1 :])
                yield (place, ("kill",), after.phase), then, ()


def canonical(state, orders):
    """Return the least of the states that differ only by the order of equal runs."""
    best = None
    for order in orders:
        back = {old: new for new, old in enumerate(order)}
        objects = tuple(
            stored._replace(maker=(back.get(stored.maker[0], stored.maker[0]), stored.maker[1]))
            for stored in state.cloud.objects
        )
        turned = State(state.cloud._replace(objects=objects), state.kills, tuple(state.runs[place] for place in order))
        key = repr(turned)
        if best is None or key < best[0]:
            best = (key, turned)
    return best[1]


class Scenario(NamedTuple):
    """Tasks that run at the same time, or in turn, and what is there before."""

    title: str
    tasks: tuple
    objects: tuple = ()
    tokens: tuple = ()
    in_turn: bool = False


class Found(NamedTuple):
    """What the search found: the number of states, the longest path, and a trace for each violated invariant."""

    states: int
    longest: int
    traces: dict


def explore(scenario, dialect, is_sane):
    """Search all that can happen, from the start to the end of all runs."""
    if dialect["costs_money"]:
        scenario = scenario._replace(tasks=tuple(task._replace(costs_money=True) for task in scenario.tasks))
    tasks = scenario.tasks
    made = {task: Program(task) for task in dict.fromkeys(tasks)}
    programs = [made[task] for task in tasks]
    orders = [tuple(range(len(tasks)))]
    if len(set(tasks)) == 1 and not scenario.in_turn:
        orders = {2: [(0, 1), (1, 0)], 3: [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]}.get(
            len(tasks), orders
        )
    counters = [dialect[name] for name in ("windows", "delays", "unreadable")]
    cloud = Cloud(scenario.objects, scenario.tokens, dialect["faults"], 1, *counters)
    start = State(cloud, dialect["kills"], tuple(Run(program.start, 0, "begun") for program in programs))
    seen, parents, graph, queue, found = {start: 0}, [None], [], [start], {}
    for place, state in enumerate(queue):
        nexts, is_idle = [], True
        for label, later, violations in moves(state, programs, tasks, dialect, scenario.in_turn):
            is_idle = is_idle and label[0] == "-"
            later = canonical(later, orders) if len(orders) > 1 else later
            if later not in seen:
                seen[later] = len(queue)
                queue.append(later)
                parents.append((place, label))
            nexts.append(seen[later])
            for violation in violations:
                found.setdefault(violation, (place, label))
        if is_idle:
            for violation in final_violations(state, programs, scenario, dialect, is_sane):
                found.setdefault(violation, (place, None))
        graph.append(nexts)
        if len(queue) > LIMIT:
            raise RuntimeError("too many states: %s %s" % (scenario.title, dialect))
    longest = longest_path(graph)
    if longest is None:
        found["I7"] = (0, None)
    return Found(len(queue), longest, {name: trace(parents, *at) for name, at in found.items()})


def longest_path(graph):
    """Return the length of the longest path; None if there is a cycle, which is a run that never ends."""
    degree = [0] * len(graph)
    for nexts in graph:
        for node in nexts:
            degree[node] += 1
    ready, depth, count = [node for node, number in enumerate(degree) if number == 0], [0] * len(graph), 0
    while ready:
        node = ready.pop()
        count += 1
        for after in graph[node]:
            depth[after] = max(depth[after], depth[node] + 1)
            degree[after] -= 1
            if degree[after] == 0:
                ready.append(after)
    return max(depth) if count == len(graph) else None


def trace(parents, node, label):
    """Return the labels from the start to a node."""
    steps = [label] if label else []
    while parents[node]:
        node, label = parents[node]
        steps.append(label)
    return steps[::-1]


# -- invariants ----------


def is_same_spelling(name, wanted):
    return planner.normalize_name(name) == planner.normalize_name(wanted) or (
        len(name) >= MIN_CUT_LENGTH and wanted.startswith(name)
    )


def final_violations(state, programs, scenario, dialect, is_sane):
    """Yield the names of the invariants that do not hold at the end of all runs; see test_model.py."""
    tasks = scenario.tasks
    results = {
        place: programs[place].requests[current.node]
        for place, current in enumerate(state.runs)
        if current.phase == "finished"
    }
    for name in sorted({name for task in tasks if task.kind == "present" for name in task.names}):
        yield from _creation_violations(name, state, results, scenario, dialect, is_sane)
    if is_sane and not any(dialect[name] for name in ("faults", "kills", "unreadable")):
        if any(report.problem for result in results.values() for report in result.reports):
            yield "L"
    for place, result in results.items():
        for report in result.reports:
            if not (report.problem or report.changed):
                live = [entry for entry in result.entries if not entry.is_leaving]
                if not _is_confirmed(tasks[place], report, live):
                    yield "I5"


def _creation_violations(name, state, results, scenario, dialect, is_sane):
    objects, tasks = state.cloud.objects, scenario.tasks
    live = [
        number
        for number, stored in enumerate(objects)
        if stored.name == name and stored.is_live and stored.gateway == 0
    ]
    for place, current in enumerate(state.runs):
        for life in range(current.life + 1):
            born = [number for number, item in enumerate(objects) if item.name == name and item.maker == (place, life)]
            if sum(number in live for number in born) > 1:
                yield "I1"
            if len(born) > MAX_CREATE_ATTEMPTS:
                yield "I1b"
            if (
                life == current.life
                and place in results
                and tasks[place].kind == "present"
                and name in tasks[place].names
            ):
                (report,) = [item for item in results[place].reports if item.name == name]
                unreported = {number + 1 for number in born if number in live} - {report.object_id} - set(report.made)
                if unreported and report.problem not in ("Unsettled", "AmbiguousName", "ListFailed"):
                    yield "I1c"
    are_equal = len(set(tasks)) == 1 and tasks[0].kind == "present"
    good = [
        report
        for place, result in results.items()
        if tasks[place].kind == "present"
        for report in result.reports
        if report.name == name and report.problem is None
    ]
    if is_sane and len(live) > 1:
        yield "I2"
    if is_sane and are_equal and good and (len(live) != 1 or any(report.object_id != live[0] + 1 for report in good)):
        yield "I2"
    born = [stored for stored in objects if stored.name == name and stored.maker[0] != "before"]
    # Only a task of the scenario deletes an object, so this is also what all runs bought without need.
    if dialect["costs_money"] and len(live) > 1:
        yield "M"
    if dialect["show"] != "same" and dialect["memory"] == "works" and are_equal and len(born) > 1:
        yield "I6"  # the cloud merely names things differently
    if scenario.in_turn and are_equal:
        by_first = [number for number in live if objects[number].maker[0] in (0, "before")]
        later = [item for item in objects if item.name == name and item.maker[0] not in (0, "before")]
        if by_first and later:
            yield "I6"


def _is_confirmed(task, report, live):
    """Return True if the last list shows what a report without a change claims."""
    if task.kind == "absent":
        return not any(
            not entry.name or planner.normalize_name(entry.name) == planner.normalize_name(report.name)
            for entry in live
        )
    return any(
        entry.object_id == report.object_id
        and entry.item == task.parameters
        and (entry.name == report.name or (entry.name and is_same_spelling(entry.name, report.name)))
        for entry in live
    )
