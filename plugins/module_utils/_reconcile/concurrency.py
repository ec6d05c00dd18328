# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worker threads that call one function for many items."""

from __future__ import annotations

from typing import Any, Callable, Iterable

DEFAULT_CONCURRENCY = 8  # requests in flight at the same time
MAX_CONCURRENCY = 64
# Threads for each request that may be in flight: with more than one, no slot is idle while the last items end.
THREADS_PER_REQUEST_SLOT = 4
PROGRESS_INTERVAL = 0.5  # seconds


def run_concurrently(
    func: Callable[[Any], object],
    items: Iterable[Any],
    size: int,
    stop: Callable[[], object],
    show: Callable[[], object] = lambda: None,
) -> None:
    """Call func(item) for all items in worker threads, until all are done.

    :param size: the number of threads; if it is 0, or the machine allows none, the calling thread does everything.
    :param stop: called if a call or the calling thread is interrupted, to end what is under way.
    :param show: called now and then, to report progress.
    :raises BaseException: what a call raises, at once: no further call is begun then, and those under way are not
        waited for.
    """
    from collections import deque
    from queue import Empty, SimpleQueue
    from threading import Thread

    waiting: deque[Any] = deque(items)
    results: SimpleQueue[Any] = SimpleQueue()
    remaining = len(waiting)
    has_threads = False

    def work() -> None:
        while True:
            try:
                item = waiting.popleft()
            except IndexError:
                return
            try:
                func(item)
            except BaseException as error:
                results.put(error)
            else:
                results.put(None)

    try:
        for _thread in range(min(size, remaining)):
            # A daemon, because a thread blocked on a response must keep neither Python nor Ansible's worker alive.
            try:
                Thread(target=work, daemon=True).start()
            except RuntimeError:  # the machine allows no more threads; those that run do all items too
                break
            has_threads = True
        while waiting and not has_threads:
            func(waiting.popleft())
            remaining -= 1
            show()
        while remaining:
            try:
                error = results.get(timeout=PROGRESS_INTERVAL)
            except Empty:
                pass
            else:
                remaining -= 1
                if error is not None:
                    raise error
            show()
    except BaseException:
        waiting.clear()
        stop()
        raise
