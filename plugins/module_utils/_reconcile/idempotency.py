# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Derive the client tokens of writes, which make a creation safe to repeat (API page "General notes", idempotence).

The tokens of a creation are derived from the object's name, so that all runs for the same object, whether parallel,
repeated or restarted, send the same ones and get the same responses. The API replays the response to a token for 24
hours, so a name whose object was deleted needs another token. The number of a token decides which is the next.

Two releases must derive the same tokens: nothing here may change.
"""

from __future__ import annotations

WINDOW_SECONDS = 60  # how long the tokens after the shared ones stay the same, by the API's own clock


def derive_token(*names: str) -> str:
    """Return the first client token of the creation of an object, the same in every run; it holds nothing secret.

    :param names: the kind of the object (its module), and what distinguishes it from others of the kind.
    """
    import uuid

    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("baiducloud.network",) + names)))


def creation_token(names: tuple[str, ...], number: int, window: int) -> str:
    """Return a client token of a creation.

    :param names: see derive_token().
    :param number: 0 for the first token, 1 for the next.
    :param window: the time window of the token, 0 for one that never changes.
    """
    import uuid

    first = derive_token(*names)
    if number == 0:
        return first
    return str(uuid.uuid5(uuid.UUID(first), "window/%d" % window if window else str(number)))


def time_window(seconds: float) -> int:
    """Return the time window of a time of day.

    :param seconds: since the epoch.
    """
    return int(seconds // WINDOW_SECONDS)


def random_token() -> str:
    """Return a client token for one write that no other run sends; all its attempts send it."""
    import uuid

    return str(uuid.uuid4())
