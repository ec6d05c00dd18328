# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every YAML example that a reader can copy is run against the emulator, and works."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.baiducloud.network.plugins.module_utils import vpn_tunnel
from page_example import BODY, SECRET_KEY
from playbook import ROOT, play

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))


def examples_of_page(path):
    """The YAML blocks of a Markdown page, each a list of tasks or plays."""
    blocks = re.findall(r"^ *```ya?ml\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(block) for block in blocks]


def examples_of_module(path):
    (block,) = re.findall(r'^EXAMPLES = r"""(.*?)^"""', path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [list(yaml.safe_load_all(block))] if "\n---\n" in block else [yaml.safe_load(block)]


def run_all(emulator, folder, examples):
    """Run the examples in their order as the plays of one playbook, with those among them that are inventories."""
    plays, arguments = [], ["-e", "tunnel_key=" + SECRET_KEY]
    for place, example in enumerate(examples):
        if isinstance(example, dict) and "plugin" in example:
            inventory = folder / f"{place}_vpn_gateways.yml"
            inventory.write_text(yaml.safe_dump(example), encoding="utf-8")
            arguments += ["-i", str(inventory)]
            continue
        assert isinstance(example, list) and example, f"an example must be tasks, plays or an inventory: {example}"
        if example[0].get("hosts") == "vpn_peers":
            continue  # test_site_to_site.py runs these, in the lab
        plays += example if "hosts" in example[0] else [{"hosts": "localhost", "gather_facts": False, "tasks": example}]
    environment = dict(emulator.environment, HOME=str(folder))
    if "-i" in arguments:
        environment["ANSIBLE_INVENTORY_UNPARSED_FAILED"] = "1"
    done = play(plays, *arguments, environment=environment)
    assert "no hosts matched" not in done.output, done.output
    return done


@pytest.mark.parametrize("page", [page for page in PAGES if examples_of_page(page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_work(emulator, tmp_path, page):
    done = run_all(emulator, tmp_path, examples_of_page(page))
    assert done.status == 0, done.output


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_the_examples_of_a_module_work(emulator, tmp_path, module):
    done = run_all(emulator, tmp_path, examples_of_module(module))
    assert done.status == 0, done.output


def test_the_examples_of_the_inventory_plugin_work(emulator, tmp_path):
    """The emulator is one region's, so the regions of an example are replaced by it."""
    (examples,) = examples_of_module(ROOT / "plugins/inventory/vpn_gateways.py")
    for example in examples:
        shown = dict(example, regions=["bj"])
        tasks = [{"ansible.builtin.debug": {"msg": "{{ groups.vpn_gateways | default([]) }}"}}]
        done = run_all(emulator, tmp_path, [shown, tasks])
        expected = ["gw-vpn-119bd69b"] if "vpc-emulator" in example["vpc_ids"] else []
        assert done.status == 0 and done.results[0]["msg"] == expected, done.output


def test_the_readmes_first_task_is_the_api_pages_example(emulator, tmp_path):
    done = run_all(emulator, tmp_path, examples_of_page(ROOT / "README.md")[:1])
    assert done.results[0]["changed"], done.output
    assert emulator.requests("POST")[0]["body"] == dict(BODY, secretKey="********")


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
    assert not re.findall(r"\]\((?!https://)[^)]*\)", (ROOT / "README.md").read_text(encoding="utf-8"))
