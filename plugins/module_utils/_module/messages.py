# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts about options; those of a single module are MESSAGES in its file, so that no other module has them."""

from __future__ import annotations

MESSAGES = {
    "option_unknown": "is not an option of this module; see ansible-doc for those it has",
    "option_provided_twice": (
        "is given as %(first)s and as %(second)s, perhaps in module_defaults, and the two differ; give one of them"
    ),
    "option_nearest": "is not an option of this module; %(nearest)s%(place)s may be meant",
    "option_misplaced": "belongs to %(place)s",
    "place_of_option": " of %(place)s",
    "place_task": "the task itself",
    "text_required": "must be text, got %(value)s; put the text in quotes",
    "text_or_word": "must be text, got %(value)s; %(word)s may be meant",
    "boolean_required": "must be true or false, got %(value)s",
    "kind_only": "a %(kind)s",
    "kind_and_value": "the %(kind)s %(value)s",
    "key_null": "%(option)s%(more)s: is null; a key that begins with # must be quoted [KeyNull]",
    "check_mode_id": (
        "check-mode-new is the id of an object that check mode would create; create the object first, and provide its"
        " id"
    ),
    "and_more": " (and %(count)d more)",
}
