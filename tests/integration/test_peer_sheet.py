# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook peer_sheet: a page for each tunnel, the key only in a file and only if asked for."""

from __future__ import annotations

import stat

import pytest

from api_example import SECRET_KEY, entry
from playbook_runner import run_playbook

PLAYBOOK = ("baiducloud.network.peer_sheet", "-e", "vpn_id=vpn-119bd69b")


@pytest.fixture
def run(emulator, tmp_path):
    emulator.plant(entry("branch/1"), entry("office"))

    def run_it(*arguments):
        environment = dict(emulator.environment, PWD=str(tmp_path))
        done = run_playbook(*PLAYBOOK, *arguments, environment=environment, cwd=tmp_path)
        assert SECRET_KEY not in done.output
        pages = [path for path in tmp_path.rglob("*.*") if path.suffix in (".md", ".html")]
        return done, {path.relative_to(tmp_path).as_posix(): path for path in pages}

    return run_it


def test_peer_sheet_writes_a_page_for_each_tunnel_once(run):
    planned, pages = run("--check")
    assert planned.status == 0 and planned.named["Write the pages"]["changed"] and not pages
    done, pages = run()
    assert done.status == 0 and set(pages) == {"branch+1.md", "office.md"}
    assert [line.partition(": ")[0] for line in done.named["Show the files"]["msg"]] == ["branch/1", "office"]
    assert "| Public address of this device | `10.107.245.188` |" in pages["office.md"].read_text()
    again, _pages = run()
    assert not again.named["Write the pages"]["changed"]


def test_peer_sheet_writes_the_key_only_if_asked_and_for_its_owner(run):
    arguments = [
        "-e",
        "vpn_conn_name=office",
        "-e",
        "sheet_dir=pages",
        "-e",
        "sheet_format=html",
        "-e",
        "show_key=true",
    ]
    done, pages = run(*arguments, "-e", f"secret_key={SECRET_KEY}")
    assert done.status == 0 and set(pages) == {"pages/office.html"}
    page = pages["pages/office.html"]
    assert SECRET_KEY in page.read_text() and stat.S_IMODE(page.stat().st_mode) == 0o600


def test_peer_sheet_tunnels_of_one_name_have_pages_of_their_own(emulator, run):
    """A file system may ignore the case of names."""
    emulator.plant(entry("office", vpnConnId="vpnconn-2"), entry("hub", vpnConnId="vpnconn-3"), entry("Hub"))
    done, pages = run()
    names = {"branch+1.md", "office@vpnconn-office.md", "office@vpnconn-2.md"}
    names |= {"hub@vpnconn-3.md", "Hub@vpnconn-Hub.md"}
    assert done.status == 0 and set(pages) == names
    shown = {line.rpartition("/")[2] for line in done.named["Show the files"]["msg"]}
    assert shown == set(pages)
    pages["hub@vpnconn-3.md"].unlink()
    done, again = run("-e", "vpn_conn_name=hub")
    assert done.status == 0 and set(again) == names, "a page of one tunnel has the same name"
    key = ["-e", "vpn_conn_name=office", "-e", "show_key=true", "-e", f"secret_key={SECRET_KEY}"]
    done, _pages = run(*key)
    sentence = "has 2 tunnels office (vpnconn-office, vpnconn-2), each with a key of its own"
    assert done.status != 0 and sentence in " ".join(done.output.split())


def test_peer_sheet_invalid_key_is_an_error_that_names_tunnel_and_rule(run):
    done, pages = run("-vvv", "-e", "vpn_conn_name=office", "-e", "show_key=true", "-e", "secret_key=sixteenLetters12")
    text = " ".join(done.output.split())
    assert done.status != 0 and not pages and "sixteenLetters" not in text.partition("PLAY [")[2]
    # Up to ansible-core 2.18 an error in a condition does not name the item of the loop.
    assert "item=office" in text or "The conditional check" in text, text
    assert "secret_key: " in text and "symbol" in text, text


@pytest.mark.parametrize(
    "argument, sentence",
    [
        ("vpn_conn_name=berlin", "vpn_conn_name: the gateway vpn-119bd69b has no tunnel berlin; give the name of one"),
        ("vendor=acme", "vendor: must be"),
        ("show_key=yes", "vpn_conn_name: is required with show_key"),
        ("show_key=true", "secret_key: is required with show_key"),
        ("vpn_id=", "vpn_id: is required; give the id of the VPN gateway"),
    ],
)
def test_peer_sheet_invalid_input_is_reported(run, argument, sentence):
    done, pages = run("-e", argument)
    assert done.status != 0 and sentence in " ".join(done.output.split()) and not pages
