# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file, example and command that a reader can copy is used against the emulator, and works."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from page_example import BODY, SECRET_KEY
from playbook import ROOT, play
from reader import GUIDES, KEY, PLAYBOOKS, README, Reader, blocks, commands_of_head, source_of

PAGES = [*GUIDES, ROOT / "CONTRIBUTING.md"]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))


@pytest.fixture
def reader(emulator, tmp_path):
    return Reader(emulator, tmp_path)


def examples_of_module(path):
    (block,) = re.findall(r'^EXAMPLES = r"""(.*?)^"""', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return list(yaml.safe_load_all(block))


# Those with a test that looks at what comes of it too, the second in test_awx_page.py.
MORE = ("guide.md", "awx.md")


@pytest.mark.parametrize(
    "page", [page for page in GUIDES if blocks(page) and page.name not in MORE], ids=lambda page: page.name
)
def test_what_a_page_says_works(reader, page):
    reader.follow(page)


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_the_commands_in_the_head_of_a_playbook_work(emulator, tmp_path, playbook):
    reader, commands = Reader(emulator, tmp_path, KEY), commands_of_head(playbook)
    assert commands, "the head must show how to run it"
    for command in commands:
        reader.type(command)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_the_examples_of_a_module_work(reader, module):
    reader.run_examples(*examples_of_module(module))


def test_the_examples_of_the_inventory_plugin_work(reader):
    """The emulator is one region's, so the regions of an example are replaced by it."""
    shown = [{"ansible.builtin.debug": {"msg": "{{ groups.vpn_gateways | default([]) }}"}}]
    for example in examples_of_module(ROOT / "plugins/inventory/vpn_gateways.py"):
        inventory = reader.folder / "vpn_gateways.yml"
        inventory.write_text(yaml.safe_dump(dict(example, regions=["bj"])), encoding="utf-8")
        done = reader.run_examples(shown, arguments=["-i", inventory])
        assert done.results[0]["msg"] == (["gw-vpn-119bd69b"] if "vpc-emulator" in example["vpc_ids"] else [])


def test_what_the_guide_says_works_and_its_first_tunnel_is_the_api_pages_example(reader, emulator):
    reader.follow(ROOT / "docs/guide.md")
    foreseen, made = [done.named["The tunnel to the branch exists"] for done in reader.done]
    assert foreseen["changed"] and foreseen["vpn_conn_id"] is None and made["changed"] and made["vpn_conn_id"]
    assert emulator.requests("POST")[0]["body"] == dict(BODY, secretKey="********")
    assert (reader.folder / "tunnel_key.yml").read_text().startswith("$ANSIBLE_VAULT")


def test_the_readmes_first_task_is_the_api_pages_example(reader, emulator):
    first = next(block for block in blocks(README) if block.kind == "yaml" and not block.name)
    assert reader.run_examples(yaml.safe_load(first.text)).results[0]["changed"]
    assert emulator.requests("POST")[0]["body"] == dict(BODY, secretKey="********")


def test_the_site_that_the_page_shows_has_all_that_the_ready_one_has_and_makes_a_tunnel(reader, emulator):
    """test_site_to_site.py brings the ready one up, in the lab."""
    shown = yaml.safe_load((reader.folder / "my_site.yml").read_text())
    ready = yaml.safe_load((ROOT / "playbooks/vars/site_to_site.yml").read_text(encoding="utf-8"))
    assert set(ready) - set(shown) == {"secret_key"} and set(shown) <= set(ready)
    values = ["-e", "@my_site.yml", "-e", f"secret_key={SECRET_KEY}", "-e", "vpn_id=vpn-119bd69b"]
    done = play("baiducloud.network.create_tunnel", *values, environment=reader.environment, cwd=reader.folder)
    assert done.named["Apply the tunnel"]["changed"], done.output
    assert [tunnel["vpnConnName"] for tunnel in emulator.tunnels()] == [shown["vpn_conn_name"]]


def test_a_page_shows_nothing_that_is_not_run():
    """The one text is a message, which test_awx_page.py provokes; code that is only indented would not be found."""
    assert [page.name for page in GUIDES for block in blocks(page) if block.kind == "text"] == ["awx.md"]
    for page in GUIDES:
        prose = re.sub(r"(?ms)^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"))
        assert "```" not in prose and not re.search(r"(?m)^\n {4}", prose), page.name


def test_every_variable_that_a_text_names_is_read_by_a_playbook():
    everything = "\n".join(map(source_of, PLAYBOOKS))
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
        "terraform apply",
    ],
)
def test_a_command_with_a_mistake_does_not_pass(reader, line):
    with pytest.raises(AssertionError):
        reader.type(line)


def test_a_file_with_a_mistake_and_a_block_of_an_unknown_kind_do_not_pass(reader):
    hosts = reader.folder / "my_hosts.yml"
    hosts.write_text(hosts.read_text().replace("vpn_peers", "vpn_peer"))
    with pytest.raises(AssertionError, match=r"hosts \(0\)"):
        reader.type("ansible-playbook -i my_hosts.yml baiducloud.network.site_to_site -e @my_site.yml")
    page = reader.folder / "page.md"
    for fence in ("```ini my_hosts", "```", "```yml"):
        page.write_text(f"{fence}\na: 1\n```\n")
        with pytest.raises(AssertionError, match="nobody knows"):
            reader.follow(page)


def test_the_guides_table_has_every_option():
    guide = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
    table = guide.split("## Every option of `vpn_tunnel`")[1].split("What comes back")[0]
    rows = " ".join(line for line in table.splitlines() if line.startswith("|"))
    for name, spec in vpn_tunnel.ARGUMENTS["argument_spec"].items():
        for option in [f"{name}.{inner}" for inner in spec.get("options", ())] or [name]:
            assert f"`{option}`" in rows, f"{option} is missing in the guide's table"


def test_the_ready_playbooks_example_is_the_api_pages(emulator):
    example = DataLoader().load_from_file(str(ROOT / "playbooks/vars/page_example.yml"))
    done = play([{"baiducloud.network.vpn_tunnel": dict(example)}], environment=emulator.environment)
    assert done.results[0]["changed"], done.output
    assert emulator.requests("POST")[0]["body"] == dict(BODY, secretKey="********")


def test_links_between_the_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_links_into_the_repository_lead_somewhere():
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(re.escape(repository) + r"/(?:blob|tree|raw)/main/([^)#\s]+)", text):
            assert (ROOT / target).exists(), f"{page.name} links to {target}"


def test_the_readme_can_be_read_where_its_files_are_not():
    """It is shown where the collection is published; so its links are absolute."""
    assert not re.findall(r"\]\((?!https://)[^)]*\)", README.read_text(encoding="utf-8"))
