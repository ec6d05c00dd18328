# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run what the documentation shows: save the files of a page, run its examples and execute its commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import yaml

from api_example import SECRET_KEY
from playbook_runner import ROOT, as_plays, build_environment, run_command, run_playbook

README = ROOT / "README.md"
# Without the Chinese pages, whose code is the same; tests/checks/translations.py compares them.
GUIDES = sorted([README, *(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "zh-CN")])
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
COLLECTION = f"{GALAXY['namespace']}.{GALAXY['name']}"
TARBALL = f"{COLLECTION.replace('.', '-')}-{GALAXY['version']}.tar.gz"
IMAGE = f"registry.example.com/baiducloud-ee:{GALAXY['version']}"
BIN = Path(sys.executable).parent
KEY_ARGUMENTS = ["-e", f"tunnel_key={SECRET_KEY}"]
TERRAFORM_STATE = {
    "version": 4,
    "resources": [
        {
            "mode": "managed",
            "type": "baiducloud_vpn_conn",
            "name": "branch",
            "instances": [{"index_key": "berlin", "attributes": {"id": "vpnconn-1", "vpn_id": "vpn-119bd69b"}}],
        }
    ],
}
OPTIONS_WITH_VALUE = ("-i", "-e", "--forks", "--limit")
OTHER_COLLECTIONS = ("fortinet.fortios.", "community.routeros.")
# Playbooks that need more than the emulator: only their arguments are checked here.
PARTIAL_RUNS = {
    "site_to_site": ["--list-hosts"],  # run by test_site_to_site.py
    "rotate_key": ["--list-hosts"],  # run by test_rotate_key.py
    "diagnose_tunnel": ["--list-hosts"],  # run by test_diagnose_tunnel.py
    "awx_setup": ["--syntax-check"],  # run by test_awx_setup.py
}

NO_PEER = {"manage_peer=false", "use_peer=false"}  # with one of them these playbooks need no host


def _matches(name, beginning):
    """Return whether a line of a file of the repository begins with this text."""
    return bool(re.search(rf"(?m)^{re.escape(beginning)}", (ROOT / name).read_text(encoding="utf-8")))


def _is_locked(package):
    return _matches("tests/requirements/lock.txt", f"{package}==")


def _is_variable_read(name):
    paths = (ROOT / "plugins/module_utils/_bce/connection_options.py", *PLAYBOOKS)
    return any(re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")) for path in paths)


# Commands that are only compared with what the repository has: command -> function of its arguments.
STATIC_CHECKS = {
    "export": lambda words: all(_is_variable_read(word.partition("=")[0]) for word in words),
    "pip": lambda words: (
        words[0] == "install" and all(_matches("tests/requirements/lock.txt", f"{word}==") for word in words[1:])
    ),
    "make": lambda words: len(words) == 1 and _matches("Makefile", f"{words[0]}:"),
    "ansible-builder": lambda words: words == ["build", "--tag", IMAGE],  # run by test_execution_environment.py
    # The state that it writes is in the folder already.
    "terraform": lambda words: words[:2] in (["state", "pull"], ["state", "rm"]),
    # Run by test_rulebooks.py.
    "ansible-rulebook": lambda words: (
        words[:1] == ["--rulebook"]
        and (ROOT / f"extensions/eda/rulebooks/{words[1].rpartition('.')[2]}.yml").exists()
        and words[2:] == ["--inventory", "localhost.yml", "--env-vars", "tunnels_file"]
    ),
    "podman": lambda words: words == ["push", IMAGE],
}
# An editor that writes the text which the page's comment gives.
EDITOR = f"""{sys.executable} -c 'import os, sys; open(sys.argv[1], "w").write(os.environ["TYPED"] + "\\n")'"""


class Block(NamedTuple):
    """A fenced block of a page; a YAML block with a name is a file."""

    kind: str
    name: str
    text: str


def read_blocks(page):
    """Return the blocks of a Markdown page, in order."""
    found = re.findall(
        r"^( *)```(\w*) ?(\S*)\n(.*?)^\1```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Block(kind, name, text) for _indent, kind, name, text in found]


def shown_files():
    """Return the files that the pages show, a dict of name to text; commands of one page may use files of another."""
    shown: dict[str, str] = {}
    for page in GUIDES:
        for block in read_blocks(page):
            if block.kind == "yaml" and block.name:
                text = shown.setdefault(block.name, block.text)
                assert text == block.text, f"two pages show different files named {block.name}"
    return shown


def header_commands(playbook):
    """Return the commands in the comment at the head of a playbook."""
    head = playbook.read_text(encoding="utf-8").partition("\n- name:")[0]
    return re.findall(r"^#   (\S.*)$", head, re.MULTILINE)


def playbook_source(playbook):
    """Return the text of a playbook without comments, including the shared tasks of the collection's playbooks."""
    paths = [playbook]
    if playbook.parent == ROOT / "playbooks":
        paths += (ROOT / "playbooks/tasks").glob("*.yml")
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8")) for path in paths)


class DocsRunner:
    """Runs pages in a directory of its own, with the emulator as the API.

    :ivar runs: the PlaybookResult of every ansible-playbook command, in order.
    """

    def __init__(self, emulator, folder, home, arguments=()):
        """Save all files that the pages show.

        :param home: the home directory, the same for all pages, because Ansible is then imported once for all of them.
        :param arguments: additional arguments for ansible-playbook commands, such as a key that the text omits.
        """
        self.folder = folder
        self.arguments = arguments
        self.runs = []
        self._examples = []
        (home / "password").write_text("open sesame", encoding="utf-8")
        (folder / "terraform.tfstate").write_text(json.dumps(TERRAFORM_STATE), encoding="utf-8")
        variables = {
            "HOME": str(home),
            "PWD": str(folder),
            "EDITOR": EDITOR,
            "ANSIBLE_VAULT_PASSWORD_FILE": str(home / "password"),
        }
        self.environment = {**emulator.environment, **variables}
        self._commands = {
            "ansible-playbook": self._ansible_playbook,
            "ansible-vault": self._ansible_vault,
            "ansible-inventory": self._ansible_inventory,
            "ansible-galaxy": self._ansible_galaxy,
        }
        _write_files(folder, shown_files())

    def run_page(self, page):
        """Run all blocks of a page, from top to bottom."""
        for block in read_blocks(page):
            assert block.kind in ("yaml", "shell", "text"), f"{page.name}: a block that cannot be run: {block}"
            if block.kind == "yaml" and not block.name:
                self._examples.append(yaml.safe_load(block.text))
            elif block.kind == "shell":
                self.run_examples()
                for line in block.text.replace("\\\n", "").splitlines():
                    self.run_command(line)
        self.run_examples()

    def run_examples(self, *examples, arguments=()):
        """Run lists of tasks or plays, and the page's examples up to here, as one playbook; return its result."""
        content = []
        for example in [*self._examples, *examples]:
            assert isinstance(example, list) and example, f"an example must be tasks or plays: {example}"
            # test_peer_parsers.py runs the tasks of other collections, in the lab.
            example = [task for task in example if not any(name.startswith(OTHER_COLLECTIONS) for name in task)]
            # test_site_to_site.py runs these, in the lab.
            if example and example[0].get("hosts") != "vpn_peers":
                content += as_plays(example)
        self._examples = []
        path = self.folder / "examples.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return self._run_playbook(path, *KEY_ARGUMENTS, *arguments) if content else None

    def run_command(self, line):
        """Run a line of a shell block, or check it where it cannot be run here; fail if it is unknown."""
        words = [word.replace("$PWD", str(self.folder)) for word in shlex.split(line, comments=True)]
        if not words:
            return
        program, *arguments = words
        if program in STATIC_CHECKS:
            assert STATIC_CHECKS[program](arguments), f"the repository has nothing that fits: {line}"
        else:
            assert program in self._commands, f"a command that cannot be run: {line}"
            self._commands[program](arguments, line.partition("#")[2].strip())

    def _run_playbook(self, *words):
        strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"} if "-i" in words else {}
        # The password is in a file because there is no terminal.
        words = [word for word in words if word != "--ask-vault-pass"]
        run = run_playbook(*words, environment={**self.environment, **strict}, cwd=self.folder)
        has_all_hosts = "no hosts matched" not in run.output or NO_PEER & set(words)
        assert run.status == 0 and has_all_hosts, f"{words}: {run.output}"
        return run

    def _ansible_playbook(self, words, _comment):
        values = [after for word, after in zip(words, words[1:]) if word in OPTIONS_WITH_VALUE]
        playbook, *surplus = [word for word in words if not word.startswith("-") and word not in values]
        assert not surplus, f"surplus arguments: {surplus}"
        path = self.folder / playbook
        if playbook.startswith(COLLECTION):
            path = ROOT / f"playbooks/{playbook.rpartition('.')[2]}.yml"
        assert path.is_file(), f"{path} does not exist"
        self._reject_unused_variables(words, playbook_source(path))
        if path.stem in PARTIAL_RUNS and not NO_PEER & set(words):
            run = self._run_playbook(*words, *self.arguments, *PARTIAL_RUNS[path.stem])
            assert "hosts (0)" not in run.output, run.output
        else:
            self.runs.append(self._run_playbook(*words, *self.arguments))

    def _reject_unused_variables(self, words, source):
        """Fail if the playbook does not use a variable; Ansible ignores such variables."""
        provided = [after for word, after in zip(words, words[1:]) if word == "-e"]
        names = [text.partition("=")[0] for text in provided if not text.startswith("@")]
        for text in provided:
            if text.startswith("@"):
                content = (self.folder / text[1:]).read_text()
                names += [] if content.startswith("$ANSIBLE_VAULT") else list(yaml.safe_load(content))
        for name in names:
            assert re.search(rf"\b{name}\b", source), f"the playbook does not use {name}"

    def _ansible_vault(self, words, comment):
        typed = comment.partition("one line: ")[2].replace("YOUR-KEY", SECRET_KEY)
        assert words[0] == "create" and SECRET_KEY in typed, f"the comment must show the content: {words} {comment}"
        self._run("ansible-vault", *words, "--skip-tty-check", TYPED=typed)

    def _ansible_inventory(self, words, _comment):
        assert "@vpn_gateways" in self._run("ansible-inventory", *words)

    def _ansible_galaxy(self, words, _comment):
        """Run ansible-galaxy with a local repository in place of the project's, and with a stub of awx.awx."""
        repository = self._local_repository()
        if words[:2] == ["collection", "build"]:
            (repository / TARBALL).unlink()
            self._run("ansible-galaxy", *words, cwd=repository)
            assert (repository / TARBALL).exists()
            return
        variables = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
            "GIT_CONFIG_VALUE_0": GALAXY["repository"],
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "installed"),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        }
        installed = self.folder / "installed/ansible_collections" / COLLECTION.replace(".", "/")
        shutil.rmtree(installed, ignore_errors=True)
        self._run("ansible-galaxy", *words, cwd=repository, **variables)
        assert json.loads((installed / "MANIFEST.json").read_text())["collection_info"]["version"] == GALAXY["version"]

    def _local_repository(self):
        """Create a tagged repository with the collection's metadata, the pages' files and a tarball, once."""
        repository = self.folder / "repository"
        if repository.exists():
            return repository
        copied = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("galaxy.yml", "meta/runtime.yml")}
        _write_files(repository, {**shown_files(), **copied, "README.md": "A stub.\n"})
        git = ["git", "-c", "user.name=docs", "-c", "user.email=docs@example.com"]
        for command in (
            ["init", "-q", "-b", "main"],
            ["add", "."],
            ["commit", "-qm", "All"],
            ["tag", GALAXY["version"]],
        ):
            self._run(*git, *command, cwd=repository)
        self._run("ansible-galaxy", "collection", "build", "--force", cwd=repository)
        (repository / "dist").mkdir()
        shutil.copy(repository / TARBALL, repository / "dist")
        stub = {"namespace": "awx", "name": "awx", "version": "24.6.1", "authors": ["AWX"], "readme": "README.md"}
        _write_files(self.folder / "installed/ansible_collections/awx/awx", {"galaxy.yml": json.dumps(stub)})
        return repository

    def _run(self, program, *words, cwd=None, **variables):
        """Run a program other than ansible-playbook; return its output."""
        path = BIN / program if (BIN / program).exists() else program
        environment = build_environment(os.devnull, {**self.environment, **variables})
        done = run_command([path, *words], cwd or self.folder, environment, seconds=120)
        assert done.returncode == 0, f"{program} {words}: {done.stdout}"
        return done.stdout


def _write_files(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
