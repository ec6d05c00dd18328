# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clientTokens of writes: what makes a creation safe to repeat (API page "General notes", ClientToken idempotence).

A creation's token is derived from the object's name, so that all runs that want the same object, be they parallel,
repeated or restarted, send the same one and get the same answer.
"""

from __future__ import annotations

# Derived tokens of one name that may belong to objects that are gone; after them a random one ends the search.
MOST_TOKENS = 30


def first_token(*names):
    """The clientToken of the creation of the object of these names, the same in every run; a UUID, nothing secret.

    :arg names: the kind of the object (the module that makes it), and what tells it from others of the kind.
    """
    import uuid

    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("baiducloud.network",) + names)))


def next_token(token, object_id, number):
    """The token after one that the API remembers from an object that is gone; the same in every run that meets it.

    :arg object_id: the id that the API remembered, "" where it did not tell.
    :arg number: how many tokens came before; after MOST_TOKENS a random one ends the search.
    """
    import uuid

    return str(uuid.uuid5(uuid.UUID(token), object_id)) if number < MOST_TOKENS else random_token()


def random_token():
    """A clientToken for one write that need not be recognised by other runs; its retries all send it."""
    import uuid

    return str(uuid.uuid4())
