# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold secrets so that nothing shows them, and redact them from texts."""

from __future__ import annotations

import hmac
import json
import re
from typing import Any, Callable, Iterable, Iterator, Pattern
from urllib.parse import quote, quote_plus

MASK = "********"
MIN_SECRET_LENGTH = 4  # characters; redacting shorter texts would leave no message readable
MAX_SECRET_CHARS = 4096  # of a secret that is found although a text is cut
MAX_SCANNED_CHARS = 65536  # of a response
MAX_EXCERPT_CHARS = 300  # of a foreign text in a message
MAX_SINGLE_SEARCHES = 8  # up to so many texts are searched for one by one

HIDDEN = "another text (not shown, as it looks like a key)"
REDACTED_NAME = "(name not shown, it looks like a key)"
KEY_SYMBOLS = "!@#$%^*()_"
KEY_KINDS = {"letter": "[A-Za-z]", "digit": "[0-9]", "symbol": "[%s]" % re.escape(KEY_SYMBOLS)}
MIN_KEY_LENGTH = 8  # characters, of a tunnel's key and of a security token
MIN_ACCOUNT_KEY_LENGTH = 24  # characters; those in use have 32
KEY_PATTERN = re.compile("[A-Za-z0-9%s]{8,}" % re.escape(KEY_SYMBOLS))  # of a tunnel; see looks_like_tunnel_key()
JSON_ESCAPED = re.compile(r"[^ !#-\[\]-~]")  # characters that a JSON encoder may escape
INVISIBLE = "\u200b\u2060\ufeff"  # characters that copying adds, and that str.strip() keeps


def trim(text: str) -> str:
    """Return a text without blanks, line ends and invisible characters at its ends."""
    return text.strip().strip(INVISIBLE).strip()


def printable(text: str) -> str:
    """Return a text in which control and invisible characters are escaped as repr() does it."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def looks_like_tunnel_key(word: str) -> bool:
    """Return whether a word has letters, digits and symbols, as every tunnel key."""
    return all(re.search(kind, word) for kind in KEY_KINDS.values())


def contains_possible_key(text: str) -> bool:
    """Return whether a word of the text may be a key of a tunnel or of the account."""
    return any(looks_like_tunnel_key(word) or len(word) >= MIN_ACCOUNT_KEY_LENGTH for word in KEY_PATTERN.findall(text))


def may_be_secret(text: str) -> bool:
    """Return whether a text that no message needs may be a secret: it is long enough, with letters and digits."""
    return len(text) >= MIN_KEY_LENGTH and any(map(str.isalpha, text)) and any(map(str.isdigit, text))


def safe_repr(value: object) -> str:
    """Return repr(value) for an error text, unless it looks like a key in the wrong option."""
    try:
        shown = repr(value)
    except ValueError:
        return "a number of too many digits"
    if contains_possible_key(shown):
        return HIDDEN
    return shown if len(shown) <= 80 else shown[:80] + "…"


def safe_name(name: object) -> str:
    """Return the name of an unknown option or variable for an error text; it may be a key in the wrong place."""
    return REDACTED_NAME if contains_possible_key(str(name)) else printable(str(name))


def truncate(text: str) -> str:
    """Return a text on one line, printable, and cut to MAX_EXCERPT_CHARS."""
    text = " ".join(text.split())
    text = text if len(text) <= MAX_EXCERPT_CHARS else text[:MAX_EXCERPT_CHARS] + "…"
    return "".join(character if character.isprintable() else "?" for character in text)


class Secret:
    """A secret text that only reveal() shows."""

    __slots__ = ("_encodings", "_text")

    def __init__(self, text: str) -> None:
        # Encoded, because a lone surrogate, which JSON can contain, could be neither compared nor quoted.
        self._text = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        self._encodings: set[str] | None = None

    def reveal(self) -> str:
        return self._text

    def encodings(self) -> set[str]:
        """Return the forms in which a response may echo the text; none if it is shorter than MIN_SECRET_LENGTH."""
        if self._encodings is None:
            text = self._text
            found = {text, quote(text, safe="")}
            # Without a slash or a blank, quote() and quote_plus() return the same as quote(safe='').
            if "/" in text or " " in text:
                found |= {quote(text), quote_plus(text)}
            if JSON_ESCAPED.search(text):
                found.update(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
            self._encodings = found if len(text) >= MIN_SECRET_LENGTH else set()
        return self._encodings

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode("utf-8"), other._text.encode("utf-8"))

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__


class TextIndex:
    """Texts that are searched for together.

    With more than MAX_SINGLE_SEARCHES texts the time does not depend on their number, except for texts shorter than
    MIN_SECRET_LENGTH.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._lengths: dict[str, set[int]] = {}  # by the first MIN_SECRET_LENGTH characters
        self._short: set[str] = set()  # texts that have fewer
        self.update(texts)

    def update(self, texts: Iterable[str]) -> None:
        for text in texts:
            if len(text) < MIN_SECRET_LENGTH:
                self._short.add(text)
            else:
                self._texts.add(text)
                self._lengths.setdefault(text[:MIN_SECRET_LENGTH], set()).add(len(text))

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the begin and end of every occurrence."""
        few = len(self._texts) <= MAX_SINGLE_SEARCHES
        for single in (*self._short, *self._texts) if few else tuple(self._short):
            start = text.find(single)
            while start >= 0:
                yield start, start + len(single)
                start = text.find(single, start + 1)
        for start in range(0 if few else len(text) - MIN_SECRET_LENGTH + 1):
            for length in tuple(self._lengths.get(text[start : start + MIN_SECRET_LENGTH], ())):
                end = start + length
                if end <= len(text) and text[start:end] in self._texts:
                    yield start, end


class SecretSet:
    """Secrets that are searched for together. Threads may share one. Encodings are made for the first search."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = set(secrets)
        self._indexed: set[Secret] = set()
        self._index = TextIndex()

    def __iter__(self) -> Iterator[Secret]:
        return iter(tuple(self._secrets))

    def add(self, secret: Secret) -> None:
        self._secrets.add(secret)

    def update(self, secrets: Iterable[Secret]) -> None:
        self._secrets.update(secrets)

    def redact(self, text: str) -> str:
        """Return the text with every secret, in every encoding, replaced by MASK."""
        if len(self._indexed) != len(self._secrets):
            for secret in self._secrets.copy() - self._indexed:
                self._index.update(secret.encodings())
                self._indexed.add(secret)  # last, because another thread relies on it
        # All occurrences first, so that nothing of overlapping secrets remains.
        found = sorted(self._index.occurrences(text))
        if not found:
            return text
        parts: list[str] = []
        kept = 0
        for start, end in found:
            if start >= kept:
                parts += [text[kept:start], MASK]
            kept = max(kept, end)
        return "".join(parts) + text[kept:]


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Return the text with every secret, in every encoding, replaced by MASK."""
    return (secrets if isinstance(secrets, SecretSet) else SecretSet(secrets)).redact(text) if text else text


def redact_nested(value: Any, secrets: Iterable[Secret]) -> Any:
    """Return a JSON-like value with all of its texts redacted."""
    secrets = secrets if isinstance(secrets, SecretSet) else SecretSet(secrets)
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {name: redact_nested(item, secrets) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_nested(item, secrets) for item in value]
    return value


class Redactor:
    """Make foreign texts fit for messages. Threads may share one.

    :param account: the account's keys; a code or an id that contains one of them is not shown at all.
    :param secrets: further ones, such as the password of a proxy.
    """

    def __init__(self, account: Iterable[Secret], secrets: Iterable[Secret] = ()) -> None:
        self._account = SecretSet(account)
        self._secrets = SecretSet((*self._account, *secrets))
        self._pattern: Pattern[str] | None = None
        self._is_secret: Callable[[str], bool] = bool
        self._allowed: set[str | None] = set()

    def add(self, *secrets: Secret) -> None:
        self._secrets.update(secrets)

    def redact_pattern(self, pattern: Pattern[str], is_secret: Callable[[str], bool]) -> None:
        """Redact every match for which is_secret() is true: it may be the key of another tunnel."""
        self._pattern, self._is_secret = pattern, is_secret

    def allow(self, *words: str | None) -> None:
        """Exempt names from redact_pattern()."""
        self._allowed.update(words)

    def redact(self, text: str) -> str:
        """Return a text without the secrets and the words that may be one."""
        text = redact(text, self._secrets)
        if self._pattern:
            text = self._pattern.sub(lambda word: MASK if self._may_be_secret(word.group()) else word.group(), text)
        return text

    def sanitize(self, text: str) -> str:
        """Return an excerpt of a foreign text: redacted, on one line, printable."""
        is_whole = len(text) <= MAX_SCANNED_CHARS
        text = self.redact(text[:MAX_SCANNED_CHARS])
        # A secret that is cut in two would not be recognised.
        return truncate(text if is_whole else text[:-MAX_SECRET_CHARS])

    def excerpt(self, content: bytes) -> str:
        """Return a quoted excerpt of a foreign body, or "empty"."""
        if not content.strip():
            return "empty"
        return repr(self.sanitize(content[: MAX_SCANNED_CHARS + 1].decode("utf-8", "replace")))

    def safe_identifier(self, value: object) -> str | None:
        """Return a code or an id as the API writes them, None for anything else and what may be a secret."""
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", value):
            return None
        if self._pattern and self._pattern.fullmatch(value) and self._may_be_secret(value):
            return None
        return value if redact(value, self._account) == value else None

    def _may_be_secret(self, word: str) -> bool:
        return self._is_secret(word) and word not in self._allowed
