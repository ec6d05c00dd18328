# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's operations on the wire: what is sent is the page's example, and what is read may look as it likes."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options, response_parsing
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient, Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    ApiError,
    BceError,
    InvalidResponseError,
    NotFoundError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Plan
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL, VpnTunnelApi
from api_example import BODY, OPTIONS, SECRET_KEY
from emulator_process import GATEWAY
from scripted_client import Script

TOKEN = "1849ef6b-f73c-4f5d-b88b-259ca47af849"


@pytest.fixture
def api(emulator):
    connection = connection_options.resolve({"retry_timeout": 0.0}, emulator.environment)
    return VpnTunnelApi(BceClient(connection), {"vpn_id": GATEWAY})


def planned(current=None, **options):
    """The tunnel that the example with other options asks for."""
    return VPN_TUNNEL.plan(VPN_TUNNEL.parse({**OPTIONS, **options}), current).target


def replacing(target):
    """The plan of an update that sends this tunnel."""
    return Plan("update", (), {}, {}, target)


def digest(key):
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def only(items):
    (item,) = items
    return item


# --- what is sent ---


def test_token_names_of_a_tunnel_never_change():
    """Two releases must derive the same tokens."""
    for version in (1, 2):
        api = VpnTunnelApi(Script(), {"vpn_id": "vpn-119bd69b", "version": version})
        assert api.token_names("vpncon") == ("vpn_tunnel", "vpn-119bd69b", "vpncon")


def test_creation_sends_the_example_of_the_api_page_in_its_order(api, emulator):
    vpn_conn_id, request_id = api.create(planned(), TOKEN)
    sent = only(emulator.requests())
    assert (sent["method"], sent["path"], sent["query"]) == (
        "POST",
        f"/v1/vpn/{GATEWAY}/vpnconn",
        {"clientToken": TOKEN},
    )
    # The journal masks the key; that the right one arrived is seen in what is stored.
    assert json.dumps(sent["body"]) == json.dumps({**BODY, "secretKey": "********"})
    assert only(emulator.tunnels())["secretKey"] == digest(SECRET_KEY)
    assert (sent["status"], sent["request_id"]) == (200, request_id)
    assert only(emulator.tunnels())["vpnConnId"] == vpn_conn_id


def test_list_is_requested_by_the_gateway_id(api, emulator):
    listing = api.read_all()
    sent = only(emulator.requests())
    assert (sent["method"], sent["path"]) == ("GET", f"/v1/vpn/vpnconn/{GATEWAY}")
    assert (sent["query"], sent["body"]) == ({}, None)
    assert (listing.entries, listing.request_id, listing.secrets) == ([], sent["request_id"], frozenset())
    assert listing.server_time == pytest.approx(time.time(), abs=60)


def test_update_sends_the_whole_tunnel_and_its_gateway(api, emulator):
    vpn_conn_id = api.create(planned(), TOKEN)[0]
    current = only(api.read_all().items)
    request_id = api.update(replacing(planned(current, description="")), "another-token")
    sent = emulator.requests("PUT")[0]
    assert (sent["path"], sent["query"]) == (f"/v1/vpn/vpnconn/{vpn_conn_id}", {"clientToken": "another-token"})
    assert sent["body"] == {**BODY, "description": "", "vpnId": GATEWAY, "secretKey": "********"}
    assert sent["request_id"] == request_id
    assert only(emulator.tunnels())["description"] == ""
    assert only(emulator.tunnels())["secretKey"] == digest(SECRET_KEY)


def test_deletion_has_no_body(api, emulator):
    vpn_conn_id = api.create(planned(), TOKEN)[0]
    request_id = api.delete(vpn_conn_id, "another-token")
    sent = emulator.requests("DELETE")[0]
    assert (sent["path"], sent["query"], sent["body"]) == (
        f"/v1/vpn/vpnconn/{vpn_conn_id}",
        {"clientToken": "another-token"},
        None,
    )
    assert sent["request_id"] == request_id
    assert emulator.tunnels() == []


def test_every_path_begins_with_the_version(emulator):
    client = BceClient(connection_options.resolve({"retry_timeout": 0.0}, emulator.environment))
    api = VpnTunnelApi(client, {"vpn_id": GATEWAY, "version": 7})
    there = planned()
    there.fields["vpn_conn_id"] = "vpnconn-1"
    for call in (
        api.read_all,
        lambda: api.create(there, TOKEN),
        lambda: api.update(replacing(there), TOKEN),
        lambda: api.delete("vpnconn-1", TOKEN),
    ):
        with pytest.raises(BceError):
            call()
    assert [sent["path"] for sent in emulator.requests()] == [
        f"/v7/vpn/vpnconn/{GATEWAY}",
        f"/v7/vpn/{GATEWAY}/vpnconn",
        "/v7/vpn/vpnconn/vpnconn-1",
        "/v7/vpn/vpnconn/vpnconn-1",
    ]


@pytest.mark.parametrize(
    "peer",
    [
        {"cgw_id": "cgw-1"},
        {"remote_ip": "10.1.1.1"},
        {"cgw_id": "cgw-1", "remote_ip": "10.1.1.1"},
    ],
)
def test_creation_sends_the_peer_options_of_the_task_and_no_null(peer, api, emulator):
    api.create(planned(**{"remote_ip": None, "description": None, **peer}), TOKEN)
    body = only(emulator.requests())["body"]
    assert {name: body[name] for name in ("remoteIp", "cgwId") if name in body} == {
        {"remote_ip": "remoteIp", "cgw_id": "cgwId"}[name]: value for name, value in peer.items()
    }
    assert "description" not in body
    assert None not in body.values()


def test_text_in_any_script_is_sent_unchanged(api, emulator):
    description = '北京 "tunnel" \\ é 🔑'
    api.create(planned(description=description), TOKEN)
    assert only(emulator.tunnels())["description"] == description
    assert only(api.read_all().items).fields["description"] == description


_WORDS = {
    "%s.%s" % (name, field.name): field.argument_spec.get("choices") or [180, 300, 86400]
    for name, fields in VPN_TUNNEL.groups.items()
    for field in fields
}


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.fixed_dictionaries({path: st.sampled_from(choices) for path, choices in _WORDS.items()}),
    subnets=st.lists(st.sampled_from(["10.0.0.0/8", "192.168.1.1/255.255.0.0", "172.16.0.0/12"]), min_size=1),
    description=st.text('a é"\\\n', max_size=5),
    key=st.sampled_from([SECRET_KEY, "a1!aaaaa", "Z9_00000%^*()abc1"]),
)
def test_created_tunnel_is_read_back_as_desired(words, subnets, description, key, api, emulator):
    emulator.reset()
    options = {"local_subnets": subnets, "description": description, "secret_key": key}
    for path, value in words.items():
        group, _dot, inner = path.partition(".")
        options.setdefault(group, {})[inner] = value
    api.create(planned(**options), TOKEN)
    current = only(api.read_all().items)
    again = VPN_TUNNEL.plan(VPN_TUNNEL.parse({**OPTIONS, **options}), current)
    assert (again.action, again.changes, again.warnings) == ("nothing", (), ())


# --- what is read ---

ENTRY = {
    **BODY,
    "vpnId": GATEWAY,
    "vpnConnId": "vpnconn-1",
    "localIp": "172.16.0.1",
    "createdTime": "2025-09-25 17:22:34",
    "status": "active",
    "healthStatus": "reachable",
    "cgwId": "",
}
READ = {
    **{name: value for name, value in OPTIONS.items() if name != "secret_key"},
    "vpn_conn_id": "vpnconn-1",
    "cgw_id": "",
    "local_ip": "172.16.0.1",
    "created_time": "2025-09-25 17:22:34",
    "status": "active",
    "health_status": "reachable",
}


def nested(entry, path, value):
    """A copy of an entry with another value at ``ikeConfig.ikeLifeTime``; ... takes it away."""
    entry = json.loads(json.dumps(entry))
    group, _dot, inner = path.rpartition(".")
    target = entry[group] if group else entry
    target[inner] = value
    if value is ...:
        del target[inner]
    return entry


# where in the entry, what stands there, where in the fields, how it is read
ODD_VALUES = [
    *[
        ("ikeConfig.ikeLifeTime", value, "ike_config.ike_life_time", 28800)
        for value in (28800, "28800", "28800s", "28800S", " 28800 s ")
    ],
    *[
        ("ipsecConfig.ipsecLifetime", value, "ipsec_config.ipsec_lifetime", None)
        for value in (..., None, "", "s", "abc", "-1s", "28800ms", True, 28800.5, [28800], {}, "9" * 5000)
    ],
    ("ikeConfig.ikeMode", "MAIN", "ike_config.ike_mode", "main"),
    ("ikeConfig.ikeAuthAlg", " Sha2_256 ", "ike_config.ike_auth_alg", "sha2_256"),
    ("ikeConfig.ikeEncAlg", "chacha20", "ike_config.ike_enc_alg", "chacha20"),
    ("ikeConfig.ikePfs", 2, "ike_config.ike_pfs", None),
    ("ikeConfig.more", "x", "ike_config", READ["ike_config"]),
    *[("ikeConfig", value, "ike_config", dict.fromkeys(READ["ike_config"])) for value in (..., None, [], "v1", 5)],
    *[("localSubnets", value, "local_subnets", None) for value in (..., None, "10.0.0.0/8", {}, [5], [None], [["x"]])],
    ("localSubnets", [], "local_subnets", []),
    ("localSubnets", ["10.0.0.0/255.0.0.0", "10.0.0.0/8", " ::/0"], "local_subnets", ["10.0.0.0/8", "::/0"]),
    ("remoteSubnets", ["any words", "10.0.0.1"], "remote_subnets", ["any words", "10.0.0.1"]),
    ("remoteIp", "2001:DB8::0:1", "remote_ip", "2001:db8::1"),
    ("remoteIp", "peer.example.com", "remote_ip", "peer.example.com"),
    *[("remoteIp", value, "remote_ip", None) for value in (..., None, 5, ["10.0.0.1"])],
    ("remoteIp", "", "remote_ip", ""),
    *[("description", value, "description", "") for value in (..., None, "", 5, ["x"])],
    ("description", " a\n", "description", "a"),
    ("status", "half_way", "status", "half_way"),
    *[("status", value, "status", None) for value in (..., None, "", 5, {})],
    *[("healthStatus", value, "health_status", None) for value in (..., None, ["reachable"])],
    *[("vpnConnName", value, "vpn_conn_name", None) for value in (..., None, 5, [])],
    ("somethingNew", {"a": [1]}, "vpn_id", GATEWAY),
]


def test_entry_is_read_with_option_names_in_normal_form(api, emulator):
    emulator.plant(ENTRY)
    read = only(api.read_all().items)
    assert read.fields == READ
    assert read.secret_key == Secret(SECRET_KEY)


def test_odd_value_in_an_entry_changes_nothing_else(api, emulator):
    entries = [nested(ENTRY, path, value) for path, value, _name, _read in ODD_VALUES]
    emulator.plant(*[dict(entry, vpnConnId=f"vpnconn-{number}") for number, entry in enumerate(entries)])
    tunnels = api.read_all().items
    assert len(tunnels) == len(ODD_VALUES)
    for number, ((path, value, name, wanted), found) in enumerate(zip(ODD_VALUES, tunnels)):
        assert found.fields == dict(nested(READ, name, wanted), vpn_conn_id=f"vpnconn-{number}"), (path, value)
        assert found.secret_key == Secret(SECRET_KEY)


@pytest.mark.parametrize("value", [..., None, 5, []])
def test_tunnel_without_an_id_is_listed(value, api, emulator):
    emulator.plant(nested(ENTRY, "vpnConnId", value))
    assert only(api.read_all().items).fields == dict(READ, vpn_conn_id=None)


@pytest.mark.parametrize(
    "key",
    [..., None, "", 5, ["x"], "********", "d*******w", "K0******ey", "K0***ey!1", "K*0*e*y11", "no-rule", "x" * 100],
)
def test_masked_or_invalid_key_counts_as_not_shown(key, api, emulator):
    emulator.plant(nested(ENTRY, "secretKey", key))
    assert only(api.read_all().items).secret_key is None


@pytest.mark.parametrize("key", ["K0*ey11!", "K0**ey11", "a*b*c1!d*"])
def test_key_with_few_asterisks_is_a_key(key, api, emulator):
    emulator.plant(nested(ENTRY, "secretKey", key))
    assert only(api.read_all().items).secret_key == Secret(key)


def test_no_key_is_in_a_list_nor_in_later_errors(api, emulator):
    emulator.plant(ENTRY, dict(ENTRY, vpnConnId="vpnconn-2", secretKey="old.Key.of.no.rule"))
    listing = api.read_all()
    emulator.faults({"fault": "status", "status": 400, "echo_key": True})
    with pytest.raises(ApiError, match=r"secretKey \*{8}") as caught:
        api.read_all()
    shown = repr(listing) + str(listing.items) + str(caught.value) + repr(caught.value.to_dict())
    assert [key for key in (SECRET_KEY, "old.Key.of.no.rule") if key in shown] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        "",
        {"vpns": []},
        {"vpnConns": None},
        {"vpnConns": {}},
        {"vpnConns": "x"},
        {"vpnConns": 5},
        {"vpnConns": False},
        {"vpnConns": [None]},
        {"vpnConns": ["x"]},
        {"vpnConns": [[]]},
        {"vpnConns": [ENTRY, 5]},
    ],
)
def test_response_without_a_list_of_tunnels_is_an_error(body, api, emulator):
    emulator.faults({"fault": "garbage", "body": body})
    words = f"Cannot list the tunnels of VPN gateway {GATEWAY}: the response has "
    with pytest.raises(InvalidResponseError, match=words) as caught:
        api.read_all()
    assert (caught.value.code, caught.value.http_status) == ("InvalidResponse", 200)
    assert caught.value.request_id == emulator.requests()[0]["request_id"]
    assert SECRET_KEY not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"vpnConnId": None},
        {"vpnConnId": ""},
        {"vpnConnId": 5},
        {"vpnConnId": "a/../b"},
    ],
)
def test_creation_without_an_id_in_the_response_may_be_applied(body, api, emulator):
    emulator.faults({"fault": "garbage", "body": body})
    with pytest.raises(InvalidResponseError, match="has no vpnConnId") as caught:
        api.create(planned(), TOKEN)
    assert caught.value.maybe_applied


@pytest.mark.parametrize("fault", [{"fault": "reset_after"}, {"fault": "status", "status": 503}], ids=str)
def test_creation_of_unknown_outcome_is_sent_once(fault, emulator):
    emulator.faults({**fault, "times": None})
    client = BceClient(connection_options.resolve({"retry_timeout": 60.0}, emulator.environment))
    api = VpnTunnelApi(client, {"vpn_id": GATEWAY})
    with pytest.raises(BceError) as caught:
        api.create(planned(), TOKEN)
    assert caught.value.maybe_applied
    assert len(emulator.requests("POST")) == 1


def respond(emulator, *bodies):
    """Let the next lists have these bodies, one after the other."""
    emulator.faults(*[{"match": {"method": "GET"}, "fault": "garbage", "body": body} for body in bodies])


def named(number, **more):
    return dict(ENTRY, vpnConnId=f"vpnconn-{number}", **more)


def test_list_in_pages_is_read_to_its_end(api, emulator):
    first = {"vpnConns": [named(1), named(2)], "isTruncated": True, "nextMarker": "vpnconn-3", "maxKeys": 2}
    respond(emulator, first, {"vpnConns": [named(3)], "isTruncated": False})
    listing = api.read_all()
    assert [item.fields["vpn_conn_id"] for item in listing.items] == ["vpnconn-1", "vpnconn-2", "vpnconn-3"]
    assert [sent["query"] for sent in emulator.requests()] == [{}, {"marker": "vpnconn-3"}]
    assert listing.request_id == emulator.requests()[1]["request_id"]


def test_list_parses_only_the_tunnel_that_is_asked_for(api, emulator, monkeypatch):
    """All keys of the list are known for redaction all the same."""
    parsed, parse = [], type(api).parse_item
    monkeypatch.setattr(type(api), "parse_item", lambda own, entry: parsed.append(entry) or parse(own, entry))
    entries = [named(number, vpnConnName=f"t-{number}", secretKey=f"key@22-{number}") for number in range(5)]
    respond(emulator, {"vpnConns": entries})
    listing = api.list()
    assert [(entry.object_id, entry.name) for entry in listing.entries][3] == ("vpnconn-3", "t-3") and parsed == []
    assert listing.entries[3].item.fields["vpn_conn_name"] == "t-3"
    assert listing.entries[3].item is listing.entries[3].item and parsed == [entries[3]]
    assert len(listing.secrets) == 5


def test_list_of_tunnels_whose_marker_is_missing_is_invalid(api, emulator):
    respond(emulator, {"vpnConns": [named(1)], "isTruncated": True})
    with pytest.raises(InvalidResponseError, match="more follow, but does not lead on"):
        api.read_all()


def test_id_listed_twice_with_equal_contents_counts_once(api, emulator):
    respond(emulator, {"vpnConns": [named(1), named(2), named(1)]})
    assert len(api.read_all().items) == 2


def test_id_listed_twice_with_different_contents_is_invalid(api, emulator):
    respond(emulator, {"vpnConns": [named(1), named(1, status="building")]})
    with pytest.raises(InvalidResponseError, match="the id vpnconn-1 more than once, with different contents"):
        api.read_all()


def test_list_with_a_tunnel_of_another_gateway_is_invalid(api, emulator):
    respond(emulator, {"vpnConns": [named(1), named(2, vpnId="vpn-other")]})
    with pytest.raises(InvalidResponseError, match=f"an object of vpnId vpn-other, but was asked for {GATEWAY} "):
        api.read_all()


@pytest.mark.parametrize(
    ("shown", "confirmed"), [(GATEWAY, True), (..., False), (None, False), ("", False), (5, False)]
)
def test_tunnel_has_a_flag_whether_the_api_named_its_gateway(shown, confirmed, api, emulator):
    respond(emulator, {"vpnConns": [nested(ENTRY, "vpnId", shown)]})
    read = only(api.read_all().items)
    assert (read.fields["vpn_id"], read.scope_confirmed) == (GATEWAY, confirmed)


@pytest.mark.parametrize("status", [400, 404])
def test_list_of_an_absent_gateway_is_an_error(status, api, emulator):
    emulator.faults({"fault": "status", "status": status, "code": "NoSuchObject"})
    with pytest.raises(NotFoundError):
        api.read_all()


def test_errors_name_the_operation_and_the_tunnel(api):
    there = planned()
    there.fields["vpn_conn_id"] = "vpnconn-9"
    nowhere = VpnTunnelApi(api.client, {"vpn_id": "vpn-none"})
    with pytest.raises(NotFoundError, match=r"Cannot update the tunnel vpncon \(vpnconn-9\): "):
        api.update(replacing(there), TOKEN)
    with pytest.raises(NotFoundError, match="Cannot delete the tunnel vpnconn-9: "):
        api.delete("vpnconn-9", TOKEN)
    with pytest.raises(NotFoundError, match="Cannot list the tunnels of VPN gateway vpn-none: "):
        nowhere.read_all()
    with pytest.raises(NotFoundError, match="Cannot create the tunnel vpncon on VPN gateway vpn-none: "):
        nowhere.create(planned(), TOKEN)


def test_list_of_endless_pages_is_invalid(api):
    """Each page brings something new, and says that more follow."""
    pages = iter(range(10**6))

    class Endless:
        def request(self, _method, _path, _query, **_more):
            number = next(pages)
            body = {"vpnConns": [named(number)], "isTruncated": True, "nextMarker": f"vpnconn-{number + 1}"}
            return Response(200, body, "request-1")

    with pytest.raises(InvalidResponseError, match="after 100 pages that more follow"):
        response_parsing.paginate(Endless(), "/", {}, "vpnConns", "vpnConnId", "list")
    assert next(pages) == response_parsing.MAX_PAGES


@pytest.mark.parametrize(("shown", "sent"), [("as it was", "as it was"), ("", ""), (None, None), (..., None)])
def test_update_leaves_out_a_description_that_the_list_does_not_show(shown, sent, api, emulator):
    emulator.plant(nested(ENTRY, "description", shown))
    (current,) = api.read_all().items
    wanted = VPN_TUNNEL.parse({"vpn_id": GATEWAY, "vpn_conn_name": "vpncon", "remote_ip": "10.9.9.9"})
    api.update(VPN_TUNNEL.plan(wanted, current), "token")
    assert emulator.requests("PUT")[0]["body"].get("description") == sent
