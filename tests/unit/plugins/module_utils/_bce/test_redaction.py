# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Secret never shows itself, and nothing of one stays in a redacted text."""

from __future__ import annotations

import json
import logging
import pprint
import sys
import traceback
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import redaction
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import (
    MASK,
    Redactor,
    Secret,
    redact,
    redact_nested,
)

KEY = "ddd22@www"

WAYS_TO_SHOW = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": format,
    "str.format": "{0} {0!r} {0!s}".format,
    "percent": lambda secret: "%s %r %20s" % (secret, secret, secret),
    "f-string": lambda secret: f"{secret} {secret!r} {secret=}",
    "in a list and a dict": lambda secret: str([secret, {"key": secret}, (secret,)]),
    "pprint": lambda secret: pprint.pformat({"key": secret}),
    "json with str": lambda secret: json.dumps({"key": secret}, default=str),
    "log record": lambda secret: logging.LogRecord("n", 10, "p", 1, "key %s", (secret,), None).getMessage(),
    "exception": lambda secret: "".join(traceback.format_exception_only(ValueError(secret))),
}


@pytest.mark.parametrize("way", WAYS_TO_SHOW)
def test_secret_that_is_shown_in_any_way_is_a_mask(way):
    shown = WAYS_TO_SHOW[way](Secret(KEY))
    assert KEY not in shown
    assert MASK in shown


@pytest.mark.parametrize("way", [json.dumps, vars, lambda secret: f"{secret:>20}", lambda secret: secret.__dict__])
def test_secret_where_it_cannot_be_masked_is_an_error_without_its_text(way):
    with pytest.raises((TypeError, AttributeError)) as caught:
        way(Secret(KEY))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_secret_in_a_traceback_with_local_variables_is_a_mask():
    def use(secret):
        raise RuntimeError("no connection with %s" % secret)

    shown = ""
    try:
        use(Secret("-".join(["ddd22", "@www"])))
    except RuntimeError:
        shown = "".join(traceback.TracebackException(*sys.exc_info(), capture_locals=True).format())
    assert "secret = " + MASK in shown
    assert "ddd22-@www" not in shown


def test_secrets_are_equal_if_their_texts_are():
    assert Secret(KEY) == Secret(KEY)
    assert {Secret(KEY), Secret(KEY)} == {Secret(KEY)}
    assert Secret(KEY) != Secret(KEY + " ")
    assert Secret(KEY) != KEY
    assert Secret("clé") != Secret("cle")
    assert Secret(KEY).reveal() == KEY


ENCODINGS = {
    "plain": str,
    "in a JSON string": lambda text: json.dumps(text)[1:-1],
    "in a JSON string of UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in a URL's query": lambda text: quote(text, safe=""),
    "in a URL's path": quote,
    "in a form": quote_plus,
}


@pytest.mark.parametrize("text", [KEY, "a b/c+d=%e", 'quo"te\\back\tslash', "clé-密钥", 'clé"密\\钥'])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_secret_in_any_encoding_is_redacted(encoding, text):
    encoded = ENCODINGS[encoding](text)
    assert redact(f"bad value <{encoded}>, {encoded}", [Secret(text)]) == f"bad value <{MASK}>, {MASK}"


# The text around secrets is made of other characters, so that what is found in the result is a secret's.
_SECRETS = st.lists(st.text('abcAB12@#%/+"\\ é密', min_size=4, max_size=8), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None, database=None)
@given(
    texts=_SECRETS,
    parts=st.lists(st.integers(0, 3), max_size=5),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    around=st.text(".,:-", max_size=3),
)
@example(texts=["aabbcc", "abbcc"], parts=[0, 1], encoding="plain", around="")
@example(texts=["ab12", "ab12ab12"], parts=[1, 0], encoding="plain", around="")
def test_secrets_in_any_number_and_encoding_are_redacted(texts, parts, encoding, around):
    encoded = [ENCODINGS[encoding](texts[part % len(texts)]) for part in parts]
    hidden = redact(around.join(["", *encoded, ""]), [Secret(text) for text in texts])
    rest = hidden.replace(MASK, " " * 3 + "?")
    assert [text for text in texts + encoded if text.strip() and text in rest] == []


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.text("ab1@", min_size=4, max_size=12), cuts=st.lists(st.tuples(st.integers(0, 8), st.integers(4, 7))))
@example(text="abc1@def", cuts=[(0, 5), (3, 5)])
def test_secrets_that_overlap_are_redacted_completely(text, cuts):
    secrets = [text[start : start + length] for start, length in cuts if len(text[start : start + length]) >= 4]
    assume(secrets)
    covered = set()
    for secret in secrets:
        for start in range(len(text)):
            if text.startswith(secret, start):
                covered.update(range(start, start + len(secret)))
    kept = "".join(letter for place, letter in enumerate(text) if place not in covered)
    assert redact(text, [Secret(secret) for secret in secrets]).replace("*", "") == kept


def redact_one_by_one(text, secrets):
    """Return the text as redact() does, with a search for each encoding of each secret."""
    hidden = set()
    for secret in secrets if min(map(len, secrets), default=0) >= redaction.MIN_SECRET_LENGTH else ():
        for encoded in {encode(secret) for encode in ENCODINGS.values()}:
            found = [start for start in range(len(text)) if text.startswith(encoded, start)]
            hidden.update((start, start + len(encoded)) for start in found)
    result, kept = "", 0
    for start, end in sorted(hidden):
        result += text[kept:start] + MASK if start >= kept else ""
        kept = max(kept, end)
    return result + text[kept:]


@settings(max_examples=500, deadline=None, database=None)
@given(
    st.lists(st.text('aAb@ /"\\é', min_size=4, max_size=6), max_size=20, unique=True),
    st.lists(st.text('aAb@ /"\\é%+u024', max_size=12) | st.integers(0, 119), max_size=8),
)
@example(secrets=["aabbaa", "abba", "AABBAA", "a b/@"], parts=["xaabbaabbaa", "aAbB", 3, 21, 22, 23])
def test_texts_are_redacted_in_one_search_as_one_by_one(secrets, parts):
    """A number stands for one of the secrets in one of its encodings. Few are searched one after the other."""
    encodings = list(ENCODINGS.values())
    text = "".join(
        part if isinstance(part, str) else encodings[part % 6](secrets[part // 6 % len(secrets)]) if secrets else ""
        for part in parts
    )
    expected, limit = redact_one_by_one(text, secrets), redaction.MAX_SINGLE_SEARCHES
    for redaction.MAX_SINGLE_SEARCHES in (0, limit, 1000):
        assert redact(text, [Secret(secret) for secret in secrets]) == expected
    redaction.MAX_SINGLE_SEARCHES = limit


class CountingText(str):
    """A text that counts how often a part of it is looked up or searched for."""

    count = 0

    def __getitem__(self, place):
        CountingText.count += 1
        return str.__getitem__(self, place)

    def find(self, *arguments):
        CountingText.count += 1
        return str.find(self, *arguments)


def test_searches_in_a_text_do_not_grow_with_the_number_of_secrets():
    counts = []
    for number in (10, 100, 1000):
        index = redaction.TextIndex("Aa%06d@%s" % (i, end) for i in range(number) for end in ("", "w"))
        CountingText.count = 0
        assert list(index.occurrences(CountingText("x" * 20 + "Aa000003@" + "y" * 20))) == [(20, 29)]
        counts.append(CountingText.count)
    assert len(set(counts)) == 1


def test_encodings_of_a_secret_are_made_for_the_first_search():
    secret = Secret(KEY)
    secrets = redaction.SecretSet([secret])
    assert secret._encodings is None
    assert secrets.redact("a %s b" % KEY) == "a %s b" % MASK
    secrets.add(Secret("another@1"))
    assert secrets.redact("another@1") == MASK


def test_secret_that_is_too_short_is_not_redacted():
    text = "the gateway has no tunnel"
    assert redact(text, [Secret("e"), Secret("no"), Secret("the")]) == text


def test_text_without_secrets_is_not_changed():
    text = "The gateway vpn-119bd69b has no tunnel 100%"
    assert redact(text, []) == text
    assert redact(text, [Secret("")]) == text
    assert redact(text, [Secret(KEY)]) == text


def test_redact_nested_redacts_every_text_of_a_json_value():
    value = {"a": [KEY, 7, None, {"b": f"<{KEY}>"}], "c": (KEY,), "d": True}
    redacted = {"a": [MASK, 7, None, {"b": f"<{MASK}>"}], "c": [MASK], "d": True}
    assert redact_nested(value, [Secret(KEY)]) == redacted


# --- the redactor of a client ---

ACCOUNT = [Secret("0b0f67dfb88244b289b72b142befad0c"), Secret("bad522c2126a4618a8125f4b6cf6356f")]


def make_redactor(**options):
    redactor = Redactor(ACCOUNT, **options)
    redactor.redact_pattern(redaction.KEY_PATTERN, redaction.looks_like_tunnel_key)
    return redactor


def test_redactor_redacts_the_account_and_what_is_added():
    redactor = Redactor(ACCOUNT, [Secret("proxy-password")])
    redactor.add(Secret("added-secret"))
    text = "0b0f67dfb88244b289b72b142befad0c proxy-password added-secret other-secret"
    assert redactor.redact(text) == f"{MASK} {MASK} {MASK} other-secret"


def test_redactor_redacts_words_that_may_be_a_key_except_allowed_ones():
    redactor = make_redactor()
    redactor.allow("name_of_tunnel_1")
    redactor.allow(None)
    assert redactor.redact("no key: ddd22@www, name_of_tunnel_1, plainword12") == (
        f"no key: {MASK}, name_of_tunnel_1, plainword12"
    )


@pytest.mark.parametrize("length", [1, 270, 283, 288, 290, 295, 299, 300, 65530, 70000])
def test_redactor_cuts_a_text_without_showing_a_part_of_a_secret(length):
    redactor = Redactor(())
    redactor.add(Secret(KEY))
    for text in ("x" * length + KEY, "x" * length + KEY + "y" * 70000, KEY + "x" * length):
        excerpt = redactor.sanitize(text)
        assert KEY[:3] not in excerpt
        assert len(excerpt) <= redaction.MAX_EXCERPT_CHARS + 1
    assert "x" * min(length, 290) in redactor.sanitize("x" * length + KEY)


def test_redactor_returns_a_text_on_one_line_without_control_characters():
    assert Redactor(()).sanitize("a\n  b\tc\x1b[31m") == "a b c?[31m"


@pytest.mark.parametrize(
    ("content", "excerpt"),
    [(b"", "empty"), (b" \r\n", "empty"), (b"<html>", "'<html>'"), (b"\xff", "'\ufffd'"), (b"ddd22@www", f"'{MASK}'")],
)
def test_redactor_quotes_a_body(content, excerpt):
    assert make_redactor().excerpt(content) == excerpt


@pytest.mark.parametrize("value", ["NoSuchObject", "r-1", "a.b_c", "A" * 128, "name_of_tunnel_1"])
def test_redactor_returns_an_identifier_as_it_is(value):
    redactor = make_redactor()
    redactor.allow("name_of_tunnel_1")
    assert redactor.safe_identifier(value) == value


@pytest.mark.parametrize(
    "value",
    ["", "a b", "-a", "A" * 129, 7, None, ["a"], "name_of_tunnel_1", "r-bad522c2126a4618a8125f4b6cf6356f", "a\n"],
)
def test_redactor_returns_no_identifier_for_anything_else(value):
    assert make_redactor().safe_identifier(value) is None


def test_redactor_shows_an_identifier_that_contains_a_word_of_a_proxy_password():
    """Such a word may be part of every code; an identifier of the account's keys is another matter."""
    assert Redactor((), [Secret("Such")]).safe_identifier("NoSuchObject") == "NoSuchObject"
