# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List the verdict on every value of a tunnel, with the sentences that support it, quoted word for word.

A value is broken if a source says that it must not or shall not be used, is not approved, or is disallowed; discouraged
if a source says that it should not be used, should be avoided or is being replaced; current otherwise. The strictest
source decides. module_utils/_resources/tunnel_security.py has the weak values for the modules; a test compares the two.
"""

from __future__ import annotations

from typing import NamedTuple, Tuple

from ..module_utils._resources.tunnel_security import (
    BROKEN,
    CURRENT,
    CURRENT_KEY_LENGTH,
    DISCOURAGED,
    MAX_IPSEC_SECONDS,
)


class Quote(NamedTuple):
    """A sentence quoted from a source."""

    source: str  # a name in SOURCES
    place: str
    text: str


class Row(NamedTuple):
    """The verdict on one value of one or more options."""

    options: Tuple[str, ...]
    value: str
    verdict: str
    quotes: Tuple[Quote, ...]  # the deciding one comes first
    note: str = ""


SOURCES = {
    "RFC 8247": "https://www.rfc-editor.org/rfc/rfc8247",
    "RFC 8221": "https://www.rfc-editor.org/rfc/rfc8221",
    "RFC 9395": "https://www.rfc-editor.org/rfc/rfc9395",
    "NIST SP 800-77r1": "https://doi.org/10.6028/NIST.SP.800-77r1",
}


def _ike(place: str, text: str) -> Quote:
    return Quote("RFC 8247", place, text)


def _esp(place: str, text: str) -> Quote:
    return Quote("RFC 8221", place, text)


def _nist(place: str, text: str) -> Quote:
    return Quote("NIST SP 800-77r1", place, text)


_CIPHERS = ("ike_config.ike_enc_alg", "ipsec_config.ipsec_enc_alg")
_HASHES = ("ike_config.ike_auth_alg", "ipsec_config.ipsec_auth_alg")
_GROUPS = ("ike_config.ike_pfs", "ipsec_config.ipsec_pfs")
_MODE = _nist(
    "7.2.6",
    "If using IKEv1, the aggressive mode (see RFC 2409 [67] for details) should be avoided because it provides much"
    " weaker security compared to the main mode.",
)
_CBC = (
    _ike("2.1", "ENCR_AES_CBC is raised from SHOULD+ for 128-bit keys and MAY for 256-bit keys in [RFC4307] to MUST."),
    _esp("5", "ENCR_AES_CBC status remains at MUST."),
)
_LIFETIMES = _nist(
    "7.2.6",
    "A common default setting for IKE SAs is a lifetime of 24 hours (86,400 seconds) and a lifetime of 8 hours (28,800"
    " seconds) for IPsec SAs.",
)
_NOT_APPROVED = _nist(
    "7.2.4.2",
    "DH groups 1, 2, 5, and 22 are not NIST-approved because these groups do not supply the minimum of 112 bits of"
    " security.",
)

ROWS = (
    Row(
        ("ike_config.ike_version",),
        "v2",
        CURRENT,
        (_nist("7.2.6", "IKEv2 should be used instead of IKEv1 where possible."),),
    ),
    Row(
        ("ike_config.ike_version",),
        "v1",
        DISCOURAGED,
        (
            Quote(
                "RFC 9395",
                "abstract",
                "Internet Key Exchange Version 1 (IKEv1) has been deprecated, and RFCs 2407, 2408, and 2409 have been"
                " moved to Historic status.",
            ),
            _nist(
                "3.11",
                "IKEv1 should not be used for new deployments, and existing deployments using IKEv1 should be"
                " converted to IKEv2 when possible.",
            ),
        ),
    ),
    Row(("ike_config.ike_mode",), "main", CURRENT, (_MODE,), "IKEv2 has no modes, so this matters with v1 only."),
    Row(("ike_config.ike_mode",), "aggressive", DISCOURAGED, (_MODE,), "This matters with v1 only."),
    Row(_CIPHERS, "aes256", CURRENT, _CBC),
    Row(
        _CIPHERS,
        "aes192",
        CURRENT,
        (
            _nist("table 1, Encryption", "AES-GCM, AES-CTR, AES-CBC, AES-CCM (128, 192, 256-bit keys)"),
            _ike("2.1", "192-bit keys remain at the MAY level."),
        ),
        "Few devices support it.",
    ),
    Row(_CIPHERS, "aes", CURRENT, _CBC, "Its key has 128 bits."),
    Row(
        _CIPHERS,
        "3des",
        BROKEN,
        (
            _nist("4.1.4", "Triple DES has been deprecated since 2019 and will be disallowed after 2023."),
            _esp("5", "ENCR_3DES status has been downgraded from MAY in [RFC7321] to SHOULD NOT."),
            _ike(
                "2.1",
                "All IKEv2 implementations already implement ENCR_AES_CBC, so there is no need to keep support for"
                " the much slower ENCR_3DES.",
            ),
        ),
    ),
    Row(
        _HASHES,
        "sha2_256",
        CURRENT,
        (
            _ike("2.3", "AUTH_HMAC_SHA2_256_128 MUST be implemented in order to replace AUTH_HMAC_SHA1_96."),
            _esp("6", "AUTH_HMAC_SHA2_256_128 MUST be implemented in order to replace AUTH_HMAC_SHA1_96."),
        ),
    ),
    Row(
        _HASHES,
        "sha2_384",
        CURRENT,
        (_nist("table 1, Integrity", "HMAC-SHA256, HMAC-SHA384, HMAC-SHA512"),),
        "The tables of the RFCs do not list it.",
    ),
    Row(
        _HASHES,
        "sha2_512",
        CURRENT,
        (
            _ike(
                "2.3",
                "AUTH_HMAC_SHA2_512_256 SHOULD be implemented as a future replacement of AUTH_HMAC_SHA2_256_128 or when"
                " stronger security is required.",
            ),
        ),
    ),
    Row(
        _HASHES,
        "sha1",
        DISCOURAGED,
        (
            _ike(
                "2.3",
                "AUTH_HMAC_SHA1_96 has been downgraded from MUST in RFC 4307 to MUST- as cryptographic attacks"
                " against SHA1 are increasing, resulting in an industry-wide trend to deprecate its usage.",
            ),
            _nist(
                "7.2.3",
                "Even though HMAC-SHA-1 is still a NIST-approved option, the HMAC-SHA-2 algorithms are recommended"
                " because they have stronger security than HMAC-SHA-1.",
            ),
        ),
        "NIST contradicts itself: 4.1.4 says that HMAC-SHA-1 is no longer approved, 7.2.3 that it still is.",
    ),
    Row(
        _HASHES,
        "md5",
        BROKEN,
        (
            _esp("6", "As MD5 is known to be vulnerable to collisions, these algorithms MUST NOT be used."),
            _ike("2.3", "AUTH_HMAC_MD5_96 is also demoted to MUST NOT."),
            _nist("7.2.3", "HMAC-MD5 has never been a NIST-approved algorithm and shall not be used."),
        ),
    ),
    Row(_GROUPS, "group14", CURRENT, (_ike("2.4", "Group 14 is widely implemented and considered secure."),)),
    Row(
        _GROUPS,
        "group24",
        DISCOURAGED,
        (
            _ike(
                "2.4",
                "Groups 23 and 24 have been demoted to SHOULD NOT and are expected to be further downgraded in the near"
                " future to MUST NOT.",
            ),
        ),
    ),
    Row(
        _GROUPS,
        "group5",
        BROKEN,
        (
            _NOT_APPROVED,
            _ike(
                "2.4",
                "It was specified earlier, but is now considered to be vulnerable to being broken within the next few"
                " years by a nation-state-level attack, so its security margin is considered too narrow.",
            ),
        ),
    ),
    Row(
        _GROUPS,
        "group2",
        BROKEN,
        (
            _NOT_APPROVED,
            _ike(
                "2.4",
                "It is known to be weak against sufficiently funded attackers using commercially available"
                " mass-computing resources, so its security margin is considered too narrow.",
            ),
        ),
    ),
    Row(
        ("ipsec_config.ipsec_pfs",),
        "disabled",
        DISCOURAGED,
        (
            _nist(
                "7.2.6",
                "Because the PFS option provides stronger security, it should be used unless the additional"
                " computational requirements of the additional DH key exchanged would pose a problem.",
            ),
        ),
    ),
    Row(
        ("ike_config.ike_life_time",),
        "up to 86400",
        CURRENT,
        (_LIFETIMES,),
        "This is the longest that the API accepts.",
    ),
    Row(("ipsec_config.ipsec_lifetime",), "up to %d" % MAX_IPSEC_SECONDS, CURRENT, (_LIFETIMES,)),
    Row(
        ("ipsec_config.ipsec_lifetime",),
        "above %d" % MAX_IPSEC_SECONDS,
        DISCOURAGED,
        (
            _nist(
                "7.2.6",
                "In operational implementations, IPsec SA lifetimes should generally be set to a few hours with IKE SA"
                " lifetimes set somewhat higher.",
            ),
        ),
    ),
    Row(
        ("secret_key",),
        "%d characters" % CURRENT_KEY_LENGTH,
        CURRENT,
        (
            _nist(
                "7.2.2",
                "PSKs should only be used for gateway-to-gateway scenarios that cross an administrative domain and"
                " only when based on generating strong and sufficiently long random PSKs with at least 112 bits of"
                " entropy.",
            ),
        ),
        "This is the longest that the API accepts. Such a random key has less than 105 bits of entropy, so no key"
        " reaches 112.",
    ),
    Row(
        ("secret_key",),
        "shorter than %d characters" % CURRENT_KEY_LENGTH,
        DISCOURAGED,
        (
            _nist(
                "3.3.4",
                "PSKs are often derived from dictionary words and are less than 32 characters long. Such insecure"
                " deployments are vulnerable to offline dictionary attacks.",
            ),
        ),
        "Open: no source names a length below which a key is broken.",
    ),
)
