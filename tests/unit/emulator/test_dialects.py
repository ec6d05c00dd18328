# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every dialect of the emulator does what its row of the table says, on a clock that the test sets."""

from __future__ import annotations

import calendar
import hashlib
import random
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime

import pytest

from api_example import BODY, SECRET_KEY
from emulator import dialects
from emulator_client import ABSENT, OTHER, OTHER_VPC, VPC, EmulatorClient
from emulator_process import EMULATOR, GATEWAY, EmulatorProcess
from emulator_thread import EmulatorThread

DAY = 24 * 3600


@pytest.fixture(scope="module")
def lab():
    lab = EmulatorClient()
    yield lab
    lab.close()


# --- the checks of each row; one of them fails in the base, and without any one of the row's hooks ---

CHECKS = {}


def check(name, **parameters):
    """Register a check of a dialect; the others of the same dialect stay."""

    def register(func):
        CHECKS.setdefault(name, []).append(lambda lab: func(lab, **parameters))
        return func

    return register


def run_checks(lab, name):
    """Run all checks of a dialect, each on an emulator that has just been reset."""
    for func in CHECKS[name]:
        lab.use(name)
        func(lab)


def shows(name, field, stored, expected):
    """Register the check that list and detail show a field in another way than it is stored."""

    @check(name)
    def _check(lab):
        lab.made(**({"name": stored} if field == "vpnConnName" else {field: stored}))
        assert [entry.get(field, ABSENT) for entry in lab.both()] == [expected] * 2
        if field != "secretKey":
            assert [item[field] for item in lab.stored()] == [stored]


shows("tunnel-name-upper", "vpnConnName", "Site-a", "SITE-A")
shows("tunnel-name-trimmed", "vpnConnName", "site-a-_/.", "site-a")
shows("tunnel-name-cut", "vpnConnName", "a" * 30, "a" * 20)
shows("tunnel-name-percent", "vpnConnName", "a-b_c/d.e1", "a%2Db%5Fc%2Fd%2Ee1")
shows("tunnel-name-entities", "vpnConnName", "a-b/c1", "a&#45;b&#47;c1")
shows("tunnel-name-missing", "vpnConnName", "site", ABSENT)
shows("tunnel-name-null", "vpnConnName", "site", None)
shows("tunnel-name-empty", "vpnConnName", "site", "")
shows("description-missing", "description", "text", ABSENT)
shows("description-null", "description", "", None)
shows("description-trimmed", "description", " a text. ", "a text")
shows("description-cut", "description", "a" * 30, "a" * 20)
shows("description-entities", "description", "a b&c", "a b&#38;c")
shows("subnets-netmask", "localSubnets", ["192.168.0.0/20"], ["192.168.0.0/255.255.240.0"])
shows(
    "subnets-sorted",
    "remoteSubnets",
    ["192.168.9.0/24", "10.0.0.0/8", "192.168.10.0/24"],
    ["10.0.0.0/8", "192.168.9.0/24", "192.168.10.0/24"],
)
shows("keys-masked", "secretKey", SECRET_KEY, "****")
shows("keys-masked-partly", "secretKey", SECRET_KEY, "dd*****ww")
shows("keys-hashed", "secretKey", SECRET_KEY, hashlib.sha256(SECRET_KEY.encode()).hexdigest())
shows("keys-missing", "secretKey", SECRET_KEY, ABSENT)


@check("tunnel-name-ellipsis")
def _ellipsis(lab):
    lab.made("a" * 21)
    lab.made("b" * 20)
    assert [entry["vpnConnName"] for entry in lab.listed()] == ["a" * 20 + "...", "b" * 20]


@check("tunnel-name-late", seconds=1, young=ABSENT)
def _late_name(lab, seconds, young):
    lab.made("site")
    assert [entry.get("vpnConnName", ABSENT) for entry in lab.both()] == [young] * 2
    lab.sleep(seconds - 0.01)
    assert lab.listed()[0].get("vpnConnName", ABSENT) == young
    lab.sleep(0.02)
    assert [entry["vpnConnName"] for entry in lab.both()] == ["site"] * 2


check("tunnel-name-very-late", seconds=10, young="")(_late_name)


@check("tunnel-name-id")
def _id_as_name(lab):
    lab.made("site")
    assert [entry["vpnConnName"] == entry["vpnConnId"] for entry in lab.both()] == [True, True]


@check("tunnel-name-unrelated")
def _unrelated_name(lab):
    real = {"alpha", "beta", lab.made("alpha"), lab.made("beta")}
    first, second = ([entry["vpnConnName"] for entry in lab.listed()] for _list in range(2))
    assert first == second and len(set(first)) == 2 and not real & set(first)


@check("tunnel-name-missing-once")
def _one_without_name(lab):
    for name in "abc":
        lab.made(name)
    assert [entry.get("vpnConnName") for entry in lab.listed()] == [None, "b", "c"]


@check("host-bits-kept", shown="192.168.1.1/20")
def _host_bits(lab, shown):
    lab.made(localSubnets=["192.168.1.1/20"])
    assert [entry["localSubnets"] for entry in lab.both()] == [[shown]] * 2


check("host-bits-cleared", shown="192.168.0.0/20")(_host_bits)


@check("subnets-reordered")
def _reordered(lab):
    sent = ["192.168.0.0/20", "10.0.0.0/8"]
    lab.made(remoteSubnets=sent)
    assert [lab.listed()[0]["remoteSubnets"] for _list in range(3)] == [sent, sent[::-1], sent]


@check("life-time-int", ike=200, ipsec=28800)
def _life_times(lab, ike, ipsec):
    lab.made()
    for entry in lab.both():
        assert entry["ikeConfig"].get("ikeLifeTime") == ike and entry["ipsecConfig"].get("ipsecLifetime") == ipsec


check("life-time-digits", ike="200", ipsec="28800")(_life_times)
check("life-time-missing", ike=None, ipsec=None)(_life_times)


@check("sub-fields-required")
def _sub_fields_required(lab):
    response = lab.create(ipsecConfig={})
    assert response.code == "InappropriateJSON" and "ipsecConfig.ipsecPfs" in response.json["message"]


@check("sub-fields-not-filled")
def _sub_fields_not_filled(lab):
    lab.made(ikeConfig={}, ipsecConfig={"ipsecPfs": "group5"})
    assert [(entry["ikeConfig"], entry["ipsecConfig"]) for entry in lab.both()] == [({}, {"ipsecPfs": "group5"})] * 2


@check("sub-fields-kept")
def _sub_fields_kept(lab):
    tunnel_id = lab.made(ikeConfig={"ikeMode": "aggressive", "ikePfs": "group5"})
    assert lab.update(tunnel_id, ikeConfig={"ikePfs": "group14"}).status == 200
    (entry,) = lab.listed()
    assert (entry["ikeConfig"]["ikeMode"], entry["ikeConfig"]["ikePfs"]) == ("aggressive", "group14")


@check("sub-fields-dropped")
def _sub_fields_dropped(lab):
    lab.made()
    for entry in lab.both():
        assert sorted({**BODY["ikeConfig"], **BODY["ipsecConfig"]}) == sorted(
            {*entry["ikeConfig"], *entry["ipsecConfig"], "ikeMode", "ipsecPfs"}
        )
        assert "ikeMode" not in entry["ikeConfig"] and "ipsecPfs" not in entry["ipsecConfig"]


@check("configs-dropped")
def _configs_dropped(lab):
    lab.made()
    assert not [name for entry in lab.both() for name in entry if name in ("ikeConfig", "ipsecConfig")]


@check("created-time-missing")
def _no_created_time(lab):
    lab.made()
    lab.peer()
    assert not [entry for entry in lab.both() + lab.peers() if "createdTime" in entry]


@check("created-time-utc", form="%Y-%m-%d %H:%M:%S")
def _created_time(lab, form):
    lab.made()
    lab.peer()
    expected = time.strftime(form, time.gmtime(lab.clock.time()))
    assert [entry["createdTime"] for entry in lab.both() + lab.peers()] == [expected] * 3
    assert lab.peers()[0]["updatedTime"] == expected
    made = lab.thread.state()["gateways"][0]["createTime"]
    seconds = calendar.timegm(time.strptime(made, "%Y-%m-%d %H:%M:%S")) - 8 * 3600
    expected = time.strftime(form, time.gmtime(seconds))
    assert lab.call("GET", f"/v1/vpn/{GATEWAY}").json["createTime"] == expected


check("created-time-iso", form="%Y-%m-%dT%H:%M:%SZ")(_created_time)


# --- lists ---


@check("list-other-gateway", shown_home=OTHER)
def _other_gateway(lab, shown_home):
    mine, theirs = lab.made(), lab.made(vpn_id=OTHER)
    assert [(entry["vpnConnId"], entry.get("vpnId")) for entry in lab.listed()] == [(theirs, shown_home)]
    assert lab.ids(OTHER) == [mine] and [entry["vpnConnId"] for entry in lab.detailed()] == [mine]
    assert [item["vpnId"] for item in lab.stored()] == [GATEWAY, OTHER]


check("list-other-gateway-unnamed", shown_home=None)(_other_gateway)


@check("list-all-gateways")
def _all_gateways(lab):
    real = [(lab.made(), GATEWAY), (lab.made(vpn_id=OTHER), OTHER)]
    for vpn_id in (GATEWAY, OTHER):
        assert [(entry["vpnConnId"], entry["vpnId"]) for entry in lab.listed(vpn_id)] == real


@check("list-without-vpn-id")
def _without_vpn_id(lab):
    lab.made()
    assert [("vpnId" in entry, entry["vpnConnName"]) for entry in lab.both()] == [(False, "vpncon")] * 2


@check("list-pages")
def _pages(lab):
    made = [lab.made(name) for name in "abcde"]
    pages = [lab.page()]
    while pages[-1]["isTruncated"]:
        pages.append(lab.page(marker=pages[-1]["nextMarker"]))
    assert [len(page["vpnConns"]) for page in pages] == [2, 2, 1] and "nextMarker" not in pages[-1]
    assert [entry["vpnConnId"] for page in pages for entry in page["vpnConns"]] == made
    assert [entry["vpnConnId"] for entry in lab.page(marker=made[3], maxKeys="1")["vpnConns"]] == made[3:4]
    assert lab.page(OTHER)["isTruncated"] is False
    assert len(lab.detailed()) == 5


@check("list-pages-endless")
def _endless_pages(lab):
    made = [lab.made(name) for name in "abc"]
    first = lab.page()
    again = lab.page(marker=first["nextMarker"])
    for page in (first, again):
        assert page["isTruncated"] and [entry["vpnConnId"] for entry in page["vpnConns"]] == made[:2]
    assert again["nextMarker"] == first["nextMarker"]


@check("list-truncated")
def _truncated(lab):
    made = [lab.made(name) for name in "ab"]
    assert lab.page()["isTruncated"] is False
    lab.made("c")
    page = lab.page()
    assert page["isTruncated"] is True and "nextMarker" not in page
    assert [entry["vpnConnId"] for entry in page["vpnConns"]] == made


@check("list-newest-first")
def _newest_first(lab):
    made = [lab.made(name) for name in "abc"]
    assert lab.ids() == made[::-1]


@check("list-repeats", alike=True)
def _repeats(lab, alike):
    first, second = lab.made("a"), lab.made("b")
    entries = lab.listed()
    assert [entry["vpnConnId"] for entry in entries] == [first, first, second, second]
    assert [entries[0] == entries[1], entries[2] == entries[3]] == [alike] * 2


check("list-repeats-differently", alike=False)(_repeats)


@check("list-late")
def _late_list(lab):
    tunnel_id = lab.made()
    lab.sleep(9.9)
    assert lab.ids() == [] and lab.update(tunnel_id, description="new").status == 200
    lab.sleep(0.2)
    assert [entry["description"] for entry in lab.listed()] == [BODY["description"]]
    lab.sleep(10)
    assert [entry["description"] for entry in lab.listed()] == ["new"]
    lab.delete(tunnel_id)
    lab.sleep(9.9)
    assert lab.ids() == [tunnel_id] and lab.stored() == []
    lab.sleep(0.2)
    assert lab.ids() == []


@check("list-flickers")
def _flickering_list(lab):
    tunnel_id = lab.made()
    assert [lab.ids() for _list in range(4)] == [[tunnel_id], [], [tunnel_id], []]
    lab.sleep(2)
    assert [lab.ids() for _list in range(2)] == [[tunnel_id]] * 2


@check("put-denied-while-stale")
def _denied_while_stale(lab):
    tunnel_id = lab.made()
    assert lab.ids() == []
    assert [lab.update(tunnel_id).code, lab.delete(tunnel_id).code] == ["NoSuchObject"] * 2
    lab.sleep(2)
    assert lab.ids() == [tunnel_id]
    assert [lab.update(tunnel_id).status, lab.delete(tunnel_id).status] == [200] * 2


@check("list-error-in-200")
def _error_in_every_third_list(lab):
    lab.made()
    seen = [lab.call("GET", f"/v1/vpn/vpnconn/{GATEWAY}") for _list in range(4)]
    assert [(response.status, "vpnConns" in response.json, response.code is None) for response in seen] == [
        (200, True, True),
        (200, True, True),
        (200, False, False),
        (200, True, True),
    ]


# --- the course of writes ---


def statuses(lab):
    return [entry.get("status", ABSENT) for entry in lab.listed()]


@check("create-asynchronous", end="active")
def _asynchronous_creation(lab, end):
    lab.made()
    assert statuses(lab) == ["creating"]
    lab.sleep(1.9)
    assert statuses(lab) == ["creating"]
    lab.sleep(0.2)
    assert statuses(lab) == [end]
    lab.sleep(DAY)
    assert statuses(lab) == [end]


check("create-fails", end="error")(_asynchronous_creation)


@check("create-rolled-back")
def _rolled_back(lab):
    tunnel_id = lab.made()
    lab.sleep(1.9)
    assert statuses(lab) == ["creating"] and len(lab.stored()) == 1
    lab.sleep(0.2)
    assert lab.stored() == [] and lab.update(tunnel_id).code == "NoSuchObject" and statuses(lab) == []


@check("status-unknown")
def _unknown_status(lab):
    lab.made()
    assert statuses(lab) == ["available"]


@check("status-missing")
def _no_status(lab):
    lab.made()
    assert not [entry for entry in lab.both() if "status" in entry or "healthStatus" in entry]


@check("update-asynchronous")
def _asynchronous_update(lab):
    tunnel_id = lab.made()
    lab.sleep(5)
    assert statuses(lab) == ["active"]
    lab.update(tunnel_id, description="new")
    for _half in range(2):
        assert [(entry["description"], entry["status"]) for entry in lab.listed()] == [("111", "updating")]
        lab.sleep(0.9)
    assert [item["description"] for item in lab.stored()] == ["new"]
    lab.sleep(0.3)
    assert [(entry["description"], entry["status"]) for entry in lab.listed()] == [("new", "active")]


@check("delete-asynchronous", status="deleting", seconds=2)
def _asynchronous_deletion(lab, status, seconds):
    tunnel_id = lab.made()
    assert statuses(lab) == ["active"]
    lab.delete(tunnel_id)
    assert statuses(lab) == [status] and lab.ids() == [tunnel_id]
    assert lab.stored() == [] and lab.delete(tunnel_id).code == "NoSuchObject"
    lab.sleep(seconds - 0.1)
    assert statuses(lab) == [status]
    lab.sleep(0.2)
    assert lab.ids() == []


check("delete-slow", status="deleting", seconds=60)(_asynchronous_deletion)
check("delete-stays-listed", status="deleted", seconds=10)(_asynchronous_deletion)


# --- results of writes ---


@check("post-same-id")
def _same_id(lab):
    responses = [lab.create(name) for name in "ab"]
    real = [item["vpnConnId"] for item in lab.stored()]
    assert [response.json["vpnConnId"] for response in responses] == [real[0]] * 2 and len(set(real)) == 2


@check("post-foreign-id")
def _foreign_id(lab):
    assert lab.create("a", vpn_id=OTHER).json["vpnConnId"] == "vpnconn-000000000000"
    (theirs,) = (item["vpnConnId"] for item in lab.stored())
    assert lab.create("b").json["vpnConnId"] == theirs
    assert [item["vpnConnName"] for item in lab.stored()] == ["a", "b"]


@check("post-without-id", payload={})
def _creation_without_id(lab, payload):
    responses = [lab.create(), lab.call("POST", "/v1/vpn/cgw", {"name": "peer", "ip": "203.0.113.9"})]
    assert [(response.status, response.json) for response in responses] == [(200, payload)] * 2
    assert (len(lab.stored()), len(lab.thread.customer_gateways())) == (1, 1)


check("post-empty", payload=None)(_creation_without_id)


def is_error_in_200(response):
    return response.status == 200 and response.json["success"] is False and bool(response.code)


@check("post-error-in-200", done=0)
def _creation_with_error(lab, done):
    for response in (lab.create(), lab.call("POST", "/v1/vpn/cgw", {"name": "peer", "ip": "203.0.113.9"})):
        assert is_error_in_200(response)
    assert (len(lab.stored()), len(lab.thread.customer_gateways())) == (done, done)


check("post-error-in-200-done", done=1)(_creation_with_error)


@check("put-error-in-200", error=True, done=False)
def _update_with_error(lab, error, done):
    tunnel_id, peer = lab.made(), lab.peer()
    for response in (lab.update(tunnel_id, description="new"), lab.call("PUT", peer, {"description": "new"})):
        assert is_error_in_200(response) if error else (response.status, response.raw) == (200, b"")
    stored = lab.stored() + lab.thread.customer_gateways()
    assert [item["description"] == "new" for item in stored] == [done] * 2
    assert lab.update("vpnconn-none").code == "NoSuchObject"


check("put-error-in-200-done", error=True, done=True)(_update_with_error)
check("put-without-effect", error=False, done=False)(_update_with_error)


@check("delete-error-in-200", error=True, done=False)
def _deletion_with_error(lab, error, done):
    tunnel_id, peer = lab.made(), lab.peer()
    for response in (lab.delete(tunnel_id), lab.call("DELETE", peer)):
        assert is_error_in_200(response) if error else (response.status, response.raw) == (200, b"")
    assert [lab.stored() == [], lab.thread.customer_gateways() == []] == [done] * 2
    assert lab.delete("vpnconn-none").code == "NoSuchObject"


check("delete-error-in-200-done", error=True, done=True)(_deletion_with_error)
check("delete-without-effect", error=False, done=False)(_deletion_with_error)


# --- rules of writes ---


@check("description-cleared", sent=ABSENT, then="")
def _description_on_update(lab, sent, then):
    tunnel_id = lab.made(description="old")
    assert lab.update(tunnel_id, description=sent).status == 200
    assert [item["description"] for item in lab.stored()] == [then]
    lab.update(tunnel_id, description="new")
    assert [item["description"] for item in lab.stored()] == ["new"]


check("description-not-clearable", sent="", then="old")(_description_on_update)


@check("update-moves")
def _moving_update(lab):
    tunnel_id = lab.made()
    assert lab.update(tunnel_id, vpn_id=OTHER).status == 200
    assert (lab.ids(), lab.ids(OTHER)) == ([], [tunnel_id])
    assert [item["vpnId"] for item in lab.stored()] == [OTHER]
    assert lab.update(tunnel_id, vpn_id="vpn-none").code == "InappropriateJSON"


@check("name-exists-400", status=400)
def _name_exists(lab, status):
    lab.made("a")
    tunnel_id = lab.made("b")
    for response in (lab.create("a"), lab.update(tunnel_id, "a")):
        assert (response.status, response.code) == (status, "VpnConnNameAlreadyExist")
    assert [lab.create("a", OTHER).status, lab.update(tunnel_id, "b").status] == [200, 200]


check("name-exists-409", status=409)(_name_exists)


@check("building-refuses")
def _building_refuses(lab):
    tunnel_id = lab.made()
    for response in (lab.update(tunnel_id), lab.delete(tunnel_id)):
        assert (response.status, response.code) == (409, "OperationDenied")
    lab.sleep(2)
    assert [lab.update(tunnel_id).status, lab.delete(tunnel_id).status] == [200, 200]


@check("unfinished-refuses")
def _unfinished_refuses(lab):
    tunnel_id = lab.made()
    assert lab.create("another").status == 200
    for _write in range(2):
        response = lab.update(tunnel_id)
        assert (response.status, response.code) == (409, "LastOperationNotFinished")
        lab.sleep(1)
        assert lab.update(tunnel_id).status == 200
    assert lab.delete(tunnel_id).status == 409


@check("gateway-busy")
def _gateway_busy(lab):
    tunnel_id = lab.made()
    for response in (lab.create("another"), lab.update(tunnel_id), lab.delete(tunnel_id)):
        assert (response.status, response.code) == (400, "InvalidInstanceStatus")
    assert lab.create("another", OTHER).status == 200
    lab.sleep(1)
    assert lab.delete(tunnel_id).status == 200


@check("overlap-refuses")
def _overlap(lab):
    tunnel_id = lab.made()
    lab.thread.faults({"match": {"method": "PUT"}, "fault": "hang", "commit": True})
    body = {**BODY, "vpnConnName": "vpncon", "vpnId": GATEWAY}
    with lab.begin("PUT", f"/v1/vpn/vpnconn/{tunnel_id}", body):
        for response in (lab.create("another"), lab.delete(tunnel_id)):
            assert (response.status, response.code) == (409, "OperationDenied")
        assert lab.create("another", OTHER).status == 200
    while lab.update(tunnel_id).status == 409:
        pass  # until the emulator has noticed that the connection is closed
    assert lab.delete(tunnel_id).status == 200


# --- client tokens ---


def token_results(lab, *requests):
    """The ids or codes that creations with one token return."""
    responses = [lab.create(token="token", **request) for request in requests]
    return [response.code or response.json["vpnConnId"] for response in responses]


@check("token-ignored")
def _token_ignored(lab):
    assert len(set(token_results(lab, {}, {}))) == 2 == len(lab.stored())


@check("token-expires")
def _token_expires(lab):
    first = token_results(lab, {})
    for _use in range(2):
        lab.sleep(0.875)  # exact in binary, as all sleeps together must be at the end of the second
        assert token_results(lab, {}) == first
    lab.sleep(1)
    assert token_results(lab, {}) != first


@check("token-forgotten-with-object")
def _token_forgotten_with_object(lab):
    first, again = token_results(lab, {}, {})
    assert first == again
    lab.delete(first)
    assert token_results(lab, {}) != [first] and len(lab.stored()) == 1


@check("token-any-parameters")
def _token_any_parameters(lab):
    first, second, elsewhere = token_results(lab, {"name": "a"}, {"name": "b"}, {"vpn_id": OTHER})
    assert (first == second, elsewhere, len(lab.stored())) == (True, "IdempotentParameterMismatch", 1)


@check("token-shared")
def _token_shared(lab):
    first, elsewhere, other = token_results(lab, {}, {"vpn_id": OTHER}, {"name": "b"})
    assert (first == elsewhere, other, len(lab.stored())) == (True, "IdempotentParameterMismatch", 1)


@check("token-repeat-refused")
def _token_repeat_refused(lab):
    lab.made(token="token")
    response = lab.create(token="token")
    assert (response.status, response.code) == (403, "IdempotentParameterMismatch")


@check("token-create-only")
def _token_create_only(lab):
    tunnel_id = lab.made(token="token")
    for description in ("x", "y"):
        assert lab.update(tunnel_id, token="token", description=description).status == 200
    assert [item["description"] for item in lab.stored()] == ["y"]
    assert token_results(lab, {}) == [tunnel_id]


# --- absent objects and errors ---

UNKNOWN_READS = ("/v1/vpn/vpnconn/vpn-none", "/v1/vpn/vpn-none", "/v1/vpn/cgw/cgw-none")


def unknown_writes(lab):
    calls = (("PUT", "/v1/vpn/cgw/cgw-none", {"name": "a"}), ("DELETE", "/v1/vpn/cgw/cgw-none", None))
    return [lab.update("vpnconn-none"), lab.delete("vpnconn-none"), *(lab.call(*call) for call in calls)]


@check("no-such-object-400")
def _no_such_object_400(lab):
    for response in [lab.call("GET", path) for path in UNKNOWN_READS] + unknown_writes(lab):
        assert (response.status, response.code) == (400, "NoSuchObject")


@check("gone-other-code", status=400, code="VpnConnIdException")
def _gone(lab, status, code):
    assert [(response.status, response.code) for response in unknown_writes(lab)] == [(status, code)] * 4
    assert lab.call("GET", UNKNOWN_READS[0]).status == 404


check("gone-200", status=200, code=None)(_gone)


@check("absent-empty")
def _absent_empty(lab):
    assert [lab.call("GET", path)[0::2] for path in UNKNOWN_READS] == [(200, b"")] * 3
    assert lab.delete("vpnconn-none").status == 404


@check("absent-gateway-empty-list")
def _absent_gateway_empty_list(lab):
    assert lab.page("vpn-none") == {"vpnConns": []} and lab.call("GET", UNKNOWN_READS[1]).status == 404


@check("throttled-400", status=400)
def _throttled(lab, status):
    responses = [lab.create(name) for name in "abcde"]
    assert [response.status for response in responses] == [200, 200, status, 200, 200]
    assert responses[2].code == "RateLimit" and len(lab.stored()) == 4


check("throttled-403", status=403)(_throttled)
check("throttled-429", status=429)(_throttled)


def some_errors(lab):
    return [lab.call("GET", UNKNOWN_READS[1]), lab.call("GET", "/v2"), lab.call("GET", "/v1/vpn", secret="wrong")]


@check("error-without-code")
def _error_without_code(lab):
    assert [sorted(response.json) for response in some_errors(lab)] == [["message", "requestId"]] * 3


@check("error-empty")
def _error_empty(lab):
    assert [(response.status, response.raw) for response in some_errors(lab)] == [(404, b""), (404, b""), (400, b"")]


# --- HTTP and JSON ---


@check("extra-fields")
def _extra_fields(lab):
    lab.made()
    body = lab.page()
    for item in (body, body["vpnConns"][0], body["vpnConns"][0]["ikeConfig"], lab.call("GET", UNKNOWN_READS[1]).json):
        assert item["extraFlag"] is True
    assert "extraFlag" not in lab.stored()[0]


@check("byte-order-mark")
def _byte_order_mark(lab):
    tunnel_id = lab.made()
    for path in (UNKNOWN_READS[1], f"/v1/vpn/{GATEWAY}"):
        assert lab.call("GET", path).raw.startswith(b"\xef\xbb\xbf{")
    assert lab.delete(tunnel_id).raw == b""


@check("early-hints")
def _early_hints(lab):
    response = lab.create()
    assert (response.informational, response.status, len(lab.stored())) == ([103], 200, 1)


@check("clock-ahead", hours=8)
def _clock(lab, hours):
    response = lab.call("GET", UNKNOWN_READS[0])
    assert response.code == "RequestExpired"
    lab.shift = hours * 3600
    date = parsedate_to_datetime(response.headers["date"]).timestamp()
    assert date == int(lab.clock.time()) + lab.shift
    assert lab.create().status == 200


check("clock-behind", hours=-8)(_clock)


# --- gateways and customer gateways ---


@check("gateways-other-vpc")
def _other_vpc(lab):
    for asked, vpn_id, shown in (("vpc-emulator", OTHER, "vpc-other"), ("vpc-other", GATEWAY, "vpc-emulator")):
        (gateway,) = lab.call("GET", "/v1/vpn", query={"vpcId": asked}).json["vpns"]
        assert (gateway["vpnId"], gateway["vpcId"]) == (vpn_id, shown)


@check("vpc-detail-flat")
def _flat_vpc(lab):
    detail = lab.call("GET", f"/v1/vpc/{VPC}").json
    assert detail["vpcId"] == VPC and len(detail["subnets"]) == 1


@check("vpc-detail-without-subnets")
def _vpc_without_subnets(lab):
    detail = lab.call("GET", f"/v1/vpc/{VPC}").json["vpc"]
    assert detail["vpcId"] == VPC and "subnets" not in detail


@check("vpc-name-capital")
def _capital_name(lab):
    detail = lab.call("GET", f"/v1/vpc/{VPC}").json["vpc"]
    listed = [vpc for vpc in lab.call("GET", "/v1/vpc").json["vpcs"] if vpc["vpcId"] == VPC]
    (subnet,) = lab.call("GET", "/v1/subnet", query={"vpcId": VPC}).json["subnets"]
    for item in (detail, *listed, subnet, *detail["subnets"]):
        assert item["Name"] and "name" not in item


@check("gateway-type-gre")
def _gre(lab):
    (listed,) = lab.call("GET", "/v1/vpn", query={"vpcId": "vpc-emulator"}).json["vpns"]
    assert [listed["type"], lab.call("GET", f"/v1/vpn/{GATEWAY}").json["type"]] == ["GRE"] * 2


@check("customer-gateway-name-upper", stored="Peer-a", shown="PEER-A")
def _peer_name(lab, stored, shown):
    path = lab.peer(stored)
    assert [entry.get("name", ABSENT) for entry in (*lab.peers(), lab.call("GET", path).json)] == [shown] * 2
    assert [item["name"] for item in lab.thread.customer_gateways()] == [stored]


check("customer-gateway-name-trimmed", stored="peer-a-_/.", shown="peer-a")(_peer_name)
check("customer-gateway-name-cut", stored="a" * 30, shown="a" * 20)(_peer_name)
check("customer-gateway-name-missing", stored="peer", shown=ABSENT)(_peer_name)


@check("customer-gateway-name-late")
def _late_peer_name(lab):
    path = lab.peer()
    for shown in (ABSENT, "peer"):
        assert [entry.get("name", ABSENT) for entry in (*lab.peers(), lab.call("GET", path).json)] == [shown] * 2
        lab.sleep(1)


@check("customer-gateway-list-late", seconds=10, status=200)
def _late_peer(lab, seconds, status):
    path = lab.peer()
    for _half in range(2):
        assert lab.peers() == [] and lab.call("GET", path).status == status
        lab.sleep(seconds / 2)
    assert len(lab.peers()) == 1 and lab.call("GET", path).status == 200


check("customer-gateway-stale", seconds=2, status=404)(_late_peer)


# --- route rules, under the dialects of all lists and writes ---


def shows_rule(name, field, stored, expected):
    """Register the check that table and list show a field of a route rule in another way than it is stored."""

    @check(name)
    def _check(lab):
        lab.added_rule(**{field: stored})
        assert [rule.get(field, ABSENT) for rule in lab.all_rules()] == [expected] * 2
        assert [rule[field] for rule in lab.stored_rules()] == [stored]


shows_rule("description-missing", "description", "text", ABSENT)
shows_rule("description-null", "description", "", None)
shows_rule("description-trimmed", "description", " a text. ", "a text")
shows_rule("description-cut", "description", "a" * 30, "a" * 20)
shows_rule("description-entities", "description", "a b&c", "a b&#38;c")
shows_rule("subnets-netmask", "sourceAddress", "192.168.0.0/20", "192.168.0.0/255.255.240.0")
shows_rule("subnets-netmask", "destinationAddress", "10.0.0.0/24", "10.0.0.0/255.255.255.0")
shows_rule("list-without-vpn-id", "nexthopId", GATEWAY, GATEWAY)


@check("host-bits-kept", shown="10.0.0.1/24")
def _rule_host_bits(lab, shown):
    lab.added_rule("10.0.0.1/24")
    assert [rule["destinationAddress"] for rule in lab.all_rules()] == [shown] * 2
    assert lab.add_rule("10.0.0.0/24").code == "RouteRuleRepeated"


check("host-bits-cleared", shown="10.0.0.0/24")(_rule_host_bits)


@check("list-other-gateway", named=True)
def _other_table(lab, named):
    mine, theirs = lab.added_rule(), lab.added_rule(vpc_id=OTHER_VPC)
    tables = [lab.table()["routeTableId"], lab.table(OTHER_VPC)["routeTableId"]]
    assert [lab.rule_ids(), lab.rule_ids(OTHER_VPC)] == [[theirs], [mine]]
    shown = [rule.get("routeTableId") for rule in lab.all_rules()]
    assert shown == ([tables[1]] * 2 if named else [None] * 2)


check("list-other-gateway-unnamed", named=False)(_other_table)


@check("list-all-gateways")
def _all_tables(lab):
    real = sorted([lab.added_rule(), lab.added_rule(vpc_id=OTHER_VPC)])
    assert [sorted(lab.rule_ids(vpc_id)) for vpc_id in (VPC, OTHER_VPC)] == [real] * 2


@check("list-without-vpn-id")
def _without_table_id(lab):
    lab.added_rule()
    assert [rule for rule in lab.all_rules() if "routeTableId" in rule] == []


@check("list-pages")
def _rule_pages(lab):
    real = ["", *(lab.added_rule(f"10.0.{number}.0/24") for number in range(4))]
    for read in (lab.table, lab.rule_page):
        pages = [read()]
        while pages[-1]["isTruncated"]:
            pages.append(read(marker=pages[-1]["nextMarker"]))
        assert [len(page["routeRules"]) for page in pages] == [2, 2, 1] and "nextMarker" not in pages[-1]
        assert [rule["routeRuleId"] for page in pages for rule in page["routeRules"]] == real
    assert lab.table()["vpcId"] == VPC


@check("list-pages-endless")
def _endless_rule_pages(lab):
    lab.added_rule("10.0.1.0/24")
    real = lab.added_rule("10.0.2.0/24")
    for read in (lab.table, lab.rule_page):
        first = read()
        again = read(marker=first["nextMarker"])
        assert [rule["routeRuleId"] for rule in first["routeRules"]][0] == "" and first == again
        assert first["isTruncated"] and real not in str(first)


@check("list-truncated")
def _truncated_rules(lab):
    real = [lab.added_rule(f"10.0.{number}.0/24") for number in range(2)]
    for page in (lab.table(), lab.rule_page()):
        assert page["isTruncated"] is True and "nextMarker" not in page
        assert [rule["routeRuleId"] for rule in page["routeRules"]] == ["", real[0]]


@check("list-newest-first")
def _newest_rule_first(lab):
    real = [lab.added_rule(f"10.0.{number}.0/24") for number in range(2)]
    assert [rule["routeRuleId"] for rule in lab.table()["routeRules"]] == [*real[::-1], ""]


@check("list-repeats", alike=True)
def _repeated_rules(lab, alike):
    rule_id = lab.added_rule()
    first, second = lab.rules()
    assert first["routeRuleId"] == second["routeRuleId"] == rule_id and (first == second) is alike


check("list-repeats-differently", alike=False)(_repeated_rules)


@check("list-late")
def _late_rule(lab):
    rule_id = lab.added_rule()
    lab.sleep(9.9)
    assert lab.all_rules() == []
    lab.sleep(0.2)
    assert lab.rule_ids() == [rule_id]


@check("list-flickers")
def _flickering_rules(lab):
    rule_id = lab.added_rule()
    assert [lab.rule_ids() for _list in range(4)] == [[rule_id], [], [rule_id], []]


@check("put-denied-while-stale")
def _rule_denied_while_stale(lab):
    rule_id = lab.added_rule()
    assert lab.rule_ids() == []
    assert [lab.update_rule(rule_id).code, lab.delete_rule(rule_id).code] == ["NoSuchObject"] * 2
    lab.sleep(2)
    assert [lab.update_rule(rule_id).status, lab.delete_rule(rule_id).status] == [200] * 2


@check("list-error-in-200")
def _error_in_every_third_rule_list(lab):
    for read in (lab.table, lab.rule_page):
        assert ["routeRules" in read() for _list in range(4)] == [True, True, False, True]


@check("create-rolled-back")
def _rule_rolled_back(lab):
    rule_id = lab.added_rule()
    lab.sleep(1.9)
    assert lab.rule_ids() == [rule_id]
    lab.sleep(0.2)
    assert lab.rule_ids() == lab.stored_rules() == []


@check("update-asynchronous")
def _asynchronous_rule_update(lab):
    rule_id = lab.added_rule(description="old")
    lab.sleep(5)
    lab.update_rule(rule_id, description="new")
    assert [rule["description"] for rule in lab.rules() + lab.stored_rules()] == ["old", "new"]
    lab.sleep(2)
    assert [rule["description"] for rule in lab.rules()] == ["new"]


@check("delete-asynchronous", seconds=2)
def _asynchronous_rule_deletion(lab, seconds):
    rule_id = lab.added_rule()
    lab.delete_rule(rule_id)
    lab.sleep(seconds - 0.1)
    assert lab.rule_ids() == [rule_id] and lab.stored_rules() == []
    lab.sleep(0.2)
    assert lab.rule_ids() == []


check("delete-slow", seconds=60)(_asynchronous_rule_deletion)
check("delete-stays-listed", seconds=10)(_asynchronous_rule_deletion)


@check("post-same-id")
def _same_rule_id(lab):
    responses = [lab.add_rule(f"10.0.{number}.0/24") for number in range(2)]
    first, second = (rule["routeRuleId"] for rule in lab.stored_rules())
    assert [response.json for response in responses] == [{"routeRuleId": first}] * 2 and first != second


@check("post-foreign-id")
def _foreign_rule_id(lab):
    assert lab.add_rule(vpc_id=OTHER_VPC).json == {"routeRuleId": "rr-000000000000"}
    (theirs,) = (rule["routeRuleId"] for rule in lab.stored_rules())
    assert lab.add_rule().json == {"routeRuleId": theirs} and len(lab.stored_rules()) == 2


def is_unusual(response, error, payload=None):
    return is_error_in_200(response) if error else (response.status, response.json) == (200, payload)


@check("post-without-id", error=False, done=1, payload={})
def _rule_creation(lab, error, done, payload=None):
    assert is_unusual(lab.add_rule(), error, payload) and len(lab.stored_rules()) == done


check("post-empty", error=False, done=1)(_rule_creation)
check("post-error-in-200", error=True, done=0)(_rule_creation)
check("post-error-in-200-done", error=True, done=1)(_rule_creation)


@check("put-error-in-200", error=True, description="old")
def _rule_update(lab, error, description):
    rule_id = lab.added_rule(description="old")
    assert is_unusual(lab.update_rule(rule_id, description="new"), error)
    assert [rule["description"] for rule in lab.stored_rules()] == [description]
    assert lab.update_rule("rr-none").code == "NoSuchObject"


check("put-error-in-200-done", error=True, description="new")(_rule_update)
check("put-without-effect", error=False, description="old")(_rule_update)


@check("delete-error-in-200", error=True, left=1)
def _rule_deletion(lab, error, left):
    assert is_unusual(lab.delete_rule(lab.added_rule()), error) and len(lab.stored_rules()) == left


check("delete-error-in-200-done", error=True, left=0)(_rule_deletion)
check("delete-without-effect", error=False, left=1)(_rule_deletion)


@check("description-cleared", body={}, then="")
def _rule_description_on_update(lab, body, then):
    lab.update_rule(lab.added_rule(description="old"), **body)
    assert [rule["description"] for rule in lab.stored_rules()] == [then]


check("description-not-clearable", body={"description": ""}, then="old")(_rule_description_on_update)


@check("building-refuses", seconds=2, status=409, code="OperationDenied")
def _busy_rule(lab, seconds, status, code):
    rule_id = lab.added_rule()
    for response in (lab.update_rule(rule_id), lab.delete_rule(rule_id)):
        assert (response.status, response.code) == (status, code)
    assert lab.add_rule(vpc_id=OTHER_VPC).status == 200
    lab.sleep(seconds)
    assert lab.delete_rule(rule_id).status == 200


check("unfinished-refuses", seconds=1, status=409, code="LastOperationNotFinished")(_busy_rule)
check("gateway-busy", seconds=1, status=400, code="InvalidInstanceStatus")(_busy_rule)


@check("gateway-busy")
def _busy_table(lab):
    lab.added_rule()
    response = lab.add_rule("10.1.0.0/24")
    assert (response.status, response.code) == (400, "InvalidInstanceStatus")


@check("token-ignored")
def _rule_token_ignored(lab):
    assert [lab.add_rule(token="a").code for _attempt in range(2)] == [None, "RouteRuleRepeated"]


@check("token-expires")
def _rule_token_expires(lab):
    lab.added_rule(token="a")
    lab.sleep(1)
    assert lab.add_rule(token="a").code == "RouteRuleRepeated"


@check("token-forgotten-with-object")
def _rule_token_forgotten(lab):
    first = lab.added_rule(token="a")
    assert lab.add_rule(token="a").json == {"routeRuleId": first}
    lab.delete_rule(first)
    assert lab.added_rule(token="a") != first


@check("token-create-only")
def _rule_token_create_only(lab):
    rule_id = lab.added_rule()
    assert [lab.delete_rule(rule_id, token="a").status for _attempt in range(2)] == [200, 404]


@check("gone-other-code", status=400, code="RouteRuleIdException")
def _rule_gone(lab, status, code):
    for response in (lab.update_rule("rr-none"), lab.delete_rule("rr-none")):
        assert (response.status, response.code) == (status, code)


check("gone-200", status=200, code=None)(_rule_gone)


@check("absent-empty")
def _absent_vpc_empty(lab):
    for path in ("/v1/vpc/vpc-none", "/v1/subnet/sbn-none"):
        assert lab.call("GET", path)[0::2] == (200, b"")
    for path in ("/v1/route", "/v1/route/rule"):
        assert lab.call("GET", path, query={"vpcId": "vpc-none"})[0::2] == (200, b"")


@check("absent-gateway-empty-list")
def _absent_table_empty_list(lab):
    assert lab.rule_page("vpc-none") == {"routeRules": []}
    assert lab.call("GET", "/v1/route", query={"vpcId": "vpc-none"}).status == 404


# --- route rules only ---


@check("route-tables-list")
def _tables_list(lab):
    rule_id = lab.added_rule()
    (table,) = lab.table().pop("routeTables")
    assert table["vpcId"] == VPC and [rule["routeRuleId"] for rule in table["routeRules"]] == ["", rule_id]
    assert list(lab.table()) == ["routeTables"] and len(lab.rule_page()["routeRules"]) == 2


@check("route-next-hop-list", field="nextHopList")
def _next_hop_list(lab, field):
    lab.added_rule()
    for rules in (lab.table()["routeRules"], lab.rule_page()["routeRules"]):
        system, rule = rules
        assert (system["nexthopType"], field in system) == ("sys", False)
        assert rule[field] == [{"nexthopId": GATEWAY, "nexthopType": "vpn", "pathType": "normal"}]
        assert not {"nexthopId", "nexthopType"} & set(rule)
    assert [rule["nexthopId"] for rule in lab.stored_rules()] == [GATEWAY]


check("route-nexthop-list", field="nexthopList")(_next_hop_list)


@check("route-system-rules-unlisted")
def _system_rules_unlisted(lab):
    rule_id = lab.added_rule()
    assert [rule["routeRuleId"] for rule in lab.rule_page()["routeRules"]] == [rule_id]
    assert [rule["routeRuleId"] for rule in lab.table()["routeRules"]] == ["", rule_id]


@check("route-update-new-id")
def _update_with_new_id(lab):
    rule_id = lab.added_rule(description="old")
    assert lab.update_rule(rule_id, description="new").status == 200
    (rule,) = lab.rules()
    assert rule["routeRuleId"] != rule_id and rule["description"] == "new" and lab.stored_rules() == [rule]
    assert lab.update_rule(rule_id, description="x").code == "NoSuchObject"


@check("route-pair-repeats")
def _repeated_pairs(lab):
    first, second = lab.added_rule(), lab.added_rule()
    assert lab.rule_ids() == [first, second]


@check("route-pair-409")
def _pair_409(lab):
    rule_id = lab.added_rule()
    other_id = lab.added_rule("10.1.0.0/24")
    for response in (lab.add_rule(), lab.update_rule(other_id, destinationAddress="10.0.0.0/24")):
        assert (response.status, response.code) == (409, "RouteRule.RouteRuleRepeated")
    assert lab.rule_ids() == [rule_id, other_id]


@check("route-quota-code")
def _quota_code(lab):
    for number in range(50):
        lab.added_rule(f"10.0.{number}.0/24")
    response = lab.add_rule("10.1.0.0/24")
    assert (response.status, response.code) == (400, "RouteRuleExceedQuota")


@check("route-post-id-list")
def _post_id_list(lab):
    response = lab.add_rule()
    (rule,) = lab.stored_rules()
    assert response.json == {"routeRuleIds": [rule["routeRuleId"]]}


# --- gateways and EIPs ---


def vpn_ids(lab, vpc_id=OTHER_VPC):
    return [gateway["vpnId"] for gateway in lab.gateways(vpc_id)]


def addresses(lab):
    return [eip["eip"] for eip in lab.eips()]


@check("vpn-gateway-list-late", seconds=10)
def _late_gateway(lab, seconds):
    vpn_id = lab.added_gateway()
    lab.sleep(seconds - 0.1)
    assert vpn_ids(lab) == [OTHER] and lab.gateway(vpn_id)["vpnId"] == vpn_id
    lab.sleep(0.2)
    assert vpn_ids(lab) == [OTHER, vpn_id]


check("vpn-gateway-list-very-late", seconds=60)(_late_gateway)


@check("vpn-gateway-list-flickers")
def _flickering_gateways(lab):
    lab.added_gateway()
    assert [len(lab.gateways()) for _list in range(4)] == [2, 1, 2, 1]


@check("vpn-gateway-stale")
def _stale_gateway(lab):
    vpn_id = lab.added_gateway()
    for status, count in ((404, 1), (200, 2)):
        assert lab.call("GET", f"/v1/vpn/{vpn_id}").status == status and len(lab.gateways()) == count
        lab.sleep(2)


@check("vpn-gateway-list-newest-first")
def _newest_gateway_first(lab):
    assert [lab.added_gateway(), OTHER] == vpn_ids(lab)


@check("vpn-gateway-list-repeats")
def _repeated_gateways(lab):
    assert vpn_ids(lab) == [OTHER, OTHER]


@check("gateways-all-vpcs")
def _gateways_of_all_vpcs(lab):
    assert sorted(vpn_ids(lab)) == sorted([OTHER, GATEWAY]) == sorted(vpn_ids(lab, VPC))


def shows_gateway(name, field, shown, **changes):
    """Register the check that list and detail show a field of a new gateway in another way than it is stored."""

    @check(name)
    def _check(lab):
        vpn_id = lab.added_gateway(**changes)
        assert [entry.get(field, ABSENT) for entry in lab.both_gateways(vpn_id)] == [shown] * 2
        assert lab.thread.state()["gateways"][-1].get(field, ABSENT) != shown


shows_gateway("vpn-gateway-vpc-long", "vpcId", "7040e001-bae4-5ebf-a36e-6b2e3ee4d2ef")
shows_gateway("vpn-gateway-vpc-missing", "vpcId", ABSENT)
shows_gateway("vpn-gateway-status-upper", "status", "UNCONFIGURED")
shows_gateway("vpn-gateway-status-unknown", "status", "idle")
shows_gateway("vpn-gateway-status-missing", "status", ABSENT)
shows_gateway("vpn-gateway-eip-null", "eip", None)
shows_gateway("vpn-gateway-eip-missing", "eip", ABSENT)
shows_gateway("vpn-gateway-eip-object", "eip", {})
shows_gateway("vpn-gateway-eip-never-shown", "eip", ABSENT)
shows_gateway("vpn-gateway-bandwidth-text", "bandwidthInMbps", "0")
shows_gateway("vpn-gateway-bandwidth-null", "bandwidthInMbps", None)
shows_gateway("vpn-gateway-tunnel-number-missing", "vpnConnNum", ABSENT)
shows_gateway("vpn-gateway-name-upper", "vpnName", "GW")
shows_gateway("vpn-gateway-name-cut", "vpnName", "a" * 20, vpnName="a" * 30)
shows_gateway("vpn-gateway-name-missing", "vpnName", ABSENT)
shows_gateway("vpn-gateway-description-missing", "description", ABSENT)
shows_gateway("vpn-gateway-description-null", "description", None)
shows_gateway("vpn-gateway-protection-missing", "deleteProtect", ABSENT)


@check("vpn-gateway-stays-unconfigured")
def _stays_unconfigured(lab):
    assert [gateway["status"] for gateway in lab.gateways()] == ["unconfigured"]


@check("vpn-gateway-tunnel-number-zero")
def _tunnel_number_zero(lab):
    lab.made(vpn_id=OTHER)
    assert [entry["vpnConnNum"] for entry in lab.both_gateways(OTHER)] == [0, 0]


@check("vpn-gateway-building-long", first="building", seconds=60, then="unconfigured")
def _gateway_course(lab, first, seconds, then):
    vpn_id = lab.added_gateway()
    lab.sleep(seconds - 0.1)
    assert [entry["status"] for entry in lab.both_gateways(vpn_id)] == [first] * 2
    lab.sleep(0.2)
    assert [entry["status"] for entry in lab.both_gateways(vpn_id)] == [then] * 2


check("vpn-gateway-create-fails", first="building", seconds=2, then="error")(_gateway_course)


@check("vpn-gateway-create-rolled-back")
def _gateway_rolled_back(lab):
    address = lab.added_eip()
    vpn_id = lab.added_gateway(eip=address)
    lab.sleep(2)
    assert lab.call("GET", f"/v1/vpn/{vpn_id}").status == 404 and vpn_ids(lab) == [OTHER]
    assert lab.put_eip(address, "unbind").status == 200 and lab.eip(address)["status"] == "available"


@check("vpn-gateway-update-asynchronous")
def _gateway_updated_late(lab):
    vpn_id = lab.added_gateway()
    lab.put_gateway(vpn_id, "modifyAttribute", {"vpnName": "other"})
    for name in ("gw", "other"):
        assert [entry["vpnName"] for entry in lab.both_gateways(vpn_id)] == [name] * 2
        lab.sleep(2)


@check("vpn-gateway-building-refuses", code="OperationDenied", seconds=2)
def _gateway_busy(lab, code, seconds):
    vpn_id, address = lab.added_gateway(), lab.added_eip()
    writes = [
        lambda: lab.put_gateway(vpn_id, "modifyAttribute", {"vpnName": "other"}),
        lambda: lab.bind(vpn_id, address),
        lambda: lab.release(vpn_id),
    ]
    assert [(write().status, write().code) for write in writes] == [(409, code)] * 3
    lab.sleep(seconds)
    assert writes[0]().status == 200
    if code == "OperationDenied":
        assert [write().status for write in writes[1:]] == [200] * 2


check("vpn-gateway-unfinished-refuses", code="LastOperationNotFinished", seconds=1)(_gateway_busy)


@check("vpn-gateway-bind-refused-while-active")
def _bind_refused(lab):
    vpn_id, address = lab.added_gateway(), lab.added_eip()
    lab.made(vpn_id=vpn_id)
    assert lab.bind(vpn_id, address).code == "UnsupportedOperation"


@check("vpn-gateway-bind-replaces")
def _bind_replaces(lab):
    first, second = lab.added_eip("a"), lab.added_eip("b")
    vpn_id = lab.added_gateway(eip=first)
    assert lab.bind(vpn_id, second).status == 200
    assert lab.gateway(vpn_id)["eip"] == second
    assert [lab.eip(address)["status"] for address in (first, second)] == ["available", "binded"]


@check("vpn-gateway-release-cascades")
def _release_cascades(lab):
    vpn_id, address = OTHER, lab.gateway(OTHER)["eip"]
    lab.made(vpn_id=vpn_id)
    lab.added_rule(vpc_id=OTHER_VPC)
    assert lab.release(vpn_id).status == 200
    assert lab.stored() == lab.stored_rules() == [] and lab.eip(address)["status"] == "available"


@check("vpn-gateway-release-refuses-eip")
def _release_refuses_eip(lab):
    assert lab.release(OTHER).code == "UnsupportedOperation"
    lab.unbind(OTHER)
    assert lab.release(OTHER).status == 200


@check("vpn-gateway-release-slow", status="deleting", seconds=60)
def _slow_release(lab, status, seconds):
    vpn_id = lab.added_gateway()
    lab.release(vpn_id)
    assert [entry["status"] for entry in lab.both_gateways(vpn_id)] == [status] * 2
    assert lab.release(vpn_id).status == 404
    lab.sleep(seconds)
    assert lab.call("GET", f"/v1/vpn/{vpn_id}").status == 404 and vpn_ids(lab) == [OTHER]


check("vpn-gateway-release-stays-listed", status="deleted", seconds=10)(_slow_release)


@check("vpn-gateway-quota-code")
def _gateway_quota(lab):
    for _number in range(2):
        lab.added_gateway()
    response = lab.add_gateway()
    assert (response.status, response.code) == (413, "QuotaExceeded")


@check("eip-list-late", seconds=10)
def _late_eip(lab, seconds):
    before = addresses(lab)
    address = lab.added_eip()
    lab.sleep(seconds - 0.1)
    assert addresses(lab) == before
    lab.sleep(0.2)
    assert addresses(lab) == [*before, address]


check("eip-list-very-late", seconds=60)(_late_eip)


@check("eip-list-flickers")
def _flickering_eips(lab):
    lab.added_eip()
    assert [len(lab.eips()) for _list in range(4)] == [3, 2, 3, 2]


@check("eip-list-newest-first")
def _newest_eip_first(lab):
    assert addresses(lab)[0] == lab.added_eip() or addresses(lab)[0] == lab.thread.state()["eips"][-1]["eip"]


@check("eip-list-repeats")
def _repeated_eips(lab):
    assert len(addresses(lab)) == 4


@check("eip-list-null", shown=None)
def _empty_eips(lab, shown):
    assert lab.call("GET", "/v1/eip", query={"name": "none"}).json.get("eipList", ABSENT) is shown
    assert len(lab.eips()) == 2


check("eip-list-missing", shown=ABSENT)(_empty_eips)


@check("eip-name-filter-partial", part="ddres", count=1)
def _eip_names(lab, part, count):
    lab.added_eip()
    assert len(lab.eips(name=part)) == count


check("eip-name-filter-ignored", part="none", count=3)(_eip_names)


def shows_eip(name, field, shown, **changes):
    """Register the check that the list shows a field of a new EIP in another way than it is stored."""

    @check(name)
    def _check(lab):
        address = lab.added_eip(**changes)
        assert lab.eip(address).get(field, ABSENT) == shown
        assert lab.thread.state()["eips"][-1].get(field, ABSENT) != shown


shows_eip("eip-name-missing", "name", ABSENT)
shows_eip("eip-name-upper", "name", "ADDRESS")
shows_eip("eip-status-upper", "status", "AVAILABLE")
shows_eip("eip-status-unknown", "status", "free")
shows_eip("eip-status-missing", "status", ABSENT)
shows_eip("eip-bandwidth-text", "bandwidthInMbps", "5")
shows_eip("eip-instance-null", "instanceId", None)
shows_eip("eip-instance-missing", "instanceId", ABSENT)


@check("eip-creating-long", first="creating", seconds=60, then="available")
def _eip_course(lab, first, seconds, then):
    address = lab.added_eip()
    lab.sleep(seconds - 0.1)
    assert lab.eip(address)["status"] == first
    lab.sleep(0.2)
    assert lab.eip(address)["status"] == then


check("eip-create-fails", first="creating", seconds=2, then="unavailable")(_eip_course)


@check("eip-create-rolled-back")
def _eip_rolled_back(lab):
    lab.added_eip()
    lab.sleep(2)
    assert len(lab.eips()) == 2


@check("eip-update-asynchronous")
def _eip_updated_late(lab):
    address = lab.added_eip()
    lab.put_eip(address, "resize", {"newBandwidthInMbps": 9})
    for bandwidth in (5, 9):
        assert lab.eip(address)["bandwidthInMbps"] == bandwidth
        lab.sleep(2)


@check("eip-unfinished-refuses")
def _eip_busy(lab):
    address = lab.added_eip()
    response = lab.put_eip(address, "resize", {"newBandwidthInMbps": 9})
    assert (response.status, response.code) == (409, "LastOperationNotFinished")
    lab.sleep(1)
    assert lab.release_eip(address).status == 200


@check("eip-release-stays-listed")
def _released_eip_listed(lab):
    address = lab.added_eip()
    lab.release_eip(address)
    assert lab.eip(address)["status"] == "unavailable"
    lab.sleep(10)
    assert lab.eips(eip=address) == []


@check("eip-post-list")
def _eip_in_list(lab):
    assert lab.add_eip().json == {"eips": [lab.thread.state()["eips"][-1]["eip"]]}


@pytest.mark.parametrize("name", [dialect.name for dialect in dialects.TABLE])
def test_dialect_in_force_does_what_its_row_says(lab, name):
    run_checks(lab, name)


def test_dialects_of_all_writes_reach_gateways_and_eips(lab):
    for name, status, code, count in (
        ("post-empty", 200, None, 1),
        ("post-error-in-200", 200, "OperationException", 0),
        ("post-error-in-200-done", 200, "OperationException", 1),
    ):
        lab.use(name)
        assert [(made.status, made.code) for made in (lab.add_gateway(), lab.add_eip())] == [(status, code)] * 2
        assert lab.thread.state()["billed"] == {"gateways": count, "eips": count}
    for name, code in (("gone-other-code", "{}Exception"), ("gone-200", None)):
        lab.use(name)
        for response, kind in ((lab.release("vpn-none"), "VpnId"), (lab.release_eip("192.0.2.77"), "Eip")):
            assert response.code == (code and code.format(kind))
    lab.use("no-such-object-400")
    assert lab.release_eip("192.0.2.77")[0] == 400
    lab.use("token-ignored")
    assert lab.add_eip(token="same").json != lab.add_eip(token="same").json
    lab.use("put-without-effect")
    assert lab.unbind(OTHER).status == 200 and lab.gateway(OTHER)["status"] == "active" and lab.gateway(OTHER)["eip"]


def hooks_of_the_table():
    return [(dialect.name, point) for dialect in dialects.TABLE for point in dialect.hooks]


@pytest.mark.parametrize("name, point", hooks_of_the_table())
def test_dialect_without_one_of_its_hooks_fails_its_check(lab, name, point, monkeypatch):
    """The check of a row would notice it if any of its hooks did nothing."""
    monkeypatch.delitem(dialects.BY_NAME[name].hooks, point)
    with pytest.raises((AssertionError, LookupError, TypeError, ValueError)):
        run_checks(lab, name)


# --- the table and its choice ---


def test_dialect_table_is_complete_and_has_sources():
    names = [dialect.name for dialect in dialects.TABLE]
    assert len(names) == len(set(names)) and set(names) == set(CHECKS)
    for dialect in dialects.TABLE:
        assert dialect.basis in dialects.BASES and dialect.visible in dialects.VISIBLE
        assert dialect.description.endswith(".") and dialect.contract in ("", "cn")
        # What is said to be known says from where.
        assert dialect.source or dialect.basis == dialects.POSSIBLE


def test_state_under_any_dialect_is_what_is_stored(lab):
    lab.use()
    lab.made("a-_", description=" x ")
    lab.made("b", vpn_id=OTHER, remoteSubnets=["10.0.0.0/8", "9.0.0.0/8"])
    lab.peer("peer-_")
    lab.added_rule(description=" x ")
    lab.added_gateway(eip=lab.added_eip())
    truth = lab.thread.state()
    for dialect in dialects.TABLE:
        lab.thread.settings(dialects=[dialect.name])
        lab.page()
        lab.table()
        lab.call("GET", "/v1/vpn", query={"vpcId": OTHER_VPC})
        lab.call("GET", "/v1/eip")
        assert lab.thread.state() == truth, dialect.name


def test_dialects_unknown_or_of_one_group_are_refused_by_name(lab):
    lab.use("keys-masked")
    for names, words in (
        (["keys-masked", "no-such"], ("'no-such'", "known are", "token-shared")),
        (["keys-masked", "early-hints", "keys-hashed"], ("keys-masked and keys-hashed", "keys on read")),
        ("keys-masked", ("dialects", "list")),
        ([5], ("dialects", "list")),
    ):
        with pytest.raises(RuntimeError) as refusal:
            lab.thread.settings(dialects=names, settle_ms=5)
        assert [word for word in words if word not in str(refusal.value)] == []
    lab.made()
    assert lab.listed()[0]["secretKey"] == "****" and statuses(lab) == ["active"], "nothing of it was taken"


def test_dialects_of_the_command_line_return_with_a_reset():
    with EmulatorProcess("--dialect", "keys-masked", "--dialect", "list-newest-first") as emulator:

        def shown():
            return emulator._post("settings", {})["dialects"]

        assert shown() == ["keys-masked", "list-newest-first"]
        emulator.settings(dialects=["keys-missing"])
        assert shown() == ["keys-missing"]
        emulator.settings(dialects=[])
        assert shown() == []
        emulator.reset()
        assert shown() == ["keys-masked", "list-newest-first"]
        with pytest.raises(RuntimeError, match=r"'no-such' is unknown; known are absent-empty, .*update-moves"):
            emulator.settings(dialects=["no-such"])


def run_emulator(*options):
    return subprocess.run(
        [sys.executable, str(EMULATOR), *options], capture_output=True, text=True, timeout=30, check=False
    )


def test_command_line_lists_dialects_and_refuses_unknown_ones():
    listing = run_emulator("--list-dialects")
    assert listing.returncode == 0
    assert [d.name for d in dialects.TABLE if f"  {d.name} (" not in listing.stdout] == []
    refusal = run_emulator("--dialect", "no-such")
    assert refusal.returncode == 2 and "'no-such' is unknown; known are absent-empty" in refusal.stderr
    clash = run_emulator("--dialect", "keys-masked", "--dialect", "keys-hashed")
    assert clash.returncode == 2 and "keys-masked and keys-hashed exclude each other" in clash.stderr
    assert "--dialect NAME" in run_emulator("--help").stdout


def test_dialects_in_any_mix_never_break_the_emulator(lab):
    """No mix leads to a 500, and whatever the responses say, only a creation makes objects."""
    source = random.Random(20261126)
    used = set()
    for _mix in range(330):
        names = dialects.draw(
            source, source.randint(2, 32), dialects.ROUTE_GROUPS + dialects.GATEWAY_GROUPS + dialects.EIP_GROUPS
        )
        used.update(names)
        lab.use(*names)
        lab.shift = 28800 * (("clock-ahead" in names) - ("clock-behind" in names))
        lab.thread.plant({"vpnId": GATEWAY, "vpnConnId": "vpnconn-odd", "vpnConnName": 5, "localSubnets": "x"}, None, 7)
        responses = []
        for step in range(2):
            responses += [lab.create("site-_", token="t"), lab.create("site-_", OTHER)]
            made = next(
                (x["vpnConnId"] for x in lab.stored() if isinstance(x, dict) and "secretKey" in x), "vpnconn-none"
            )
            responses += [lab.call("GET", f"/v1/vpn/vpnconn/{GATEWAY}"), lab.call("GET", f"/v1/vpn/{GATEWAY}")]
            responses += [lab.update(made, description="x"), lab.update("vpnconn-odd"), lab.delete(made)]
            responses += [lab.add_rule(token="r"), lab.add_rule(vpc_id=OTHER_VPC)]
            rule_id = next((rule["routeRuleId"] for rule in lab.stored_rules()), "rr-none")
            responses += [lab.call("GET", path, query={"vpcId": VPC}) for path in ("/v1/route", "/v1/route/rule")]
            responses += [lab.update_rule(rule_id, description="x"), lab.delete_rule(rule_id)]
            responses += [lab.add_gateway(token="g"), lab.add_eip(token="e"), lab.add_eip()]
            vpn_id = lab.thread.state()["gateways"][-1]["vpnId"]
            address = lab.thread.state()["eips"][-1]["eip"]
            responses += [lab.call("GET", "/v1/vpn", query={"vpcId": OTHER_VPC}), lab.call("GET", f"/v1/vpn/{vpn_id}")]
            responses += [lab.bind(vpn_id, address), lab.put_gateway(vpn_id, "modifyAttribute", {"description": "x"})]
            responses += [lab.call("GET", "/v1/eip", query={"name": "address"}), lab.call("GET", "/v1/eip")]
            responses += [lab.put_eip(address, "resize", {"newBandwidthInMbps": 7}), lab.unbind(vpn_id)]
            responses += [lab.release(vpn_id), lab.release_eip(address)]
            billed = lab.thread.state()["billed"]
            assert billed["gateways"] <= step + 1 and billed["eips"] <= 2 * (step + 1)
            lab.sleep(1.5)
            assert len(lab.stored()) <= 2 + 2 * (step + 1) and len(lab.stored_rules()) <= 2 * (step + 1)
        assert [response for response in responses if response.status >= 500] == [], names
    assert used == set(dialects.BY_NAME)


# --- the base: tokens, and the clock of a thread ---


def test_token_is_replayed_for_a_day_since_it_was_last_seen(lab):
    lab.use()
    first = token_results(lab, {})
    for mismatch in (False, False, True):
        lab.sleep(DAY - 1)
        assert token_results(lab, {"name": "b"} if mismatch else {}) == (
            ["IdempotentParameterMismatch"] if mismatch else first
        )
    lab.sleep(DAY - 1)
    assert token_results(lab, {}) == first
    lab.sleep(DAY)
    assert token_results(lab, {}) != first and len(lab.stored()) == 2


def test_durations_in_a_thread_go_by_the_given_clock(lab):
    lab.use()
    lab.thread.settings(settle_ms=60_000, list_lag_ms=30_000, latency_ms=8_000)
    started = lab.clock.time()
    lab.made()
    assert lab.clock.time() - started == 8
    lab.thread.settings(latency_ms=0)
    lab.sleep(25)
    assert lab.ids() == []
    lab.sleep(1)
    assert statuses(lab) == ["building"]
    lab.sleep(60)
    assert statuses(lab) == ["active"]
    lab.thread.faults({"fault": "slow", "seconds": 500})
    started = lab.clock.time()
    assert statuses(lab) == ["active"] and lab.clock.time() - started == pytest.approx(500)


def test_tunnel_list_shows_writes_after_the_list_lag(lab):
    lab.use()
    lab.thread.settings(list_lag_ms=500)
    tunnel_id = lab.made()
    assert lab.ids() == [] and len(lab.stored()) == 1
    assert lab.update(tunnel_id, description="2").status == 200
    lab.sleep(0.5)
    assert [entry["description"] for entry in lab.listed()] == ["2"]
    assert lab.delete(tunnel_id).status == 200
    assert lab.ids() == [tunnel_id] and lab.delete(tunnel_id).code == "NoSuchObject"
    lab.sleep(0.5)
    assert lab.ids() == []


def test_tunnel_settles_once_and_not_after_an_update(lab):
    lab.use()
    lab.thread.settings(settle_ms=500)
    tunnel_id = lab.made()
    assert [(entry["status"], entry["healthStatus"]) for entry in lab.listed()] == [("building", "unreachable")]
    lab.sleep(0.5)
    lab.update(tunnel_id)
    assert [(entry["status"], entry["healthStatus"]) for entry in lab.listed()] == [("active", "reachable")]


def test_control_of_a_thread_does_what_that_of_a_process_does(lab):
    lab.use()
    assert lab.thread.environment["BCE_ENDPOINT"] == lab.thread.endpoint
    assert lab.thread.plant({"vpnConnId": "vpnconn-x", "secretKey": SECRET_KEY}) == ["vpnconn-x"]
    (planted,) = lab.stored()
    assert planted["secretKey"] == "sha256:" + hashlib.sha256(SECRET_KEY.encode()).hexdigest()
    lab.thread.faults({"fault": "status", "status": 503})
    assert [lab.call("GET", f"/v1/vpn/vpnconn/{GATEWAY}").status for _list in range(2)] == [503, 200]
    lab.delete("vpnconn-x")
    assert [entry["method"] for entry in lab.thread.requests()] == ["GET", "GET", "DELETE"]
    assert len(lab.thread.requests("DELETE")) == 1
    with pytest.raises(RuntimeError, match="explode"):
        lab.thread.faults({"fault": "explode"})
    lab.thread.reset()
    assert lab.stored() == lab.thread.requests() == []
    EmulatorThread(lab.clock).stop()
