# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that do one deed for many gateways side by side."""

from __future__ import annotations

DEFAULT_CONCURRENCY = 8  # requests under way at the same time
MOST_CONCURRENCY = 64
# Lanes under way for each request that may be: with more than one, no slot is idle while the last lanes end.
LANES_PER_SLOT = 4


class Crew:
    """Threads that work on many items side by side; when the main thread is interrupted no further one is begun."""

    def __init__(self, size):
        from concurrent.futures import ThreadPoolExecutor

        self._pool = ThreadPoolExecutor(size)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._pool.shutdown(wait=exception[0] is None)

    def work(self, deed, items, stop, show=lambda: None):
        """Call deed(item) for all items, and show() now and then, until all are done.

        :arg stop: called when the main thread is interrupted, to end what is under way.
        """
        from concurrent.futures import wait

        waiting = set()
        try:
            for item in items:
                waiting.add(self._pool.submit(deed, item))
            while waiting:
                done, waiting = wait(waiting, timeout=0.5)
                for future in done:
                    future.result()
                show()
        except BaseException:
            for future in waiting:
                future.cancel()
            stop()
            raise
