# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder accepts the execution environment and finds the requirements; no image is built."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from playbook_runner import ROOT

BUILDER = Path(sys.executable).parent / "ansible-builder"
DEFINITION = ROOT / "execution-environment.yml"


def build(*arguments):
    """Run ansible-builder; return its exit status and output."""
    done = subprocess.run(
        [BUILDER, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture
def tarball(tmp_path):
    """Return the path of a tarball as built by `ansible-galaxy collection build`, next to the definition."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    name = "{namespace}-{name}-{version}.tar.gz".format(**galaxy)
    (tmp_path / name).write_bytes(b"the collection")
    (tmp_path / DEFINITION.name).write_text(DEFINITION.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path / name


def test_definition_creates_a_build_context_with_this_version(tarball):
    context = tarball.parent / "context"
    status, output = build(
        "create", "-f", tarball.parent / DEFINITION.name, "-c", context, "--output-filename", "Containerfile"
    )
    assert status == 0, output
    # A pattern that matches nothing is only a warning of ansible-builder.
    assert (context / "_build/collection" / tarball.name).read_bytes() == b"the collection"
    written = yaml.safe_load((context / "_build/requirements.yml").read_text(encoding="utf-8"))
    assert written["collections"] == [{"name": f"collection/{tarball.name}", "type": "file"}]
    steps = (context / "Containerfile").read_text(encoding="utf-8")
    assert steps.index("COPY _build /build") < steps.index("ansible-galaxy collection install"), steps
    # The base image can be selected; the default has no registry.
    assert re.search('^ARG EE_BASE_IMAGE="[a-z]+:[0-9]+"$', steps, re.MULTILINE), steps


def test_definition_with_an_error_is_rejected(tarball):
    definition = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    (tarball.parent / DEFINITION.name).write_text(yaml.safe_dump({**definition, "collections": []}), encoding="utf-8")
    status, output = build("create", "-f", tarball.parent / DEFINITION.name, "-c", tarball.parent / "context")
    assert status != 0 and "collections" in output


def test_collection_lists_its_python_requirements_only(tmp_path):
    place = tmp_path / "ansible_collections/baiducloud"
    place.mkdir(parents=True)
    (place / "network").symlink_to(ROOT)
    status, output = build("introspect", "--sanitize", tmp_path)
    assert status == 0, output
    requirements = yaml.safe_load(output.split("---\n")[-1])
    assert requirements["python"] == ["requests>=2.25  # from collection baiducloud.network"] and not requirements.get(
        "system"
    )
