# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error and warning texts of several resources; those of one are in its file, constraints in its Fields."""

MESSAGES = {
    "constraint_broken": "%(option)s: %(constraint)s, got %(value)s",
    "constraint_broken_secret": "%(option)s: %(constraint)s, but %(reason)s (its value is not shown)",
    "not_text": "is not text",
    "item_invalid": "%(option)s: %(value)s %(constraint)s",
    "host_bits": "%(option)s: %(value)s has host bits set; it is used as %(used)s [HostBits]",
    "group_type": "%(option)s: must be a dictionary of %(names)s",
    "identifier_missing": "%(option)s: is needed, or %(id_option)s, to identify the %(label)s",
    "scope_missing": "%(option)s: is needed%(others)s; %(remedy)s",
    "scope_ambiguous": "%(option)s: is not accepted next to %(other)s; provide one of them",
    "not_compared": "%(option)s: the API's list does not show the current value, so it was not compared [NotCompared]",
    "creation_incomplete": (
        "The %(label)s %(name)r does not exist %(preposition)s %(scope)s, and to create it these options are needed"
        " too: %(options)s"
    ),
    "update_incomplete": (
        "An update replaces the whole %(label)s; provide these options too, because the list does not show them:"
        " %(options)s"
    ),
    "field_immutable": (
        "%(option)s: the %(label)s %(name)s (%(id)s) has %(current)s, and the API cannot change it to %(desired)s;"
        " %(remedy)s"
    ),
    "response_other_object": "is not that %(label)s",
    "response_without_id": "has no %(wire_name)s",
}
