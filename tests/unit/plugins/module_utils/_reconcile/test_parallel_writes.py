# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes of one scope in parallel, until one meets a busy scope."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.parallel_writes import ParallelWrites

LONG = 30  # seconds after which a test that hangs fails


def test_results_of_parallel_calls_are_in_the_order_of_the_items():
    """Four calls meet at a barrier, which no fewer threads pass."""
    barrier = threading.Barrier(4)

    def double(item):
        barrier.wait(LONG)
        return 2 * item

    assert ParallelWrites(4).call_all(double, range(40)) == tuple(range(0, 80, 2))


def test_one_parallel_write_is_sent_by_the_calling_thread():
    order, threads = ParallelWrites(1), []
    order.call_all(lambda _item: threads.append(threading.current_thread()), range(3))
    assert threads == [threading.current_thread()] * 3
    order.begin()
    assert not order.is_shared() and not order.serialize()


def test_writes_after_the_first_busy_one_are_sent_alone_in_order():
    """Three writes overlap and all meet a busy scope; then each is alone, and so are those that begin later."""
    order, together = ParallelWrites(3), threading.Barrier(3)
    running, most, sent, lock = set(), [], [], threading.Lock()

    def send(item):
        with lock:
            running.add(item)
            most.append(len(running))
            sent.append(item)
        with lock:
            running.remove(item)

    def write(item):
        order.begin()
        if item < 3:
            assert order.is_shared()
            together.wait(LONG)
            assert order.serialize()
        assert not order.is_shared() and not order.serialize()
        send(item)
        order.end()
        return item

    assert order.call_all(write, range(12)) == tuple(range(12))
    assert max(most) == 1 and sorted(sent) == list(range(12))


def test_write_of_its_own_turn_waits_for_those_under_way():
    """One write meets a busy scope while another one is under way: it goes on when that one has ended."""
    order, events, begun, may_end = ParallelWrites(2), [], threading.Event(), threading.Event()

    def write(item):
        order.begin()
        if item == 0:
            begun.set()
            assert may_end.wait(LONG)
        else:
            assert begun.wait(LONG)
            may_end.set()
            assert order.serialize()
        events.append(item)
        order.end()

    order.call_all(write, range(2))
    assert events == [0, 1]


def test_threads_of_all_scopes_of_a_task_are_limited():
    """Two scopes may start three threads together: of the second one, that of the caller does the rest."""
    threads, running, may_end = threading.Semaphore(3), [], threading.Event()
    first = ParallelWrites(8, threads)

    def hold(_item):
        running.append(threading.current_thread())
        assert may_end.wait(LONG)

    holder = threading.Thread(target=first.call_all, args=(hold, range(3)))
    holder.start()
    try:
        while len(running) < 3:
            assert holder.is_alive()
        callers = ParallelWrites(8, threads).call_all(lambda _item: threading.current_thread(), range(5))
        assert callers == (threading.current_thread(),) * 5
    finally:
        may_end.set()
        holder.join(LONG)
    assert len(set(ParallelWrites(8, threads).call_all(lambda _item: threads.acquire(blocking=False), range(3)))) == 1


def test_interruption_of_the_wait_for_a_turn_leaves_the_other_writes_as_they_are(monkeypatch):
    writes = ParallelWrites(2)
    other = threading.Thread(target=writes.begin)
    other.start()
    other.join(LONG)
    writes.begin()

    def interrupt(_condition):
        raise KeyboardInterrupt

    monkeypatch.setattr(writes._changed, "wait_for", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writes.serialize()
    writes.end()
    assert (writes._running, list(writes._waiting)) == (1, [])
