# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that must never be shown: holding them, and taking them out of a text."""

from __future__ import annotations

import hmac
import json
import re
from urllib.parse import quote, quote_plus

MASK = "********"
MIN_SECRET_LENGTH = 4  # characters; to star out a shorter text would leave no message readable

# A word in which a tunnel's key may hide, and whether it may.
KEY_SYMBOLS = "!@#$%^*()_"
MIN_ACCOUNT_KEY_LENGTH = 24  # characters; those in use have 32
KEY_PATTERN = re.compile("[A-Za-z0-9%s]{8,}" % re.escape(KEY_SYMBOLS))


def looks_like_tunnel_key(word):
    """True if letters, digits and symbols are all present, as in every key."""
    return all(re.search(kind, word) for kind in ("[A-Za-z]", "[0-9]", "[%s]" % re.escape(KEY_SYMBOLS)))


def contains_possible_key(text):
    """True if a word of the text may be a tunnel's key, or is as long as the account's keys."""
    return any(looks_like_tunnel_key(word) or len(word) >= MIN_ACCOUNT_KEY_LENGTH for word in KEY_PATTERN.findall(text))


def safe_repr(value):
    """The value as an error text shows it; people put keys into wrong options, and those stay hidden."""
    try:
        shown = repr(value)
    except ValueError:
        return "a number of too many digits"
    if contains_possible_key(shown):
        return "another text (not shown, as it looks like a key)"
    return shown if len(shown) <= 80 else shown[:80] + "…"


class Secret:
    """A secret text that no print, repr, format, JSON dump or traceback shows; only reveal() does."""

    __slots__ = ("_spellings", "_text")

    def __init__(self, text):
        # A lone surrogate, which JSON can bring along, could be neither compared nor quoted.
        self._text = text.encode("utf-8", "replace").decode("utf-8")
        self._spellings = None

    def reveal(self):
        """The text itself, for the wire and for nothing else."""
        return self._text

    def encodings(self):
        """The spellings in which an answer may echo the text; none for one too short to be told from other words."""
        if self._spellings is None:
            plain, found = self._text, set()
            if len(plain) >= MIN_SECRET_LENGTH:
                found.update((plain, quote(plain, safe=""), quote(plain), quote_plus(plain)))
                found.update(json.dumps(plain, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
            self._spellings = found
        return self._spellings

    def __eq__(self, other):
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode("utf-8"), other._text.encode("utf-8"))

    def __hash__(self):
        return hash(self._text)

    def __repr__(self):
        return MASK

    __str__ = __repr__


def redact(text, secrets):
    """The text with every one of the secrets replaced by stars, in any spelling in which an answer may echo it.

    :arg secrets: iterable of Secret.
    """
    if not text:
        return text
    encodings = {spelling for secret in secrets for spelling in secret.encodings()}
    # All places first and then one cut for each run of them: of overlapping secrets no rest may stay behind.
    parts, kept = [], 0
    for start, end in sorted(place for spelling in encodings for place in _occurrences(text, spelling)):
        if start >= kept:
            parts += [text[kept:start], MASK]
        kept = max(kept, end)
    return "".join(parts) + text[kept:]


def _occurrences(text, spelling):
    start = text.find(spelling)
    while start >= 0:
        yield start, start + len(spelling)
        start = text.find(spelling, start + 1)


def redact_nested(value, secrets):
    """A JSON-like value with conceal() applied to every text in it."""
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {name: redact_nested(item, secrets) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_nested(item, secrets) for item in value]
    return value
