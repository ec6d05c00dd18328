# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Secret never shows itself, and conceal() leaves nothing of one in a text."""

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

from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import MASK, Secret, redact

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
def test_no_way_of_showing_a_secret_shows_its_text(way):
    shown = WAYS_TO_SHOW[way](Secret(KEY))
    assert KEY not in shown
    assert MASK in shown


@pytest.mark.parametrize("way", [json.dumps, vars, lambda secret: f"{secret:>20}", lambda secret: secret.__dict__])
def test_what_cannot_hide_a_secret_refuses_it_without_its_text(way):
    with pytest.raises((TypeError, AttributeError)) as caught:
        way(Secret(KEY))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_traceback_with_all_local_variables_does_not_show_a_secret():
    def use(secret):
        raise RuntimeError("no connection with %s" % secret)

    shown = ""
    try:
        use(Secret("-".join(["ddd22", "@www"])))
    except RuntimeError:
        shown = "".join(traceback.TracebackException(*sys.exc_info(), capture_locals=True).format())
    assert "secret = " + MASK in shown
    assert "ddd22-@www" not in shown


def test_secrets_of_the_same_text_are_equal_and_nothing_else_is():
    assert Secret(KEY) == Secret(KEY)
    assert {Secret(KEY), Secret(KEY)} == {Secret(KEY)}
    assert Secret(KEY) != Secret(KEY + " ")
    assert Secret(KEY) != KEY
    assert Secret("clé") != Secret("cle")
    assert Secret(KEY).reveal() == KEY


SPELLINGS = {
    "plain": str,
    "in a JSON string": lambda text: json.dumps(text)[1:-1],
    "in a JSON string of UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in a URL's query": lambda text: quote(text, safe=""),
    "in a URL's path": quote,
    "in a form": quote_plus,
}


@pytest.mark.parametrize("text", [KEY, "a b/c+d=%e", 'quo"te\\back\tslash', "clé-密钥", 'clé"密\\钥'])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_secret_is_hidden(spelling, text):
    spelt = SPELLINGS[spelling](text)
    assert redact(f"bad value <{spelt}>, {spelt}", [Secret(text)]) == f"bad value <{MASK}>, {MASK}"


# The text around secrets is made of other characters, so that what is found in the result is a secret's.
_SECRETS = st.lists(st.text('abcAB12@#%/+"\\ é密', min_size=4, max_size=8), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None, database=None)
@given(
    texts=_SECRETS,
    parts=st.lists(st.integers(0, 3), max_size=5),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    around=st.text(".,:-", max_size=3),
)
@example(texts=["aabbcc", "abbcc"], parts=[0, 1], spelling="plain", around="")
@example(texts=["ab12", "ab12ab12"], parts=[1, 0], spelling="plain", around="")
def test_any_secrets_in_any_number_and_spelling_are_hidden(texts, parts, spelling, around):
    spelt = [SPELLINGS[spelling](texts[part % len(texts)]) for part in parts]
    hidden = redact(around.join(["", *spelt, ""]), [Secret(text) for text in texts])
    rest = hidden.replace(MASK, " " * 3 + "?")
    assert [text for text in texts + spelt if text.strip() and text in rest] == []


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.text("ab1@", min_size=4, max_size=12), cuts=st.lists(st.tuples(st.integers(0, 8), st.integers(4, 7))))
@example(text="abc1@def", cuts=[(0, 5), (3, 5)])
def test_where_secrets_overlap_no_part_of_either_stays(text, cuts):
    secrets = [text[start : start + length] for start, length in cuts if len(text[start : start + length]) >= 4]
    assume(secrets)
    covered = set()
    for secret in secrets:
        for start in range(len(text)):
            if text.startswith(secret, start):
                covered.update(range(start, start + len(secret)))
    kept = "".join(letter for place, letter in enumerate(text) if place not in covered)
    assert redact(text, [Secret(secret) for secret in secrets]).replace("*", "") == kept


def test_a_text_too_short_for_a_secret_is_left_so_that_a_message_stays_readable():
    text = "the gateway has no tunnel"
    assert redact(text, [Secret("e"), Secret("no"), Secret("the")]) == text


def test_a_text_without_secrets_stays_as_it_is():
    text = "The gateway vpn-119bd69b has no tunnel 100%"
    assert redact(text, []) == text
    assert redact(text, [Secret("")]) == text
    assert redact(text, [Secret(KEY)]) == text
