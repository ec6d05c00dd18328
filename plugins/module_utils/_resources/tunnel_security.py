# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find weak values of tunnels. plugin_utils/_security_sources.py has the source of each verdict."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Tuple

from .._bce.redaction import MIN_KEY_LENGTH, trim
from .fields import choice_field

MESSAGES = {
    "weak_refused": (
        "minimum_security: %(level)s refuses %(values)s; provide values that docs/security.md lists as current, or"
        " lower the level"
    ),
    "weak_used": "minimum_security: none accepts these weak values: %(values)s; provide better ones [WeakValue]",
    "weak_value": "%(option)s %(value)s (%(verdict)s)",
    "weak_key": "shorter than %(length)d characters",
    "weak_places": "%(weakness)s in %(places)s",
    "more_places": "%(places)s and %(count)d more",
}

CURRENT, DISCOURAGED, BROKEN = "current", "discouraged", "broken"
REFUSED: Dict[str, Tuple[str, ...]] = {"none": (), DISCOURAGED: (BROKEN,), CURRENT: (BROKEN, DISCOURAGED)}
MINIMUM_SECURITY = choice_field("minimum_security", *REFUSED, default="none")._replace(has_wire_name=False)

_CIPHERS = {"3des": BROKEN}
_HASHES = {"md5": BROKEN, "sha1": DISCOURAGED}
_GROUPS = {"group2": BROKEN, "group5": BROKEN, "group24": DISCOURAGED}
WEAK_VALUES: Dict[str, Dict[str, Dict[Any, str]]] = {
    "ike_config": {
        "ike_version": {"v1": DISCOURAGED},
        "ike_mode": {"aggressive": DISCOURAGED},  # of IKEv1; IKEv2 has no modes
        "ike_enc_alg": _CIPHERS,
        "ike_auth_alg": _HASHES,
        "ike_pfs": _GROUPS,
    },
    "ipsec_config": {
        "ipsec_enc_alg": _CIPHERS,
        "ipsec_auth_alg": _HASHES,
        "ipsec_pfs": dict(_GROUPS, disabled=DISCOURAGED),
    },
}
MAX_IPSEC_SECONDS = 28800
CURRENT_KEY_LENGTH = 17  # the longest that the API accepts
MAX_PLACES = 3  # how many places a text names for one weak value

Weakness = Tuple[str, Any, str]  # option, value as it may be shown, verdict


def find_weaknesses(values: Dict[str, Any]) -> List[Weakness]:
    """Return the weak values of a tunnel's options. Invalid ones are skipped, because they have errors of their own."""
    found: List[Weakness] = []
    for group, options in WEAK_VALUES.items():
        provided = values.get(group)
        provided = provided if isinstance(provided, dict) else {}
        for option, verdicts in options.items():
            value = str(provided.get(option)).strip()
            if value in verdicts and not (option == "ike_mode" and provided.get("ike_version") == "v2"):
                found.append(("%s.%s" % (group, option), value, verdicts[value]))
        seconds = provided.get("ipsec_lifetime")
        if isinstance(seconds, int) and MAX_IPSEC_SECONDS < seconds <= 86400:
            found.append((group + ".ipsec_lifetime", "above %d" % MAX_IPSEC_SECONDS, DISCOURAGED))
    key = values.get("secret_key")
    if isinstance(key, str) and MIN_KEY_LENGTH <= len(trim(key)) < CURRENT_KEY_LENGTH:
        found.append(("secret_key", MESSAGES["weak_key"] % {"length": CURRENT_KEY_LENGTH}, DISCOURAGED))
    return found


def check_security(level: Any, tunnels: Iterable[Tuple[str, Dict[str, Any]]]) -> Tuple[List[str], List[str]]:
    """Return the errors and the warnings of a task: at most one text, which names all its weak values.

    :param level: the task's minimum_security.
    :param tunnels: of each tunnel the place in the task's list (empty for a task with one tunnel) and the options.
    """
    places: Dict[Weakness, List[str]] = {}
    for place, values in tunnels:
        for weakness in find_weaknesses(values) if values.get("state") != "absent" else ():
            if level == "none" or weakness[2] in REFUSED.get(str(level), ()):
                places.setdefault(weakness, []).append(place)
    if not places:
        return [], []
    shown = ", ".join(_describe(weakness, found) for weakness, found in places.items())
    if level == "none":
        return [], [MESSAGES["weak_used"] % {"values": shown}]
    return [MESSAGES["weak_refused"] % {"level": level, "values": shown}], []


def _describe(weakness: Weakness, places: List[str]) -> str:
    text = MESSAGES["weak_value"] % dict(zip(("option", "value", "verdict"), weakness))
    if not all(places):
        return text
    named = ", ".join(places[:MAX_PLACES])
    if len(places) > MAX_PLACES:
        named = MESSAGES["more_places"] % {"places": named, "count": len(places) - MAX_PLACES}
    return MESSAGES["weak_places"] % {"weakness": text, "places": named}
