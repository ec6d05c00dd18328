# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests run at a time, in which order, and the pause that all threads of a client share."""

from __future__ import annotations

import threading

from ansible_collections.baiducloud.network.plugins.module_utils._bce.limits import FairSemaphore, SharedPause
from fake_clock import RecordingClock
from scripted_server import Jitter

MAX_WAIT = 30  # seconds, for a thread that would never end


def test_semaphore_serves_threads_in_the_order_of_their_arrival():
    """A thread that releases its slot and wants it again waits behind those that came before."""
    semaphore = FairSemaphore(1)
    served = []

    def work(number):
        for _time in range(3):
            with semaphore:
                served.append(number)
                # Until the others wait too, so that the order of arrival is known.
                while len(semaphore._waiting) < 2 and len(served) < 7:
                    pass

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT)
    assert len(served) == 9
    assert all(set(served[start : start + 3]) == {0, 1, 2} for start in range(6))


def test_semaphore_admits_as_many_threads_as_it_has_slots():
    semaphore = FairSemaphore(2)
    inside = threading.Barrier(2)
    count, counts = [], []

    def work():
        with semaphore:
            count.append(1)
            counts.append(len(count))
            inside.wait(MAX_WAIT)
            count.pop()

    threads = [threading.Thread(target=work, daemon=True) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT)
    assert len(counts) == 6 and max(counts) == 2


def test_semaphore_slot_is_free_again_after_an_exception():
    semaphore = FairSemaphore(1)
    for _time in range(2):
        try:
            with semaphore:
                raise KeyError
        except KeyError:
            pass


def test_rate_limit_is_waited_for_with_jitter_by_all_threads():
    clock, jitter = RecordingClock(), Jitter()
    pause = SharedPause(clock, jitter)
    pause.extend_rate_limit(2.0)
    pause.extend_rate_limit(1.0)
    pause.wait_for_rate_limit()
    assert clock.pauses == [2.5] and jitter.asked == [(0, 0.5)]
    pause.wait_for_rate_limit()
    assert clock.pauses == [2.5]


def test_rate_limit_that_is_extended_while_it_is_waited_for_is_waited_for_again():
    clock = RecordingClock()
    pause = SharedPause(clock, Jitter(0.0))
    sleep = clock.sleep

    def extend_and_sleep(seconds):
        if not clock.pauses:
            pause.extend_rate_limit(5.0)
        sleep(seconds)

    clock.sleep = extend_and_sleep
    pause.extend_rate_limit(2.0)
    pause.wait_for_rate_limit()
    assert clock.pauses == [2.0, 3.0]


def test_sleep_is_in_pieces_that_cancel_ends():
    clock = RecordingClock()
    pause = SharedPause(clock, Jitter(0.0))
    pause.sleep(20.0)
    assert clock.pauses == [8.0, 8.0, 4.0]
    sleep = clock.sleep

    def sleep_and_cancel(seconds):
        sleep(seconds)
        pause.cancel()

    clock.sleep = sleep_and_cancel
    pause.sleep(20.0)
    assert clock.pauses == [8.0, 8.0, 4.0, 8.0]
    pause.extend_rate_limit(60.0)
    pause.wait_for_rate_limit()
    assert len(clock.pauses) == 4
