# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The questions that the probe answers, and the observed values. Pure.

An observed value is one of a few fixed words, so that it can be published; ``detail`` holds numbers, codes and other
words of the API.
"""

from __future__ import annotations

from typing import Any, NamedTuple

READ, WRITE = "read", "write"


class Question(NamedTuple):
    """One open question about the API.

    :ivar key: its name in the report.
    :ivar text: the question.
    :ivar assumed: the value that the collection assumes, or None where all values are equally good.
    :ivar needs: READ, or WRITE if only an own tunnel shows it.
    """

    key: str
    text: str
    assumed: str | None
    needs: str = READ


QUESTIONS = (
    # --- the contract ---
    Question("peer", "How does a write name the peer?", None, WRITE),
    Question("peer_shown", "How does a list name the peer?", None),
    # --- how tunnels are shown ---
    Question("names", "How are names of tunnels shown?", "as written"),
    Question("descriptions", "How are descriptions shown?", "as written"),
    Question("empty_description", "How is an empty description shown?", "empty"),
    Question("subnet_form", "In which form are subnets shown?", "ADDRESS/LENGTH"),
    Question("subnet_order", "In which order are subnets shown?", "as written", WRITE),
    Question("host_bits", "What becomes of a subnet with host bits?", "refused", WRITE),
    Question("life_times", "In which form are life times shown?", "text with a unit"),
    Question("sub_fields", "Which sub-fields of ikeConfig and ipsecConfig are shown?", "all"),
    Question("keys", "How are shared keys shown?", "in clear"),
    Question("created_time", "In which form is the time of creation shown?", "YYYY-MM-DD hh:mm:ss"),
    Question("time_zone", "In which zone is the time of creation?", "Beijing", WRITE),
    Question("status_words", "Which statuses do tunnels have?", "known words"),
    Question("extra_fields", "Are there fields that the documentation does not have?", "none"),
    # --- lists ---
    Question("list_scope", "Whose tunnels does a gateway's list show?", "those of the gateway"),
    Question("list_pages", "Does the list of tunnels have pages?", "one page"),
    Question("list_order", "In which order is the list of tunnels?", "oldest first"),
    Question("list_repeats", "Does the list of tunnels repeat entries?", "no"),
    Question("list_errors", "Do lists of tunnels fail with a successful status?", "no"),
    Question("list_delay", "When does the list show a write?", "at once", WRITE),
    Question("gateway_list", "Whose gateways does a VPC's list show?", "those of the VPC"),
    Question("gateway_type", "Which type has the gateway?", "IPSec"),
    # --- the course of writes ---
    Question("create_course", "Which statuses does a new tunnel go through?", "usable at once", WRITE),
    Question("update_course", "Which statuses does an updated tunnel go through?", "usable at once", WRITE),
    Question("delete_course", "Which statuses does a deleted tunnel go through?", "gone at once", WRITE),
    Question("create_result", "What does a creation return?", "the id", WRITE),
    Question("update_result", "What does an update return?", "success", WRITE),
    Question("delete_result", "What does a deletion return?", "success", WRITE),
    Question("busy", "Which writes are refused because of an earlier write?", "none", WRITE),
    # --- rules of writes ---
    Question("optional_sub_fields", "What does an update with empty ikeConfig and ipsecConfig do?", "fills in", WRITE),
    Question("no_description", "What does an update without a description do?", "keeps it", WRITE),
    Question("clear_description", "What does an update with an empty description do?", "clears it", WRITE),
    Question("duplicate_name", "Can two tunnels of a gateway have one name?", "yes", WRITE),
    # --- client tokens ---
    Question("token_repeated", "What does a creation with a used token do?", "returns the first result", WRITE),
    Question("token_other_body", "What if the rest of that creation differs?", "refused", WRITE),
    Question("token_after_deletion", "What if the object has been deleted?", "returns the first result", WRITE),
    Question("token_on_update", "What does an update with a used token and another body do?", "refused", WRITE),
    Question("token_on_deletion", "What does a deletion with a used token do?", "returns the first result", WRITE),
    # --- errors ---
    Question("absent_gateway", "What is returned for an absent gateway?", "an error"),
    Question("absent_status", "Which status has that error?", "404"),
    Question("absent_list", "What is returned for the tunnels of an absent gateway?", "an error"),
    Question("absent_customer_gateway", "What is returned for an absent customer gateway?", "an error"),
    Question("absent_tunnel", "What does a deletion of an absent tunnel return?", "an error of absence", WRITE),
    Question("wrong_key", "What does a request with a wrong secret key return?", None),
    Question("throttling", "How are too many requests refused?", "not seen"),
    Question("error_bodies", "What do bodies of errors hold?", "a code"),
    # --- HTTP and JSON ---
    Question("byte_order_mark", "Does JSON begin with a byte order mark?", "no"),
    Question("early_hints", "Do interim responses precede responses?", "no"),
    Question("clock", "Does the server's clock agree with this machine's?", "yes"),
    # --- customer gateways ---
    Question("customer_gateway_names", "How are names of customer gateways shown?", "as written", WRITE),
    Question("customer_gateway_delay", "When is a new customer gateway shown?", "at once", WRITE),
)


class Fact(NamedTuple):
    """An observed value: one of a few words, and what else is worth knowing (a text, a number, a list, a dict)."""

    value: str
    detail: Any = None


class Facts:
    """The observed values by question."""

    def __init__(self) -> None:
        self._known: dict[str, Fact | None] = {question.key: None for question in QUESTIONS}

    def set(self, key: str, value: str | None, detail: Any = None) -> None:
        """Set the observed value of a question; None removes it."""
        if key not in self._known:
            raise KeyError(key)
        self._known[key] = None if value is None else Fact(value, detail)

    def get(self, key: str) -> Fact | None:
        """Return the Fact of a question, or None where it is open."""
        return self._known[key]

    def value(self, key: str) -> str | None:
        """Return the observed value of a question, or None."""
        fact = self._known[key]
        return fact.value if fact else None
