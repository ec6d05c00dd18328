# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker threads: every item once, no more at a time than allowed, and an end that waits for no thread."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.concurrency import run_concurrently

LONG = 30  # seconds after which a test that hangs fails


def test_all_items_are_done_once_in_as_many_threads_as_allowed():
    """Four calls meet at a barrier, which no fewer threads pass."""
    done, active, most, lock, barrier = [], set(), [], threading.Lock(), threading.Barrier(4)

    def func(item):
        with lock:
            active.add(item)
            most.append(len(active))
        barrier.wait(LONG)
        with lock:
            active.remove(item)
            done.append(item)

    run_concurrently(func, range(40), 4, stop=pytest.fail)
    assert sorted(done) == list(range(40)) and max(most) == 4


def test_no_items_need_no_call():
    run_concurrently(pytest.fail, [], 4, stop=pytest.fail)


def test_fewer_threads_than_asked_for_do_all_items(monkeypatch):
    """The machine allows two threads, and then none, so that the calling thread does everything."""
    done, started, start = [], [], threading.Thread.start

    def start_two(thread):
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    run_concurrently(done.append, range(10), 5, stop=pytest.fail)
    assert sorted(done) == list(range(10)) and len(started) == 2
    callers = []
    run_concurrently(lambda _item: callers.append(threading.current_thread()), range(10), 5, stop=pytest.fail)
    assert callers == [threading.current_thread()] * 10


def test_first_error_is_raised_at_once_and_no_further_call_is_begun(monkeypatch):
    begun, ended, stopped, threads, release = [], [], [], [], threading.Event()
    start = threading.Thread.start

    def note(thread):
        threads.append(thread)
        start(thread)

    def func(item):
        begun.append(item)
        if item == 1:
            raise KeyError(item)
        release.wait(LONG)
        ended.append(item)

    monkeypatch.setattr(threading.Thread, "start", note)
    try:
        with pytest.raises(KeyError):
            run_concurrently(func, range(10), 2, lambda: stopped.append(True))
        # The call under way is not waited for.
        assert stopped == [True] and ended == []
    finally:
        release.set()
    for thread in threads:
        thread.join(LONG)
    # The thread whose call failed may have taken one more item before the error was seen.
    assert sorted(begun)[:2] == [0, 1] and len(begun) <= 3
