# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deeds side by side: all of them once, no more at a time than asked for, and an end that waits for nobody."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.concurrency import run_concurrently


def test_all_items_are_done_once_and_no_more_at_a_time_than_asked_for():
    done, under_way, most = [], set(), []

    def func(item):
        under_way.add(item)
        most.append(len(under_way))
        time.sleep(0.005)
        under_way.remove(item)
        done.append(item)

    run_concurrently(func, range(40), 4, stop=pytest.fail)
    assert sorted(done) == list(range(40)) and max(most) == 4
    run_concurrently(pytest.fail, [], 4, stop=pytest.fail)


def test_where_the_machine_allows_fewer_threads_those_do_all(monkeypatch):
    done, started, start = [], [], threading.Thread.start

    def start_two(thread):
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    run_concurrently(done.append, range(10), 5, stop=pytest.fail)
    assert sorted(done) == list(range(10)) and len(started) == 2
    with pytest.raises(RuntimeError):
        run_concurrently(done.append, range(10), 5, lambda: None)
    assert len(done) == 10


def test_the_first_error_is_raised_at_once_and_nothing_more_is_begun():
    begun, stopped, gate = [], [], threading.Event()

    def func(item):
        begun.append(item)
        if item == 1:
            raise KeyError(item)
        gate.wait(30)

    started = time.monotonic()
    try:
        with pytest.raises(KeyError):
            run_concurrently(func, range(10), 2, lambda: stopped.append(True))
        assert time.monotonic() - started < 10 and stopped == [True]
    finally:
        gate.set()
    time.sleep(0.1)
    # The thread whose deed failed may have taken one more before the caller heard of it.
    assert sorted(begun)[:2] == [0, 1] and len(begun) <= 3
