# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that do one deed for many gateways side by side."""

from __future__ import annotations

DEFAULT_CONCURRENCY = 8  # requests under way at the same time
MAX_CONCURRENCY = 64
# Lanes under way for each request that may be: with more than one, no slot is idle while the last lanes end.
THREADS_PER_REQUEST_SLOT = 4


def run_concurrently(func, items, size, stop, show=lambda: None):
    """Call deed(item) for all items in `size` threads, and show() now and then, until all are done.

    What a deed raises, or an interruption of the calling thread, is raised at once: no further deed is begun then, and
    those under way are left to themselves.

    :arg stop: called in that case, to end what is under way.
    """
    from collections import deque
    from queue import Empty, SimpleQueue
    from threading import Thread

    waiting, outcomes = deque(items), SimpleQueue()
    left = len(waiting)

    def serve():
        while True:
            try:
                item = waiting.popleft()
            except IndexError:
                return
            try:
                func(item)
            except BaseException as error:
                outcomes.put(error)
            else:
                outcomes.put(None)

    try:
        for running in range(min(size, left)):
            # A daemon, as Python would not end, nor Ansible's worker go on, before all others have their answers.
            try:
                Thread(target=serve, daemon=True).start()
            except RuntimeError:  # the machine allows no more; those that run do all items too
                if not running:
                    raise
                break
        while left:
            try:
                error = outcomes.get(timeout=0.5)
            except Empty:
                pass
            else:
                left -= 1
                if error is not None:
                    raise error
            show()
    except BaseException:
        waiting.clear()
        stop()
        raise
