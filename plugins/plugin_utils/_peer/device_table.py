# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each device supports: device × mode × algorithms × groups, in its own words, each cell with its source.

This is the only place that has it: the renderers, the page docs/peers.md, the filter peer_sheet and the tests read it.
A value without a cell is one for which no source is known. The order of the values is that of the API.
"""

from __future__ import annotations

from typing import Dict, Mapping, NamedTuple, Optional, Tuple


class Cell(NamedTuple):
    """One value of the API on one device."""

    name: Optional[str]  # in the device's own words; None where the device does not have it
    source: str  # a name in SOURCES


class Limits(NamedTuple):
    """The life times that a device supports, in seconds."""

    min: int
    max: int
    source: str


class Device(NamedTuple):
    """A kind of device."""

    label: str
    version: str
    modes: Dict[str, Cell]  # by the names of MODES
    cells: Dict[str, Dict[str, Cell]]  # option of the API -> value -> Cell
    seconds: Dict[str, Limits]  # option of the API -> limits
    filter_name: Optional[str] = None  # of the renderer
    # mode -> source: modes in which ipsec_pfs must be disabled or the group of ike_pfs
    group_of_ike: Mapping[str, str] = {}
    advice: Tuple[str, ...] = ()  # names of texts of the filter peer_sheet


MODES = {"v1/main": "IKEv1 main mode", "v1/aggressive": "IKEv1 aggressive mode", "v2": "IKEv2"}

SOURCES = {
    "strongswan": "each value was negotiated with strongSwan 5.9.8 (tests/integration/test_both_ends.py)",
    "starter": "the starter of strongSwan 5.9.8 (tests/integration/test_peer_parsers.py); the proposals are swanctl's",
    "libreswan": "algparse and addconn of Libreswan 4.10 (tests/integration/test_peer_parsers.py)",
    "libreswan-kernel": (
        "a tunnel with Libreswan 4.10, which ended at the first rekeying (tests/integration/test_kernel_esp.py)"
    ),
    "fortios": "schema of fortinet.fortios 2.4.2, which Fortinet generates from the device",
    "fortios-guide": "https://docs.fortinet.com/document/fortigate/7.4.1/administration-guide/790613/phase-1-configuration",
    "routeros": "https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec",
    "huawei": "https://support.huawei.com/enterprise/en/doc/EDOC1100033725/317bfba8/configuring-an-ipsec-proposal",
    "huawei-ike": "https://support.huawei.com/enterprise/en/doc/EDOC1000097293/473b26bc/ike-proposal",
    "huawei-cloud": "guides of Huawei Cloud's VPN for other firewalls (https://support.huaweicloud.com/intl/en-us/vpn/)",
    "h3c": (
        "https://support.hpe.com/techhub/eginfolib/networking/docs/switches/5130hi/5998-8419b_security_cg/content/"
        "496254538.htm"
    ),
    "cisco": "https://www.pulumi.com/registry/packages/iosxe/api-docs/cryptoikev2proposal (from IOS XE's model)",
    "junos": (
        "https://juniper.net/documentation/en_US/junos12.3/topics/reference/statement-hierarchy/"
        "security-hierarchy-ike-l2.html"
    ),
    "junos-ipsec": (
        "https://juniper.net/documentation/en_US/junos12.3/topics/reference/statement-hierarchy/security-ipsec-l2.html"
    ),
    "panos": (
        "https://docs.paloaltonetworks.com/content/techdocs/en_US/pan-os/10-0/pan-os-admin/vpns/"
        "site-to-site-vpn-concepts/internet-key-exchange-ike-for-vpn/ike-phase-1.html"
    ),
    "pfsense": "https://github.com/opoplawski/ansible-pfsense/wiki/pfsense_ipsec_proposal",
}


def _cells(source: str, names: Mapping[str, Optional[str]]) -> Dict[str, Cell]:
    return {value: Cell(name, source) for value, name in names.items()}


def _algorithms(
    source: str,
    ciphers: Mapping[str, Optional[str]],
    hashes: Mapping[str, Optional[str]],
    groups: Mapping[str, Optional[str]],
    disabled: Optional[str],
    **others: Dict[str, Cell],
) -> Dict[str, Dict[str, Cell]]:
    """Return the cells of the six options of algorithms, which are alike for IKE and ESP except for the others."""
    same = {
        "ike_enc_alg": _cells(source, ciphers),
        "ike_auth_alg": _cells(source, hashes),
        "ike_pfs": _cells(source, groups),
        "ipsec_enc_alg": _cells(source, ciphers),
        "ipsec_auth_alg": _cells(source, hashes),
        "ipsec_pfs": _cells(source, dict(groups, disabled=disabled)),
    }
    return dict(same, **others)


_SWAN_CIPHERS = {"aes": "aes128", "aes192": "aes192", "aes256": "aes256", "3des": "3des"}
_STRONGSWAN_GROUPS = {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048", "group24": "modp2048s256"}
_PLAIN_HASHES = {"sha1": "sha1", "md5": "md5", "sha2_256": "sha256", "sha2_384": "sha384", "sha2_512": "sha512"}
_CBC_CIPHERS = {"aes": "aes-128-cbc", "aes192": "aes-192-cbc", "aes256": "aes-256-cbc", "3des": "3des-cbc"}
_HUAWEI_CIPHERS = {"aes": "aes-128", "aes192": "aes-192", "aes256": "aes-256", "3des": "3des"}
_HUAWEI_HASHES = {"sha1": "sha1", "md5": "md5", "sha2_256": "sha2-256", "sha2_384": "sha2-384", "sha2_512": "sha2-512"}

DEVICES = {
    "strongswan": Device(
        "strongSwan (swanctl)",
        "5.9",
        _cells("strongswan", {"v1/main": "version = 1", "v1/aggressive": "aggressive = yes", "v2": "version = 2"}),
        _algorithms("strongswan", _SWAN_CIPHERS, _PLAIN_HASHES, _STRONGSWAN_GROUPS, "(no group)"),
        {},
        "swanctl",
    ),
    "strongswan_starter": Device(
        "strongSwan (ipsec.conf)",
        "5.x with the package strongswan-starter",
        _cells(
            "starter", {"v1/main": "keyexchange=ikev1", "v1/aggressive": "aggressive=yes", "v2": "keyexchange=ikev2"}
        ),
        _algorithms("starter", _SWAN_CIPHERS, _PLAIN_HASHES, _STRONGSWAN_GROUPS, "(no group)"),
        {},
        "ipsec_conf",
    ),
    "libreswan": Device(
        "Libreswan",
        "4.10",
        _cells("libreswan", {"v1/main": "ikev2=no", "v1/aggressive": "aggressive=yes", "v2": "ikev2=yes"}),
        _algorithms(
            "libreswan",
            _SWAN_CIPHERS,
            {"sha1": "sha1", "md5": "md5", "sha2_256": "sha2_256", "sha2_384": "sha2_384", "sha2_512": "sha2_512"},
            {"group2": None, "group5": "modp1536", "group14": "modp2048", "group24": None},
            disabled="pfs=no",
        ),
        {},
        "libreswan",
        {"v2": "libreswan-kernel"},
    ),
    "fortios": Device(
        "Fortinet FortiGate (FortiOS)",
        "6.0 to 7.6",
        _cells("fortios", {"v1/main": "IKE 1, main", "v1/aggressive": "IKE 1, aggressive", "v2": "IKE 2"}),
        _algorithms(
            "fortios",
            _SWAN_CIPHERS,
            _PLAIN_HASHES,
            {"group2": "2", "group5": "5", "group14": "14", "group24": None},
            disabled="pfs disable",
        ),
        {name: Limits(120, 172800, "fortios-guide") for name in ("ike_life_time", "ipsec_lifetime")},
        "fortios_ipsec",
        advice=("fortios_name",),
    ),
    "routeros": Device(
        "MikroTik (RouterOS)",
        "6.45 and later, 7",
        _cells("routeros", {"v1/main": "main", "v1/aggressive": "aggressive", "v2": "ike2"}),
        _algorithms(
            "routeros",
            {"aes": "aes-128", "aes192": "aes-192", "aes256": "aes-256", "3des": "3des"},
            dict(_PLAIN_HASHES, sha2_384=None),
            {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048", "group24": None},
            disabled="none",
            ipsec_enc_alg=_cells(
                "routeros", {"aes": "aes-128-cbc", "aes192": "aes-192-cbc", "aes256": "aes-256-cbc", "3des": "3des"}
            ),
        ),
        {},
        "routeros_ipsec",
    ),
    "huawei": Device(
        "Huawei AR, USG",
        "V200R007 and later",
        {},
        {
            "ike_pfs": _cells("huawei-ike", {"group2": "group2"}),
            "ipsec_enc_alg": _cells("huawei", _HUAWEI_CIPHERS),
            "ipsec_auth_alg": _cells("huawei", _HUAWEI_HASHES),
        },
        {},
        advice=("huawei_sha2",),
    ),
    "h3c": Device(
        "H3C",
        "Comware 7",
        {},
        {
            "ike_enc_alg": _cells(
                "h3c", {"aes": "aes-cbc-128", "aes192": "aes-cbc-192", "aes256": "aes-cbc-256", "3des": "3des-cbc"}
            ),
            "ike_auth_alg": _cells("h3c", dict(_PLAIN_HASHES, sha1="sha")),
        },
        {},
    ),
    "hillstone": Device(
        "Hillstone",
        "StoneOS",
        _cells("huawei-cloud", {"v1/main": "IKEv1", "v1/aggressive": "IKEv1", "v2": None}),
        {},
        {},
    ),
    "sangfor": Device("Sangfor", "any", {}, {}, {}),
    "cisco": Device(
        "Cisco",
        "IOS XE",
        {},
        {"ike_pfs": _cells("cisco", {"group2": "group 2", "group14": "group 14", "group24": "group 24"})},
        {},
    ),
    "juniper": Device(
        "Juniper SRX",
        "Junos 12.3 and later",
        _cells("junos", {"v1/main": "mode main", "v1/aggressive": "mode aggressive"}),
        {
            "ike_enc_alg": _cells("junos", _CBC_CIPHERS),
            "ike_auth_alg": _cells("junos", {"sha1": "sha1", "md5": "md5", "sha2_256": "sha-256"}),
            "ike_pfs": _cells("junos", {"group2": "group2", "group5": "group5"}),
            "ipsec_enc_alg": _cells("junos-ipsec", _CBC_CIPHERS),
            "ipsec_auth_alg": _cells(
                "junos-ipsec", {"sha1": "hmac-sha1-96", "md5": "hmac-md5-96", "sha2_256": "hmac-sha-256-128"}
            ),
            "ipsec_pfs": _cells("junos-ipsec", {"group2": "group2", "group5": "group5", "group14": "group14"}),
        },
        {},
    ),
    "paloalto": Device(
        "Palo Alto Networks",
        "PAN-OS 10.0",
        {},
        {
            "ike_enc_alg": _cells("panos", dict(_CBC_CIPHERS, **{"3des": "3des"})),
            "ike_auth_alg": _cells("panos", _PLAIN_HASHES),
            "ike_pfs": _cells("panos", {"group2": "group2", "group5": "group5", "group14": "group14", "group24": None}),
        },
        {},
    ),
    "pfsense": Device(
        "pfSense",
        "2.4 and later",
        {},
        {
            "ike_enc_alg": _cells(
                "pfsense",
                {"aes": "AES, 128 bits", "aes192": "AES, 192 bits", "aes256": "AES, 256 bits", "3des": "3DES"},
            ),
            "ike_auth_alg": _cells("pfsense", {name: word.upper() for name, word in _PLAIN_HASHES.items()}),
            "ike_pfs": _cells("pfsense", {"group2": "2", "group5": "5", "group14": "14", "group24": "24"}),
        },
        {},
    ),
}
