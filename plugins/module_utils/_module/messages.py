# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts about options; those of a single module are MESSAGES in its file, so that no other module has them."""

from __future__ import annotations

MESSAGES = {
    "option_unknown": "is not an option of this module; see ansible-doc for those it has",
    "option_provided_twice": (
        "is given as %(first)s and as %(second)s, perhaps in module_defaults, and the two differ; give one of them"
    ),
    "text_required": "must be text",
    "boolean_required": "must be true or false, but is %(value)s",
    "boolean_provided": ", but is the boolean %(value)s; put the word that was meant in quotes",
    "key_null": (
        "%(option)s%(more)s: has no value and is ignored; put a key that begins with # in quotes, or leave the option"
        " out"
    ),
    "check_mode_id": (
        "must exist outside of check mode, but is check-mode-new, the id of what check mode would create; create that"
        " first"
    ),
    "and_more": " (and %(count)d more)",
}
