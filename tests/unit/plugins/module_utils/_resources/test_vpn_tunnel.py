# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tunnel is: the rule of every field, and plans that do what is asked and nothing else."""

from __future__ import annotations

import ipaddress
import json
import re

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.doc_fragments.tunnel import ModuleDocFragment
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import KEY_SYMBOLS, Secret
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Item
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL
from api_example import OPTIONS as EXAMPLE
from api_example import SECRET_KEY as KEY


def desired(**options):
    """What a task asks for that names the example's gateway and tunnel, and nothing else but these options."""
    return VPN_TUNNEL.parse({"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", **options})


def current_tunnel(secret_key=KEY, **fields):
    """The example as the cloud has it, with other fields."""
    shown = dict.fromkeys(VPN_TUNNEL.parse_item({}, {"vpn_id": "vpn-119bd69b"}).fields)
    shown.update({name: value for name, value in EXAMPLE.items() if name != "secret_key"})
    shown.update(vpn_conn_id="vpnconn-1", status="active", health_status="reachable")
    shown.update(fields)
    return Item(shown, secret_key and Secret(secret_key))


def errors(**options):
    return VPN_TUNNEL.validate({**EXAMPLE, **options})


# --- the rule of every field ---

CIPHERS = ["aes", "aes192", "aes256", "3des"]
HASHES = ["sha1", "md5", "sha2_256", "sha2_384", "sha2_512"]
GROUPS = ["group2", "group5", "group14", "group24"]
NOT_TEXT = [5, True, 1.5, ["x"], {"x": "y"}]
NOT_A_NUMBER = ["", "x", "200", 200.0, True, [200], {}]
NOT_AN_ID = ["vpn/1", "vpn 1", "vpn?1", "vpn.1", "vpn%2F1", "../vpn", "vpn\n1", "vpn-é", *NOT_TEXT]
NOT_SUBNETS = [
    [],
    "192.168.0.0/20",
    ["192.168.0.0"],
    ["192.168.0.0/33"],
    ["300.1.1.1/8"],
    [""],
    ["/"],
    ["x/8"],
    [5],
    [None],
    ["10.0.0.0/8", "x"],
    ["10.0.0.0/8/8"],
    ["10.0.0.0/-1"],
    ["2001:db8::/129"],
    {"10.0.0.0/8": 1},
    5,
]
SUBNETS = [
    (["192.168.0.0/20"], ["192.168.0.0/20"]),
    (["192.168.0.0/255.255.240.0"], ["192.168.0.0/20"]),
    (["192.168.1.1/20"], ["192.168.0.0/20"]),
    ([" 10.0.0.0/8\n"], ["10.0.0.0/8"]),
    (["10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.1.0.0/16"], ["10.0.0.0/8", "10.1.0.0/16"]),
]


def choices(*words):
    return [(word, word) for word in words] + [(" %s\n" % words[-1], words[-1])]


def seconds(least, most):
    return [(least, least), (most, most)], [least - 1, most + 1, 0, -1, *NOT_A_NUMBER]


# option: (pairs of a good value and its normal form, bad values)
RULES = {
    "vpn_id": ([("vpn-119bd69b", "vpn-119bd69b"), ("A_z-09", "A_z-09"), (" vpn-1\n", "vpn-1")], ["", *NOT_AN_ID]),
    "vpn_conn_id": ([("vpnconn-ku4cxya6nisq", "vpnconn-ku4cxya6nisq")], NOT_AN_ID),
    "cgw_id": ([("cgw-b036571edc5d", "cgw-b036571edc5d")], NOT_AN_ID),
    "client_token": (
        [("t", "t"), ("t" * 64, "t" * 64), ("1849ef6b-f73c-4f5d-b88b-259ca47af849",) * 2, ("!~", "!~")],
        ["t" * 65, "a b", "é", "a\nb", "a\x00", "a\x7f", *NOT_TEXT],
    ),
    "secret_key": (
        [(key, key) for key in [KEY, "a1!aaaaa", "a1!" + "a" * 14, "Z9_00000"]]
        + [("abc123" + symbol + "x", "abc123" + symbol + "x") for symbol in "!@#$%^*()_"],
        [
            "a1!aaaa",
            "a1!" + "a" * 15,
            "abcdefgh",
            "12345678",
            "!@#$%^*()_",
            "abcd1234",
            "abcd!@#$",
            "1234!@#$",
            "a1!aaaaa\x00",
            "é1!aaaaa",
            "a1!aaaaé",
            "a١!aaaaa",
            *NOT_TEXT,
        ]
        + ["abc123!" + symbol for symbol in "&-.+=/\\\"'`~ ,;:<>?[]{}|"],
    ),
    "local_subnets": (SUBNETS, NOT_SUBNETS),
    "remote_subnets": (SUBNETS, NOT_SUBNETS),
    "remote_ip": (
        [
            ("10.107.245.188", "10.107.245.188"),
            ("203.0.113.10\n", "203.0.113.10"),
            ("2001:DB8::0:1", "2001:db8::1"),
            ("100.64.0.1", "100.64.0.1"),
            ("fd00::1", "fd00::1"),
        ],
        [
            "",
            "10.107.245",
            "10.107.245.256",
            "10.107.245.188/32",
            "010.1.1.1",
            "peer.example.com",
            "10.0.0.1 10.0.0.2",
            "fe80::1%any words",
            "127.0.0.1",
            "::1",
            "224.0.0.5",
            "ff02::1",
            "169.254.1.1",
            "fe80::1",
            "255.255.255.255",
            "0.0.0.0",
            "::",
            *NOT_TEXT,
        ],
    ),
    "description": (
        [("111", "111"), ("", ""), (" a b\n", "a b"), ("北京 tunnel", "北京 tunnel"), ("x" * 5000, "x" * 5000)],
        ["\ud800", *NOT_TEXT],
    ),
    "vpn_conn_name": (
        [("vpncon",) * 2, ("v", "v"), ("a" * 65, "a" * 65), ("A-_/.9z", "A-_/.9z"), ("vpncon\n", "vpncon")],
        ["", "a" * 66, "1a", "-a", "_a", "/a", ".a", "a b", "a\nb", "a:b", "aé", "éa", "a,b", *NOT_TEXT],
    ),
    "ike_config.ike_version": (choices("v1", "v2"), ["", "1", "v3", "v1 v2", *NOT_TEXT]),
    "ike_config.ike_mode": (choices("main", "aggressive"), ["", "quick", *NOT_TEXT]),
    "ike_config.ike_enc_alg": (choices(*CIPHERS), ["", "aes128", "des", *NOT_TEXT]),
    "ike_config.ike_auth_alg": (choices(*HASHES), ["", "sha256", "sha2_224", *NOT_TEXT]),
    "ike_config.ike_pfs": (choices(*GROUPS), ["", "group1", "2", "disabled", *NOT_TEXT]),
    "ike_config.ike_life_time": seconds(60, 86400),
    "ipsec_config.ipsec_enc_alg": (choices(*CIPHERS), ["", "aes128", "null", *NOT_TEXT]),
    "ipsec_config.ipsec_auth_alg": (choices(*HASHES), ["", "sha256", *NOT_TEXT]),
    "ipsec_config.ipsec_pfs": (choices(*GROUPS, "disabled"), ["", "group1", "none", *NOT_TEXT]),
    "ipsec_config.ipsec_lifetime": seconds(180, 86400),
    "state": (choices("present", "absent"), ["", "latest", *NOT_TEXT]),
    "version": ([(1, 1), (99, 99)], [0, 100, -1, *NOT_A_NUMBER]),
    "wait_for": (choices("none", "active", "reachable"), ["", "up", *NOT_TEXT]),
    "minimum_security": (choices("none", "discouraged", "current"), ["", "broken", *NOT_TEXT]),
    "wait_timeout": seconds(1, 86400),
}


def with_value(name, value):
    group, _dot, inner = name.rpartition(".")
    return {group: {**EXAMPLE[group], inner: value}} if group else {inner: value}


def test_every_option_has_its_constraint_in_the_table():
    inner = {"%s.%s" % (name, field.name) for name, fields in VPN_TUNNEL.groups.items() for field in fields}
    assert set(RULES) == inner | set(VPN_TUNNEL.argument_spec()) - set(VPN_TUNNEL.groups)


@pytest.mark.parametrize("name", RULES)
def test_valid_value_is_normalized(name):
    for value, normal in RULES[name][0]:
        options = {**EXAMPLE, "vpn_conn_id": "vpnconn-1", **with_value(name, value)}
        assert VPN_TUNNEL.validate(options) == []
        wanted = VPN_TUNNEL.parse(options)
        group, _dot, inner = name.rpartition(".")
        if group:
            found = wanted.fields[group][inner]
        else:
            found = {**wanted.options, **wanted.fields, "secret_key": wanted.secret_key}[name]
        assert (found.reveal() if name == "secret_key" else found) == normal


@pytest.mark.parametrize("name", RULES)
def test_invalid_value_is_reported_with_the_option_name(name):
    for value in RULES[name][1]:
        found = errors(**with_value(name, value))
        assert [re.match(r"[a-z_.]*", error).group() for error in found] == [name], repr(value)[:80]
        assert name != "secret_key" or repr(value) not in found[0]


def test_error_has_the_constraint_and_the_value():
    assert errors(**with_value("ike_config.ike_life_time", 59)) == [
        "ike_config.ike_life_time: must be a whole number of seconds from 60 to 86400, got 59"
    ]
    assert errors(local_subnets=["10.0.0.0/8", "10.0.0.0"]) == [
        "local_subnets[1]: '10.0.0.0' is not a CIDR (example: 192.168.0.0/20)"
    ]


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("ddd22www", "has no symbol"),
        ("ddd22@", "has 6 characters"),
        ("ddd22@wwwddd22@www", "has 18 characters"),
        ("ddd22@w.w", "has a character that is not allowed"),
        ("ddd22@w w", "has a character that is not allowed"),
        ("ddd22@w\u200bw", "has an invisible character"),
        ("ddd22@w\rw", "has an invisible character"),
        ("dddee@www", "has no digit"),
        ("22222@222", "has no letter"),
        ("12345", "has 5 characters, no letter, no symbol"),
        (12345678, "is not text"),
    ],
)
def test_error_in_a_key_has_what_is_broken_and_not_the_value(key, parts):
    assert errors(secret_key=key) == [
        "secret_key: must be 8 to 17 characters, with letters, digits and symbols all present, "
        f"symbols only from !@#$%^*()_, but {parts} (its value is not shown)"
    ]


@pytest.mark.parametrize(
    "form", ["%s\n", "%s\r\n", " %s\t", "\ufeff%s", "%s\u200b", "\ufeff %s\u200b\n", "\u3000%s\xa0"]
)
def test_key_loses_blanks_and_invisible_characters_at_its_ends(form):
    options = {**EXAMPLE, "secret_key": form % "ddd22@www"}
    assert VPN_TUNNEL.validate(options) == []
    assert VPN_TUNNEL.parse(options).secret_key.reveal() == "ddd22@www"


@pytest.mark.parametrize("blank", [None, "", " ", "\r\n", "\u200b", "\ufeff "])
def test_blank_key_is_not_provided(blank):
    options = {**EXAMPLE, "secret_key": blank}
    assert VPN_TUNNEL.validate(options) == []
    assert VPN_TUNNEL.parse(options).secret_key is None


def test_name_that_contains_the_key_is_an_error_without_the_key():
    text = "vpn_conn_name: must not contain the secret_key, because names are shown; choose another name"
    assert errors(secret_key=" ddd22_www", vpn_conn_name="site-ddd22_www") == [text]
    assert errors(secret_key="ddd22_www", vpn_conn_name="site-ddd22_ww") == []
    assert errors(secret_key="ddd22_www", vpn_conn_name="site-ddd22_www", state="absent") == []
    # A key that is invalid has an error of its own, and may be a part of any word.
    assert len(errors(secret_key="e", vpn_conn_name="site-e")) == 1


def test_all_errors_are_reported_together():
    options = {"vpn_conn_name": "1", "secret_key": "x", "ike_config": {"ike_pfs": "x"}, "ipsec_config": [1]}
    assert [error.partition(":")[0] for error in VPN_TUNNEL.validate(options)] == [
        "secret_key",
        "vpn_conn_name",
        "ike_config.ike_pfs",
        "ipsec_config",
        "vpn_id",
    ]


def test_tunnel_is_identified_by_its_name_or_its_id():
    assert [error.partition(":")[0] for error in VPN_TUNNEL.validate({"vpn_id": "vpn-1"})] == ["vpn_conn_name"]
    assert VPN_TUNNEL.validate({"vpn_id": "vpn-1", "vpn_conn_id": "vpnconn-1"}) == []


def test_host_bits_of_a_subnet_are_removed_with_a_warning():
    wanted = VPN_TUNNEL.parse({**EXAMPLE, "local_subnets": ["192.168.1.1/20", "10.0.0.0/8"]})
    text = "local_subnets: 192.168.1.1/20 has host bits set; it is used as 192.168.0.0/20 [HostBits]"
    assert wanted.warnings == (text,)


_JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.binary(max_size=6),
        st.just("\ud800"),
        st.text("aZ09 /.:%-_\n\x00é٣", max_size=12),
        st.sampled_from(["10.0.0.0/8", "::1%x/64", "v1", KEY, "vpn-1"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)
_JUNK_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(VPN_TUNNEL.argument_spec(), _JUNK),
        **{
            name: st.one_of(_JUNK, st.fixed_dictionaries({}, optional={field.name: _JUNK for field in fields}))
            for name, fields in VPN_TUNNEL.groups.items()
        },
    },
)


@settings(max_examples=300, deadline=None, database=None)
@given(junk=_JUNK_OPTIONS, valid=st.booleans())
@example(junk={"version": 10**5000}, valid=True)
@example(junk={"remote_subnets": ["fe80::1%\n/64"], "local_subnets": ("10.0.0.0/0.0.0.255",)}, valid=True)
def test_any_junk_in_any_option_is_reported_in_sentences(junk, valid):
    options = {**(EXAMPLE if valid else {}), **junk}
    found = VPN_TUNNEL.validate(options, "tunnels[0].")
    assert all(re.match(r"tunnels\[0\]\.[a-z_]+[^:]*: \S", error) and len(error) < 300 for error in found)
    if not found:
        VPN_TUNNEL.parse(options)  # what has no error has a normal form


# --- what the argument spec and the documentation say ---


def test_every_option_has_the_api_name_as_an_alias():
    aliases = {}
    for name, option in VPN_TUNNEL.argument_spec().items():
        aliases[name] = option.get("aliases", [])
        aliases.update({inner: each.get("aliases", []) for inner, each in option.get("options", {}).items()})
    assert {alias for group in aliases.values() for alias in group} == {
        "vpnId",
        "vpnConnName",
        "name",
        "vpnConnId",
        "secretKey",
        "psk",
        "localSubnets",
        "remoteSubnets",
        "remoteIp",
        "cgwId",
        "ikeConfig",
        "ikeVersion",
        "ikeMode",
        "ikeEncAlg",
        "ikeAuthAlg",
        "ikePfs",
        "ikeLifeTime",
        "ipsecConfig",
        "ipsecEncAlg",
        "ipsecAuthAlg",
        "ipsecPfs",
        "ipsecLifetime",
        "clientToken",
    }
    assert aliases["ike_life_time"] == ["ikeLifeTime"]
    assert aliases["ipsec_lifetime"] == ["ipsecLifetime"]
    assert aliases["secret_key"] == ["secretKey", "psk"]
    assert aliases["vpn_conn_name"] == ["vpnConnName", "name"]


def test_secret_key_is_the_only_option_with_no_log():
    spec = VPN_TUNNEL.argument_spec()
    assert [name for name, option in spec.items() if option.get("no_log")] == ["secret_key"]
    # Ansible would guess otherwise from the word "token".
    assert spec["client_token"]["no_log"] is False


DOCUMENTED = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]


ALL_FIELDS = [("", field) for field in VPN_TUNNEL.option_fields] + [
    (name, field) for name, fields in VPN_TUNNEL.groups.items() for field in fields
]


@pytest.mark.parametrize(("group", "field"), ALL_FIELDS, ids=lambda value: getattr(value, "name", value))
def test_every_range_of_a_constraint_is_documented(group, field):
    options = DOCUMENTED[group]["suboptions"] if group else DOCUMENTED
    text = " ".join(options[field.name]["description"])
    for span in re.findall(r"[0-9]+ to [0-9]+", field.constraint):
        assert span in text
    if "symbols only from" in field.constraint:
        assert "symbols only from C(%s)" % KEY_SYMBOLS.replace(")", "\\)") in text


def test_constraints_name_every_choice_and_no_other():
    for _group, field in ALL_FIELDS:
        words = re.sub("^must be | or |, ", " ", field.constraint).split()
        assert "choices" not in field.argument_spec or words == field.argument_spec["choices"]


# --- plans ---


def test_plan_with_another_name_updates_the_name():
    plan = VPN_TUNNEL.plan(desired(vpn_conn_id="vpnconn-1"), current_tunnel(vpn_conn_name="old"))
    assert (plan.action, plan.changes) == ("update", ("vpn_conn_name",))
    assert plan.target.fields["vpn_conn_name"] == "vpncon"


def test_plan_of_a_missing_tunnel_creates_it_as_desired():
    plan = VPN_TUNNEL.plan(VPN_TUNNEL.parse(EXAMPLE), None)
    assert (plan.action, plan.before, plan.warnings) == ("create", {}, ())
    assert plan.after == {**{name: EXAMPLE[name] for name in EXAMPLE if name != "vpn_id"}, "secret_key": "(hidden)"}
    assert plan.target.secret_key.reveal() == KEY
    assert not plan.secret_key_changed


def test_plan_of_a_creation_names_all_missing_options():
    with pytest.raises(InvalidOptionsError) as caught:
        VPN_TUNNEL.plan(desired(ike_config={"ike_version": "v2"}, description="x"), None)
    (error,) = caught.value.errors
    assert error.startswith("The tunnel 'vpncon' does not exist on gateway vpn-119bd69b, and to create it ")
    assert error.partition(": ")[2].split(", ") == [
        "secret_key",
        "local_subnets",
        "remote_subnets",
        "ike_config.ike_mode",
        "ike_config.ike_enc_alg",
        "ike_config.ike_auth_alg",
        "ike_config.ike_pfs",
        "ike_config.ike_life_time",
        "ipsec_config.ipsec_enc_alg",
        "ipsec_config.ipsec_auth_alg",
        "ipsec_config.ipsec_pfs",
        "ipsec_config.ipsec_lifetime",
        "remote_ip (or cgw_id)",
    ]


def test_any_address_is_only_that_of_a_customer_gateway():
    """The list shows it next to the customer gateway's id; such a peer needs IKEv1 in aggressive mode."""
    aggressive, main = ({"ike_config": dict(EXAMPLE["ike_config"], ike_mode=mode)} for mode in ("aggressive", "main"))
    assert errors(remote_ip="0.0.0.0", cgw_id="cgw-1", **aggressive) == []
    for others in ({"cgw_id": "", **aggressive}, {"cgw_id": "cgw-1", **main}):
        (error,) = errors(remote_ip=" 0.0.0.0 ", **others)
        assert error.startswith("remote_ip: 0.0.0.0 is not the address of a device; provide cgw_id")


@pytest.mark.parametrize(
    ("local", "remote", "refused"),
    [
        (["10.0.0.0/8"], ["172.16.0.0/12"], []),
        (["2001:DB8::/32", "10.0.0.0/8"], ["fd00::/8", "172.16.0.0/12"], []),
        (["192.168.0.0/20"], ["192.168.0.0/20"], []),  # the API page's own example
        (["2001:db8::/32"], ["172.16.0.0/12"], ["local_subnets: 2001:db8::/32", "remote_subnets: 172.16.0.0/12"]),
        (["2001:db8::/32", "10.0.0.0/8"], ["172.16.0.0/12"], ["local_subnets: 2001:db8::/32"]),
        (["10.0.0.0/8"], ["fd00::/8", "172.16.0.0/12"], ["remote_subnets: fd00::/8"]),
    ],
)
def test_network_without_one_of_its_ip_version_is_refused(local, remote, refused):
    found = errors(local_subnets=local, remote_subnets=remote)
    assert [text.partition(" has no subnet of its IP version in ")[0] for text in found] == refused


def test_network_is_not_compared_with_an_invalid_or_unset_one():
    assert errors(local_subnets=["2001:db8::/32"], remote_subnets=None) == []
    (error,) = errors(local_subnets=["2001:db8::/32"], remote_subnets=["x"])
    assert error.startswith("remote_subnets[0]:")


# --- remote networks of two tunnels ---


def tunnels(*remote_subnets):
    return [
        (desired(remote_subnets=networks), current_tunnel(vpn_conn_name=name, remote_subnets=networks))
        for name, networks in zip("abcdef", remote_subnets)
    ]


@pytest.mark.parametrize(
    ("remote_subnets", "texts"),
    [
        ([["10.0.0.0/8"], ["172.16.0.0/12"], ["::/0"]], {}),
        ([["10.0.0.0/8", "10.1.0.0/16"], ["172.16.0.0/12"]], {}),
        ([["10.0.0.0/8"], ["10.1.0.0/16"]], {1: "10.1.0.0/16 of b overlaps 10.0.0.0/8 of a"}),
        ([["10.1.0.0/16"], ["10.0.0.0/8"]], {0: "10.1.0.0/16 of a overlaps 10.0.0.0/8 of b"}),
        ([["10.1.0.0/16"], ["10.1.0.0/16"]], {1: "10.1.0.0/16 of b overlaps 10.1.0.0/16 of a"}),
        ([["fd00:1::/32"], ["10.0.0.0/8"], ["fd00::/8"]], {0: "fd00:1::/32 of a overlaps fd00::/8 of c"}),
        (
            [["0.0.0.0/0"], ["10.1.0.0/16", "10.9.0.0/16"], ["10.9.1.0/24"]],
            {1: "10.1.0.0/16 of b overlaps 0.0.0.0/0 of a", 2: "10.9.1.0/24 of c overlaps 10.9.0.0/16 of b"},
        ),
    ],
)
def test_overlapping_remote_networks_are_one_warning_for_a_tunnel(remote_subnets, texts):
    found = VPN_TUNNEL.scope_warnings(tunnels(*remote_subnets))
    assert {index: text.partition("; ")[0] for index, text in found.items()} == {
        index: "remote_subnets: " + text for index, text in texts.items()
    }
    assert all("which of the tunnels receives a packet" in text for text in found.values())


def test_overlap_is_reported_for_the_tunnel_that_the_task_names():
    """Whichever is the wider one; a task that leaves remote_subnets out, or names neither, has no warning."""
    wide, inner = tunnels(["10.0.0.0/8"], ["10.1.0.0/16"])
    text = VPN_TUNNEL.scope_warnings([wide, inner])[1]
    assert VPN_TUNNEL.scope_warnings([wide, (None, inner[1])]) == {0: text}
    assert VPN_TUNNEL.scope_warnings([(None, wide[1]), inner]) == {1: text}
    nameless = current_tunnel(vpn_conn_name=None, remote_subnets=["10.0.0.0/8"])
    assert "10.0.0.0/8 of vpnconn-1;" in VPN_TUNNEL.scope_warnings([(None, nameless), inner])[1]
    assert VPN_TUNNEL.scope_warnings([(desired(description="x"), wide[1]), (None, inner[1])]) == {}
    assert VPN_TUNNEL.scope_warnings([(None, wide[1]), (None, inner[1])]) == {}


def test_overlap_with_a_tunnel_of_unreadable_networks_is_not_looked_for():
    unreadable = [(None, current_tunnel(remote_subnets=networks)) for networks in (None, [], ["branch"])]
    assert VPN_TUNNEL.scope_warnings(tunnels(["10.0.0.0/8"]) + unreadable) == {}


@pytest.mark.parametrize(
    "peer", [{"remote_ip": "10.1.1.1"}, {"cgw_id": "cgw-1"}, {"remote_ip": "2001:db8::1", "cgw_id": "c"}]
)
def test_creation_needs_one_of_the_peer_options(peer):
    options = {**EXAMPLE, "remote_ip": None, **peer}
    fields = VPN_TUNNEL.plan(VPN_TUNNEL.parse(options), None).target.fields
    assert {name: fields[name] for name in ("remote_ip", "cgw_id") if fields[name]} == peer


def test_creation_needs_every_field_except_the_description():
    for name in set(EXAMPLE) - {"description", "vpn_id", "vpn_conn_name"}:
        with pytest.raises(InvalidOptionsError):
            VPN_TUNNEL.plan(VPN_TUNNEL.parse({**EXAMPLE, name: None}), None)
    plan = VPN_TUNNEL.plan(VPN_TUNNEL.parse({**EXAMPLE, "description": None}), None)
    assert plan.action == "create"
    assert "description" not in plan.after


def test_plan_of_the_same_again_is_no_change():
    plan = VPN_TUNNEL.plan(VPN_TUNNEL.parse(EXAMPLE), current_tunnel())
    assert (plan.action, plan.changes, plan.warnings) == ("nothing", (), ())
    assert plan.before == plan.after
    assert "secret_key" not in plan.after


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"local_subnets": ["10.0.0.0/8"]}, ("local_subnets",)),
        ({"remote_ip": "10.1.1.1"}, ("remote_ip",)),
        ({"description": "other"}, ("description",)),
        ({"ike_config": {"ike_life_time": 300}}, ("ike_config.ike_life_time",)),
        ({"ike_config": {"ike_pfs": "group5", "ike_mode": "main"}}, ("ike_config.ike_pfs",)),
        (
            {"ipsec_config": {"ipsec_lifetime": 180, "ipsec_pfs": "disabled"}},
            ("ipsec_config.ipsec_lifetime", "ipsec_config.ipsec_pfs"),
        ),
        ({"secret_key": "eee33@www"}, ("secret_key",)),
    ],
)
def test_plan_of_a_difference_updates_only_that(options, changes):
    current = current_tunnel()
    plan = VPN_TUNNEL.plan(desired(**options), current)
    assert (plan.action, sorted(plan.changes)) == ("update", sorted(changes))
    want = json.loads(json.dumps(current.fields))
    for name, value in options.items():
        if name in VPN_TUNNEL.groups:
            want[name].update(value)
        elif name != "secret_key":
            want[name] = value
    assert plan.target.fields == want
    assert plan.target.secret_key.reveal() == options.get("secret_key", KEY)
    assert plan.secret_key_changed == ("secret_key" in options)


def test_diff_of_another_key_shows_masks():
    plan = VPN_TUNNEL.plan(desired(secret_key="eee33@www"), current_tunnel())
    assert plan.before["secret_key"] == "(hidden)"
    assert plan.after["secret_key"] == "(hidden, changed)"
    assert {**plan.before, "secret_key": None} == {**plan.after, "secret_key": None}


@pytest.mark.parametrize("blank", [None, "", " \n"])
def test_blank_id_name_or_token_counts_as_unset(blank):
    names = ("vpn_id", "vpn_conn_name", "vpn_conn_id", "cgw_id", "client_token")
    assert VPN_TUNNEL.provided_options({**dict.fromkeys(names, blank), "description": ""}) == {"description": ""}


def test_empty_description_clears_and_none_is_unmanaged():
    plan = VPN_TUNNEL.plan(desired(description=""), current_tunnel())
    assert (plan.action, plan.after["description"]) == ("update", "")
    assert VPN_TUNNEL.plan(desired(description=None), current_tunnel()).action == "nothing"
    assert VPN_TUNNEL.plan(desired(description=""), current_tunnel(description="")).action == "nothing"


def test_unset_fields_are_unmanaged():
    other = current_tunnel(
        "zzz99@zzz",
        local_subnets=["1.0.0.0/8"],
        remote_subnets=["2.0.0.0/8"],
        remote_ip="3.3.3.3",
        description="4",
        ike_config=dict(EXAMPLE["ike_config"], ike_life_time=5000),
        cgw_id="cgw-6",
    )
    nothing = dict.fromkeys(VPN_TUNNEL.argument_spec())
    assert VPN_TUNNEL.plan(desired(**{**nothing, "vpn_id": "v", "vpn_conn_name": "vpncon"}), other).action == "nothing"
    empty = {name: dict.fromkeys(field.name for field in fields) for name, fields in VPN_TUNNEL.groups.items()}
    assert VPN_TUNNEL.plan(desired(**empty), other).action == "nothing"
    assert VPN_TUNNEL.plan(desired(ike_config={}, ipsec_config={}), other).action == "nothing"


def test_plan_of_absent_deletes_an_existing_tunnel():
    plan = VPN_TUNNEL.plan(desired(state="absent"), current_tunnel())
    assert (plan.action, plan.after) == ("delete", {})
    assert plan.before["vpn_conn_name"] == "vpncon"
    assert "secret_key" not in plan.before
    assert VPN_TUNNEL.plan(desired(state="absent"), None)[:4] == ("nothing", (), {}, {})


def test_values_that_the_list_does_not_show_give_warnings():
    current = current_tunnel(None, local_subnets=None, ike_config={**EXAMPLE["ike_config"], "ike_pfs": None})
    plan = VPN_TUNNEL.plan(VPN_TUNNEL.parse(EXAMPLE), current)
    assert plan.action == "nothing"
    assert {warning.partition(":")[0] for warning in plan.warnings} == {
        "secret_key",
        "local_subnets",
        "ike_config.ike_pfs",
    }


def test_update_takes_values_that_the_list_does_not_show_from_the_task():
    current = current_tunnel(None, remote_subnets=None, ike_config={}, ipsec_config=None)
    plan = VPN_TUNNEL.plan(VPN_TUNNEL.parse({**EXAMPLE, "description": "other"}), current)
    assert (plan.action, plan.changes) == ("update", ("description",))
    assert plan.target.secret_key.reveal() == KEY
    assert {name: plan.target.fields[name] for name in ("remote_subnets", "ike_config", "ipsec_config")} == {
        name: EXAMPLE[name] for name in ("remote_subnets", "ike_config", "ipsec_config")
    }


def test_update_that_cannot_be_completed_names_all_missing_options():
    current = current_tunnel(None, remote_subnets=None, ike_config={**EXAMPLE["ike_config"], "ike_pfs": None})
    with pytest.raises(InvalidOptionsError) as caught:
        VPN_TUNNEL.plan(desired(description="other"), current)
    (error,) = caught.value.errors
    assert error.startswith("An update replaces the whole tunnel; provide these options too")
    assert error.partition(": ")[2].split(", ") == ["remote_subnets", "ike_config.ike_pfs", "secret_key"]


# The peer has two names. What the cloud shows, what the task says, and what is then sent (None: nothing to do).
PEERS = [
    ({"remote_ip": "1.1.1.1"}, {"remote_ip": "1.1.1.1"}, None),
    ({"remote_ip": "1.1.1.1"}, {"remote_ip": "2.2.2.2"}, {"remote_ip": "2.2.2.2"}),
    ({"cgw_id": "cgw-1"}, {"cgw_id": "cgw-2"}, {"cgw_id": "cgw-2"}),
    ({"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"}, {"remote_ip": "1.1.1.1"}, None),
    ({"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"}, {"remote_ip": "2.2.2.2"}, {"remote_ip": "2.2.2.2"}),
    ({"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"}, {"cgw_id": "cgw-2"}, {"cgw_id": "cgw-2"}),
    (
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
        {"remote_ip": "2.2.2.2", "cgw_id": "cgw-1"},
        {"remote_ip": "2.2.2.2", "cgw_id": "cgw-1"},
    ),
    (
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
        {"remote_ip": "2.2.2.2", "cgw_id": "cgw-2"},
        {"remote_ip": "2.2.2.2", "cgw_id": "cgw-2"},
    ),
    # Only the description differs: the peer stays as it is, both names of it.
    (
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
        {"description": "other"},
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
    ),
    (
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
        {"description": "other", "cgw_id": "cgw-1"},
        {"remote_ip": "1.1.1.1", "cgw_id": "cgw-1"},
    ),
    # A contract that returns only one of the names: the other cannot be compared, and is sent if something is.
    ({"remote_ip": "1.1.1.1"}, {"cgw_id": "cgw-1"}, None),
    ({"cgw_id": "cgw-1"}, {"remote_ip": "1.1.1.1"}, None),
    # One that returns an empty text for the other: the peer is to be another.
    ({"remote_ip": "1.1.1.1", "cgw_id": ""}, {"cgw_id": "cgw-1"}, {"cgw_id": "cgw-1"}),
    ({"remote_ip": "", "cgw_id": "cgw-1"}, {"remote_ip": "1.1.1.1"}, {"remote_ip": "1.1.1.1"}),
    ({"remote_ip": "1.1.1.1", "cgw_id": ""}, {"remote_ip": "1.1.1.1"}, None),
    ({"cgw_id": "cgw-1"}, {"remote_ip": "1.1.1.1", "description": "other"}, {"remote_ip": "1.1.1.1"}),
]


@pytest.mark.parametrize(("shown", "asked", "sent"), PEERS)
def test_old_peer_option_never_stays_next_to_a_new_one(shown, asked, sent):
    plan = VPN_TUNNEL.plan(desired(**asked), current_tunnel(**{"remote_ip": None, **shown}))
    assert plan.action == ("update" if sent else "nothing")
    not_shown = [name for name in asked if name in ("remote_ip", "cgw_id") and shown.get(name) is None]
    assert [warning.partition(":")[0] for warning in plan.warnings] == not_shown
    if sent:
        assert {name: plan.target.fields[name] for name in ("remote_ip", "cgw_id") if plan.target.fields[name]} == sent


# --- properties ---

_KEYS = st.builds(
    lambda letters, digits, symbol, order: "".join(order.sample(letters + digits + symbol, len(letters + digits) + 1)),
    st.text("abcXYZ", min_size=3, max_size=6),
    st.text("0189", min_size=4, max_size=10),
    st.sampled_from(KEY_SYMBOLS),
    st.randoms(use_true_random=False),
)
_V4 = st.builds(
    lambda number, bits: ipaddress.ip_network((number, bits), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
_V6 = st.builds(
    lambda number, bits: ipaddress.ip_network((number, bits), strict=False),
    st.integers(0, 2**128 - 1),
    st.integers(0, 128),
)
_NETWORKS = st.lists(st.one_of(_V4, _V4, _V6), min_size=1, max_size=4)
_VALUES = {
    "local_subnets": _NETWORKS.map(lambda networks: [str(network) for network in networks]),
    "remote_ip": st.sampled_from(["10.107.245.188", "203.0.113.10", "2001:db8::1"]),
    "cgw_id": st.sampled_from(["cgw-1", "cgw-2"]),
    "remote_subnets": _NETWORKS.map(lambda networks: [str(network) for network in networks]),
    "description": st.text("ab é\n", max_size=4),
    "vpn_conn_name": st.sampled_from(["vpncon", "office/1"]),
    **{
        name: st.fixed_dictionaries(
            {},
            optional={
                field.name: st.sampled_from(field.argument_spec["choices"])
                if "choices" in field.argument_spec
                else st.integers(180, 86400)
                for field in fields
            },
        )
        for name, fields in VPN_TUNNEL.groups.items()
    },
}
_OPTIONS = st.fixed_dictionaries({}, optional={**_VALUES, "secret_key": _KEYS}).map(
    lambda options: {"vpn_id": "vpn-119bd69b", "vpn_conn_id": "vpnconn-1", **options}
)
_WHOLE = {**_VALUES, "secret_key": _KEYS}
for _name, _fields in VPN_TUNNEL.groups.items():
    _WHOLE[_name] = st.fixed_dictionaries(
        {
            field.name: st.sampled_from(field.argument_spec["choices"])
            if "choices" in field.argument_spec
            else st.integers(180, 86400)
            for field in _fields
        }
    )
_LEAVES = (
    [name for name in _VALUES if name not in VPN_TUNNEL.groups]
    + ["secret_key"]
    + ["%s.%s" % (name, field.name) for name, fields in VPN_TUNNEL.groups.items() for field in fields]
)
# Mostly the cloud shows all fields, sometimes it leaves out one or two.
_NOT_SHOWN = st.lists(st.sampled_from(_LEAVES), max_size=3)


def as_shown(target, not_shown):
    """The Tunnel that a cloud shows after a write: without what it does not return."""
    fields = json.loads(json.dumps(target.fields))
    fields["vpn_conn_id"] = "vpnconn-1"
    for path in not_shown:
        group, _dot, inner = path.rpartition(".")
        if path != "secret_key":
            (fields[group] if group else fields)[inner] = None
    return Item(fields, None if "secret_key" in not_shown else target.secret_key)


def existing(options, not_shown):
    """A Tunnel of the cloud that was made with these options, all of them."""
    return as_shown(VPN_TUNNEL.plan(VPN_TUNNEL.parse({"vpn_id": "vpn-119bd69b", **options}), None).target, not_shown)


@settings(max_examples=250, deadline=None, database=None)
@given(options=_OPTIONS, present=st.one_of(st.none(), st.fixed_dictionaries(_WHOLE)), not_shown=_NOT_SHOWN)
def test_plan_after_an_applied_plan_is_no_change(options, present, not_shown):
    wanted = VPN_TUNNEL.parse(options)
    current = present and existing(present, not_shown)
    try:
        plan = VPN_TUNNEL.plan(wanted, current)
    except InvalidOptionsError as error:
        assert current is None or not_shown
        assert "these options" in str(error)
        return
    again = VPN_TUNNEL.plan(wanted, as_shown(plan.target, not_shown))
    assert (again.action, again.changes) == ("nothing", ())
    assert again.before == again.after
    # Nor was anything changed that the task does not manage.
    if plan.action == "update":
        managed = set(wanted.fields) | {"secret_key", "remote_ip", "cgw_id"}
        assert {path.partition(".")[0] for path in plan.changes} <= managed
        for name in set(_VALUES) - managed:
            assert plan.target.fields[name] == current.fields[name]


def spelled(network, way):
    """A CIDR in another spelling that means the same."""
    ways = [
        str(network),
        " %s " % network,
        "%s/%s" % (network.network_address, network.netmask),
        "%s/%d" % (network.broadcast_address, network.prefixlen),
        str(network.exploded).upper(),
    ]
    return ways[way % (len(ways) if network.version == 4 else 2)]


@settings(max_examples=150, deadline=None, database=None)
@given(
    networks=_NETWORKS,
    others=_NETWORKS,
    ways=st.lists(st.integers(0, 4), min_size=8, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_order_and_spelling_of_subnets_never_change_a_plan(networks, others, ways, order):
    respelled = [spelled(network, way) for network, way in zip(networks + networks[:2], ways)]
    order.shuffle(respelled)
    assume(set(map(str, networks)) != set(map(str, others)))
    current = current_tunnel(local_subnets=list(dict.fromkeys(map(str, networks))), remote_subnets=["10.0.0.0/8"])

    assert VPN_TUNNEL.plan(desired(local_subnets=respelled), current).action == "nothing"

    plain, same = desired(remote_subnets=[str(each) for each in networks]), desired(remote_subnets=respelled)
    assume(set(map(str, networks)) != {"10.0.0.0/8"})
    one, other = VPN_TUNNEL.plan(plain, current), VPN_TUNNEL.plan(same, current)
    assert (one.action, one.changes) == (other.action, other.changes) == ("update", ("remote_subnets",))
    assert set(one.after["remote_subnets"]) == set(other.after["remote_subnets"]) == set(map(str, networks))
    # A real difference is still one.
    assert VPN_TUNNEL.plan(desired(local_subnets=[str(each) for each in others]), current).action == "update"


@settings(max_examples=150, deadline=None, database=None)
@given(
    new=_KEYS,
    old=_KEYS,
    options=_OPTIONS,
    present=st.fixed_dictionaries(_WHOLE),
    there=st.booleans(),
    absent=st.booleans(),
)
def test_no_plan_shows_a_key(new, old, options, present, there, absent):
    wanted = VPN_TUNNEL.parse({**options, "secret_key": new, "state": "absent" if absent else "present"})
    current = existing({**present, "secret_key": old}, []) if there else None
    shown = [repr(wanted), repr(current)]
    try:
        plan = VPN_TUNNEL.plan(wanted, current)
    except InvalidOptionsError as error:
        shown.append(repr(error))
    else:
        shown += [repr(plan), str(plan), json.dumps([plan.before, plan.after, plan.changes, plan.warnings])]
        assert plan.secret_key_changed == (there and not absent and new != old)
    assert [key for key in (new, old) if key in "".join(shown)] == []


@settings(max_examples=150, deadline=None, database=None)
@given(
    key=st.text("aZ09 !\n\x00é", max_size=20).map("Zq7é".__add__),
    wrap=st.sampled_from([str, lambda key: [key], lambda key: {key: key}]),
)
def test_no_error_shows_an_invalid_key(key, wrap):
    for error in errors(secret_key=wrap(key)):
        assert "Zq7" not in error
