# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a collection's tarball reproducible: its digest depends on nothing but the commit."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from repository import ROOT


def make_reproducible(tarball: Path) -> None:
    """Sort the tarball's members and set their times to that of the last commit."""
    with tarfile.open(tarball) as archive:
        members = {member.name: member for member in archive.getmembers()}
        contents = {name: archive.extractfile(name).read() for name, member in members.items() if member.isfile()}
    contents.update(sort_file_lists(contents))
    time = last_commit_time()
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, member in sorted(members.items()):
            member.mtime, member.size, member.pax_headers = time, len(contents.get(name, b"")), {}
            archive.addfile(member, BytesIO(contents.get(name, b"")))
    tarball.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def sort_file_lists(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return FILES.json, sorted, and MANIFEST.json, which has its checksum."""
    files, manifest = json.loads(contents["FILES.json"]), json.loads(contents["MANIFEST.json"])
    files["files"].sort(key=lambda entry: entry["name"])
    text = to_json(files)
    manifest["file_manifest_file"]["chksum_sha256"] = sha256(text).hexdigest()
    return {"FILES.json": text, "MANIFEST.json": to_json(manifest)}


def to_json(value: dict) -> bytes:
    return json.dumps(value, indent=1).encode()


def last_commit_time() -> int:
    """Return the time of the last commit in seconds since 1970."""
    command = ["git", "log", "-1", "--format=%ct"]
    output = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE).stdout
    return int(output or sys.exit("git has no commit here; a release is built from a commit"))
