# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""remove_secrets() returns what Ansible's remove_values() returns, without a search for each secret in each text."""

from __future__ import annotations

import datetime

import pytest
from ansible.module_utils.common.parameters import remove_values
from ansible.release import __version__
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.plugin_utils import _no_log
from ansible_collections.baiducloud.network.plugins.plugin_utils._no_log import remove_secrets

CORE = tuple(int(part) for part in __version__.split(".")[:2])
_TEXTS = st.text("aA1*é", max_size=16)
_SCALARS = st.none() | st.booleans() | st.integers(0, 2000) | st.floats(0, 20) | _TEXTS
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=12
)
# Of different lengths, because the order in which Ansible replaces those of one length depends on their hashes.
_SECRETS = st.lists(st.text("aA1*é", min_size=1, max_size=20), max_size=12, unique_by=len)


@settings(max_examples=500, deadline=None, database=None)
@given(_VALUES, st.text("aA1*é", min_size=1, max_size=20))
@example([1234, 12.34, 5, True, "True"], "12")
@example([1234, True, "True"], "True")
@example([None, "None", False], "e")
def test_remove_secrets_with_one_secret_returns_what_ansible_returns(value, secret):
    assert remove_secrets(value, {secret}) == remove_values(value, {secret})


@pytest.mark.skipif(CORE < (2, 19), reason="up to ansible-core 2.18 the result depends on the order of a set")
@settings(max_examples=500, deadline=None, database=None)
@given(_VALUES, _SECRETS)
@example({"aaaa1": ["xaaaa1y", "aaaa1", ("aaaa1",)]}, ["aaaa1", "aaaa"])  # one contains the other; names stay
@example(["xaaaa1", "x*****"], ["aaaa1", "x*****"])  # the mask completes another one
@example([1234, 12.34, 5, True, "True"], ["12", "True"])
@example([datetime.date(2026, 1, 1), b"xaaaa1", {"aaaa1"}], ["aaaa1"])
def test_remove_secrets_returns_what_ansible_returns(value, secrets):
    before = repr(value)
    assert remove_secrets(value, set(secrets)) == remove_values(value, set(secrets))
    assert repr(value) == before


def test_remove_secrets_passes_only_the_secrets_of_a_text_to_ansible(monkeypatch):
    """A task with a thousand keys shows each of them once, in its arguments."""
    passed = []

    def count(value, secrets):
        passed.extend(secrets)
        return remove_values(value, secrets)

    monkeypatch.setattr(_no_log, "remove_values", count)
    keys = ["Aa%06d*dbcd" % number for number in range(1000)]
    tunnels = [{"name": "branch-%d" % number, "secret_key": key, "on": True} for number, key in enumerate(keys)]
    hidden = remove_secrets({"tunnels": tunnels * 2}, set(keys))
    assert sorted(passed) == keys
    assert {tunnel["secret_key"] for tunnel in hidden["tunnels"]} == {"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


def test_remove_secrets_raises_what_ansible_raises():
    with pytest.raises(TypeError):
        remove_secrets({"a": object()}, {"aaaa1"})
