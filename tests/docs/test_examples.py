# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file, example and command of the documentation works on the emulator; links lead to existing files."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from api_example import BODY, SECRET_KEY
from docs_runner import (
    GUIDES,
    KEY_ARGUMENTS,
    PLAYBOOKS,
    README,
    DocsRunner,
    header_commands,
    playbook_source,
    read_blocks,
)
from playbook_runner import ROOT, run_playbook

PAGES = [*GUIDES, ROOT / "CONTRIBUTING.md"]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
# Modules whose examples cannot be run in check mode, and why.
NOT_IN_CHECK_MODE = {
    "vpn_tunnel": "examples change a single option of the tunnel that the first one creates",
}


@pytest.fixture
def runner(emulator, tmp_path, home):
    return DocsRunner(emulator, tmp_path, home)


def module_examples(path):
    (block,) = re.findall(r'^EXAMPLES = r"""(.*?)^"""', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return list(yaml.safe_load_all(block))


# The pages where a reader begins, and those that test_awx_page.py runs.
START_PAGES = [README, ROOT / "docs/index.md", ROOT / "docs/guide.md"]
SEPARATE_PAGES = [*START_PAGES, *(ROOT / f"docs/{name}.md" for name in ("awx", "awx-reference", "reconcile"))]
PAGES_TO_RUN = [page for page in GUIDES if read_blocks(page) and page not in SEPARATE_PAGES]


@pytest.mark.parametrize(
    "page",
    PAGES_TO_RUN,
    ids=lambda page: page.name,
)
def test_page_examples_and_commands_work(runner, page):
    runner.run_page(page)


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_playbook_header_commands_work(emulator, tmp_path, home, playbook):
    runner, commands = DocsRunner(emulator, tmp_path, home, KEY_ARGUMENTS), header_commands(playbook)
    assert commands, "the header must show how to run it"
    for command in commands:
        runner.run_command(command)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_module_examples_work(runner, module):
    runner.run_examples(*module_examples(module))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_module_examples_work_in_check_mode(runner, module):
    """An example uses results of the one before, so check mode has to return what it can."""
    if module.stem in NOT_IN_CHECK_MODE:
        pytest.skip(NOT_IN_CHECK_MODE[module.stem])
    runner.run_examples(*module_examples(module), arguments=["--check"])


def test_inventory_examples_work(runner):
    """The emulator has one region, which replaces the regions of an example."""
    shown = [{"ansible.builtin.debug": {"msg": "{{ groups.vpn_gateways | default([]) }}"}}]
    for example in module_examples(ROOT / "plugins/inventory/vpn_gateways.py"):
        inventory = runner.folder / "vpn_gateways.yml"
        inventory.write_text(yaml.safe_dump(dict(example, regions=["bj"])), encoding="utf-8")
        run = runner.run_examples(shown, arguments=["-i", inventory])
        assert run.results[0]["msg"] == (
            ["gw-vpn-119bd69b"] if "vpc-emulator" in example.get("vpc_ids", ["vpc-emulator"]) else []
        )


def weak_values(result):
    """Return the warnings of weak algorithms; the tests' own key is short."""
    return [text for text in result.get("warnings", ()) if "minimum_security" in text and "ike_config" in text]


@pytest.mark.parametrize("page", START_PAGES, ids=lambda page: page.name)
def test_start_page_works_and_its_first_playbook_creates_one_strong_tunnel(runner, emulator, page):
    first = next(block for block in read_blocks(page) if block.kind == "yaml")
    (play,) = yaml.safe_load(first.text)
    assert first.name == "first_tunnel.yml" and [list(task)[1] for task in play["tasks"]] == [
        "baiducloud.network.vpn_tunnel",
        "ansible.builtin.debug",
    ]
    runner.run_page(page)
    planned, created = [run.named["Create the tunnel to the branch"] for run in runner.runs]
    assert planned["changed"] and planned["vpn_conn_id"] == "check-mode-new"
    assert created["changed"] and created["vpn_conn_id"].startswith("vpnconn-")
    assert weak_values(planned) == weak_values(created) == []
    ike, ipsec = [emulator.requests("POST")[0]["body"][group] for group in ("ikeConfig", "ipsecConfig")]
    assert (ike["ikeVersion"], ike["ikeEncAlg"], ike["ikeAuthAlg"], ike["ikePfs"]) == (
        "v2",
        "aes256",
        "sha2_256",
        "group14",
    )
    assert (ipsec["ipsecEncAlg"], ipsec["ipsecAuthAlg"], ipsec["ipsecPfs"]) == ("aes256", "sha2_256", "group14")
    assert "`check-mode-new`" in page.read_text(encoding="utf-8")
    assert (runner.folder / "tunnel_key.yml").read_text().startswith("$ANSIBLE_VAULT")
    others = [request["body"] for request in emulator.requests("POST")[1:]]
    assert others[:1] == ([dict(BODY, secretKey="********")] if page.name == "guide.md" else [])


def test_site_file_has_all_variables_and_creates_a_tunnel(runner, emulator):
    """test_site_to_site.py establishes the collection's own example in the lab."""
    shown = yaml.safe_load((runner.folder / "my_site.yml").read_text())
    example = yaml.safe_load((ROOT / "playbooks/vars/site_to_site.yml").read_text(encoding="utf-8"))
    assert set(example) - set(shown) == {"secret_key"} and set(shown) <= set(example)
    values = ["-e", "@my_site.yml", "-e", f"secret_key={SECRET_KEY}", "-e", "vpn_id=vpn-119bd69b"]
    done = run_playbook("baiducloud.network.create_tunnel", *values, environment=runner.environment, cwd=runner.folder)
    assert done.named["Apply the tunnel"]["changed"], done.output
    assert [tunnel["vpnConnName"] for tunnel in emulator.tunnels()] == [shown["vpn_conn_name"]]


def test_pages_show_no_code_that_is_not_run():
    """The only text blocks are messages that tests of these pages check; no code is indented."""
    assert [page.name for page in GUIDES for block in read_blocks(page) if block.kind == "text"] == [
        "awx.md",
        "diagnose.md",
        "errors.md",
    ]
    for page in GUIDES:
        prose = re.sub(r"(?ms)^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"))
        assert "```" not in prose and not re.search(r"(?m)^\n {4}", prose), page.name


def test_variables_in_the_texts_are_read_by_a_playbook():
    everything = "\n".join(map(playbook_source, PLAYBOOKS))
    for path in [*GUIDES, *PLAYBOOKS]:
        for name in re.findall(r"-e '?(\w+)=", path.read_text(encoding="utf-8")):
            assert re.search(rf"\b{name}\b", everything), f"{path.name}: no playbook reads {name}"


@pytest.mark.parametrize(
    "line",
    [
        "ansible-playbook -i vpn_gateways.yml branches.yml --forkz 20",
        "ansible-playbook -i vpn_gateways.yml branches.yml --limit 'hub-*'",
        "ansible-playbook -i no_hosts.yml baiducloud.network.site_to_site -e @my_site.yml",
        "ansible-playbook baiducloud.network.delete_tunnel -e vpn_idx=vpn-119bd69b",
        "ansible-playbook baiducloud.network.remove_tunnel -e vpn_id=vpn-119bd69b",
        "ansible-inventory -i my_hosts.yml --graph",
        "ansible-galaxy collection install -r requirement.yml",
        "ansible-vault encrypt_string --name tunnel_key > tunnel_key.yml",
        "ansible-vault create tunnel_key.yml",
        "ansible-builder build --tag registry.example.com/baiducloud-ee:latest",
        "export BCE_ACCESS_KEY=...",
        "pip install request",
        "make demos",
        "ansible-rulebook --rulebook baiducloud.network.repair --inventory localhost.yml --env-vars tunnels_file",
        "terraform apply",
    ],
)
def test_runner_rejects_a_wrong_command(runner, line):
    with pytest.raises(AssertionError):
        runner.run_command(line)


def test_runner_rejects_a_wrong_file_and_an_unknown_block(runner):
    hosts = runner.folder / "my_hosts.yml"
    hosts.write_text(hosts.read_text().replace("vpn_peers", "vpn_peer"))
    with pytest.raises(AssertionError, match=r"hosts \(0\)"):
        runner.run_command("ansible-playbook -i my_hosts.yml baiducloud.network.site_to_site -e @my_site.yml")
    page = runner.folder / "page.md"
    for fence in ("```ini my_hosts", "```", "```yml"):
        page.write_text(f"{fence}\na: 1\n```\n")
        with pytest.raises(AssertionError, match="cannot be run"):
            runner.run_page(page)


def test_options_table_has_every_option():
    page = (ROOT / "docs/options.md").read_text(encoding="utf-8")
    table = page.split("## Every option of `vpn_tunnel`")[1].split("\n## ")[0]
    rows = " ".join(line for line in table.splitlines() if line.startswith("|"))
    for name, spec in vpn_tunnel.ARGUMENTS["argument_spec"].items():
        for option in [f"{name}.{inner}" for inner in spec.get("options", ())] or [name]:
            assert f"`{option}`" in rows, f"{option} is missing in the table"


def test_playbook_example_is_the_api_example(emulator):
    example = DataLoader().load_from_file(str(ROOT / "playbooks/vars/page_example.yml"))
    done = run_playbook([{"baiducloud.network.vpn_tunnel": dict(example)}], environment=emulator.environment)
    assert done.results[0]["changed"], done.output
    assert emulator.requests("POST")[0]["body"] == dict(BODY, secretKey="********")


def test_links_between_pages_lead_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_page_of_known_defects_names_every_test_of_them():
    """README and index link to the page, so it must not promise less or more than what is tested."""
    tests = (ROOT / "tests/integration/test_defects_of_other_collections.py").read_text(encoding="utf-8")
    page = (ROOT / "docs/known-defects.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^  Test: `(\w+)`\.$", page) == re.findall(r"(?m)^def (test_\w+)", tests)
