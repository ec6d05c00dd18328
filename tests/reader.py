# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader who does what a page says: saves its files, runs its examples and types its commands."""

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

from page_example import SECRET_KEY
from playbook import ROOT, finished, play, play_environment, plays

README = ROOT / "README.md"
GUIDES = sorted([README, *(ROOT / "docs").rglob("*.md")])
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
COLLECTION = f"{GALAXY['namespace']}.{GALAXY['name']}"
IMAGE = f"registry.example.com/baiducloud-ee:{GALAXY['version']}"
BIN = Path(sys.executable).parent
KEY = ["-e", f"tunnel_key={SECRET_KEY}"]
WITH_A_VALUE = ("-i", "-e", "--forks", "--limit")
# What these need is not here, so their values and hosts alone are looked at; their own tests run them.
ELSEWHERE = {
    "site_to_site": ["--list-hosts"],  # test_site_to_site.py
    "awx_setup": ["--syntax-check"],  # test_awx_setup.py
}
# An editor that writes what the page's comment tells to write.
EDITOR = f"""{sys.executable} -c 'import os, sys; open(sys.argv[1], "w").write(os.environ["TYPED"] + "\\n")'"""


class Block(NamedTuple):
    """A fenced block of a page; a YAML block with a name is a file."""

    kind: str
    name: str
    text: str


def blocks(page):
    """The blocks of a Markdown page, in its order."""
    found = re.findall(
        r"^( *)```(\w*) ?(\S*)\n(.*?)^\1```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Block(kind, name, text) for _indent, kind, name, text in found]


def files():
    """The files that the pages show, a dict of name to text: what one page saves another one's commands may use."""
    shown = [block for page in GUIDES for block in blocks(page) if block.kind == "yaml" and block.name]
    names = [block.name for block in shown]
    assert len(names) == len(set(names)), f"two pages show a file of one name: {sorted(names)}"
    return {block.name: block.text for block in shown}


def commands_of_head(playbook):
    """The commands in the comment at the head of a playbook."""
    head = playbook.read_text(encoding="utf-8").partition("\n- name:")[0]
    return re.findall(r"^#   (\S.*)$", head, re.MULTILINE)


def source_of(playbook):
    """The text of a playbook, or of a ready one with the tasks that it shares; without comments."""
    paths = (
        [playbook] if playbook.parent != ROOT / "playbooks" else [playbook, *(ROOT / "playbooks/tasks").glob("*.yml")]
    )
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8")) for path in paths)


class Reader:
    """Follows pages in a folder of its own, with the emulator as the cloud.

    Its `done` are the runs of ansible-playbook that were typed, each a Play.

    :arg arguments: further ones for these runs, such as a key that the text leaves to the reader.
    """

    def __init__(self, emulator, folder, arguments=()):
        self.folder = folder
        self.arguments = arguments
        self.done = []
        self._examples = []
        (folder / "password").write_text("open sesame", encoding="utf-8")
        variables = {
            "HOME": str(folder),
            "PWD": str(folder),
            "EDITOR": EDITOR,
            "ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "password"),
        }
        self.environment = {**emulator.environment, **variables}
        for name, text in files().items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    def follow(self, page):
        """Do all that a page says, from its top to its end."""
        for block in blocks(page):
            assert block.kind in ("yaml", "shell", "text"), f"{page.name}: nobody knows how to run a block of {block}"
            if block.kind == "yaml" and not block.name:
                self._examples.append(yaml.safe_load(block.text))
            elif block.kind == "shell":
                self.run_examples()
                for line in block.text.replace("\\\n", "").splitlines():
                    self.type(line)
        self.run_examples()

    def run_examples(self, *examples, arguments=()):
        """Run lists of tasks or plays, and those that the page had up to here, as one playbook."""
        content = []
        for example in [*self._examples, *examples]:
            assert isinstance(example, list) and example, f"an example must be tasks or plays: {example}"
            if example[0].get("hosts") != "vpn_peers":  # test_site_to_site.py runs these, in the lab
                content += plays(example)
        self._examples = []
        return self._play(self._saved(content), *KEY, *arguments) if content else None

    def _saved(self, content):
        path = self.folder / "examples.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def _play(self, *words):
        strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"} if "-i" in words else {}
        # The password is not typed but in a file, as there is no terminal.
        words = [word for word in words if word != "--ask-vault-pass"]
        done = play(*words, environment={**self.environment, **strict}, cwd=self.folder)
        assert done.status == 0 and "no hosts matched" not in done.output, f"{words}: {done.output}"
        return done

    def type(self, line):
        """Do what a line of a shell says, as far as it can be done here; fail if it says something unknown."""
        words = [word.replace("$PWD", str(self.folder)) for word in shlex.split(line, comments=True)]
        if words:
            action = getattr(self, "_" + words[0].replace("-", "_"), None)
            assert action, f"nobody knows how to type: {line}"
            action(words[1:], line.partition("#")[2].strip())

    def _export(self, words, _comment):
        read = "".join(
            path.read_text() for path in (ROOT / "plugins/module_utils/_bce/connection_options.py", *PLAYBOOKS)
        )
        for word in words:
            assert re.search(rf"\b{word.partition('=')[0]}\b", read), f"nothing reads {word}"

    def _ansible_playbook(self, words, _comment):
        values = [after for word, after in zip(words, words[1:]) if word in WITH_A_VALUE]
        playbook, *more = [word for word in words if not word.startswith("-") and word not in values]
        assert not more, f"what is {more}?"
        path = self.folder / playbook
        if playbook.startswith(COLLECTION):
            path = ROOT / f"playbooks/{playbook.rpartition('.')[2]}.yml"
        assert path.is_file(), f"there is no {path}"
        self._refuse_what_is_not_read(words, source_of(path))
        if path.stem in ELSEWHERE:
            done = self._play(*words, *self.arguments, *ELSEWHERE[path.stem])
            assert "hosts (0)" not in done.output, done.output
            return
        self.done.append(self._play(*words, *self.arguments))

    def _refuse_what_is_not_read(self, words, source):
        """Ansible does not mind variables that nothing reads."""
        given = [after for word, after in zip(words, words[1:]) if word == "-e"]
        names = [text.partition("=")[0] for text in given if not text.startswith("@")]
        for text in given:
            if text.startswith("@"):
                content = (self.folder / text[1:]).read_text()
                names += [] if content.startswith("$ANSIBLE_VAULT") else list(yaml.safe_load(content))
        for name in names:
            assert re.search(rf"\b{name}\b", source), f"the playbook does not read {name}"

    def _ansible_vault(self, words, comment):
        typed = comment.partition("one line: ")[2].replace("YOUR-KEY", SECRET_KEY)
        assert words[0] == "create" and SECRET_KEY in typed, f"the line must tell what to write: {words} {comment}"
        self._run("ansible-vault", *words, "--skip-tty-check", TYPED=typed)

    def _ansible_inventory(self, words, _comment):
        assert "@vpn_gateways" in self._run("ansible-inventory", *words)

    def _ansible_galaxy(self, words, _comment):
        repository = self._published()
        tarball = repository / f"{COLLECTION.replace('.', '-')}-{GALAXY['version']}.tar.gz"
        # The project's address leads to a repository on this machine, awx.awx is here already, this collection is not.
        git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf"}
        where = {"GIT_CONFIG_VALUE_0": GALAXY["repository"], "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "installed")}
        git["ANSIBLE_COLLECTIONS_SCAN_SYS_PATH"] = "false"
        installed = self.folder / "installed/ansible_collections" / COLLECTION.replace(".", "/")
        if words[:2] == ["collection", "build"]:
            tarball.unlink()
            self._run("ansible-galaxy", *words, folder=repository)
            assert tarball.exists()
            return
        shutil.rmtree(installed, ignore_errors=True)
        self._run("ansible-galaxy", *words, folder=repository, **git, **where)
        assert json.loads((installed / "MANIFEST.json").read_text())["collection_info"]["version"] == GALAXY["version"]

    def _published(self):
        """A repository with a collection that is nothing but its name, its version and the files of the pages."""
        repository = self.folder / "published"
        if not repository.exists():
            (repository / "meta").mkdir(parents=True)
            for name in ("galaxy.yml", "meta/runtime.yml"):
                (repository / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
            for name, text in {**files(), "README.md": "It is.\n"}.items():
                (repository / name).parent.mkdir(exist_ok=True)
                (repository / name).write_text(text, encoding="utf-8")
            git = ["git", "-c", "user.name=reader", "-c", "user.email=reader@example.com"]
            self._run(*git, "init", "-q", "-b", "main", folder=repository)
            self._run(*git, "add", ".", folder=repository)
            self._run(*git, "commit", "-q", "-m", "All", folder=repository)
            self._run(*git, "tag", GALAXY["version"], folder=repository)
            self._run("ansible-galaxy", "collection", "build", "--force", folder=repository)
            awx = self.folder / "installed/ansible_collections/awx/awx"
            awx.mkdir(parents=True)
            about = {"namespace": "awx", "name": "awx", "version": "24.6.1", "authors": ["AWX"], "readme": "README.md"}
            (awx / "galaxy.yml").write_text(json.dumps(about))
        return repository

    def _pip(self, words, _comment):
        known = (ROOT / "tests/requirements/lock.txt").read_text(encoding="utf-8")
        assert words[0] == "install" and all(re.search(rf"(?m)^{word}==", known) for word in words[1:]), words

    def _make(self, words, _comment):
        (target,) = words
        assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8")), target

    def _ansible_builder(self, words, _comment):
        """test_execution_environment.py lets it read the definition; an image is not built."""
        assert words == ["build", "--tag", IMAGE]

    def _podman(self, words, _comment):
        assert words == ["push", IMAGE]

    def _run(self, program, *words, folder=None, **variables):
        """Run another program than ansible-playbook; what it printed."""
        path = BIN / program if (BIN / program).exists() else program
        environment = play_environment(os.devnull, {**self.environment, **variables})
        done = finished([path, *words], folder or self.folder, environment, seconds=120)
        assert done.returncode == 0, f"{program} {words}: {done.stdout}"
        return done.stdout
