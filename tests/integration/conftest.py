# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IPsec lab, for the tests that need it."""

from __future__ import annotations

import shutil

import pytest

from api_example import OPTIONS
from ipsec_lab.cases import GUEST_NETS, GUEST_SECOND_LAN
from ipsec_lab.debian_packages import LabUnavailableError
from ipsec_lab.lab import KernelLab, Lab, unavailable_reason
from ipsec_lab.requirement import skip_or_fail
from peer_examples import EIP
from playbook_runner import ROOT

BYTECODE = ROOT / ".cache/module_bytecode"


def pytest_collection_modifyitems(items):
    for item in items:
        if {"machine", "guest", "libreswan_host"} & set(item.fixturenames):
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def four_folders(tmp_path_factory):
    """Return the environment for the collection with nothing but its meta, plugins, roles and playbooks.

    The community package requires that it works so.
    """
    path = tmp_path_factory.mktemp("four-folders")
    for name in ("meta", "plugins", "roles", "playbooks"):
        target = path / "ansible_collections/baiducloud/network" / name
        shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
    return {"ANSIBLE_COLLECTIONS_PATH": str(path), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}


@pytest.fixture(scope="session")
def machine():
    """Skip on a machine that cannot run the lab, or fail where TUNNEL_LAB_REQUIRED is set."""
    reason = unavailable_reason()
    if reason:
        skip_or_fail(reason)


@pytest.fixture
def lab_of(machine):
    """Return a function that creates a lab with these networks behind the cloud's gateway and behind the peer.

    The default networks are those of the API page's example.
    """
    labs = []

    def make(cloud=None, peer=None, peer_address=OPTIONS["remote_ip"], second_lan=None, cloud_address=EIP):
        subnets = {"cloud": cloud or OPTIONS["local_subnets"], "peer": peer or OPTIONS["remote_subnets"]}
        addresses = {"cloud": cloud_address, "peer": peer_address}
        labs.append(Lab(addresses, subnets, second_lan))
        return labs[-1]

    yield make
    for lab in labs:
        lab.stop()


@pytest.fixture
def lab(lab_of):
    """Return a lab with the networks of the API page's example."""
    return lab_of()


@pytest.fixture(scope="session")
def booted_guest(tmp_path_factory):
    """Boot a kernel with ESP, or skip, or fail where TUNNEL_LAB_REQUIRED is set."""
    with _kernel_lab(tmp_path_factory) as lab:
        yield lab


def _kernel_lab(tmp_path_factory, **how):
    addresses = {"cloud": EIP, "peer": OPTIONS["remote_ip"]}
    # A new bytecode of a module is kept for the next run.
    BYTECODE.mkdir(parents=True, exist_ok=True)
    writable = [tmp_path_factory.getbasetemp(), BYTECODE]
    try:
        return KernelLab(addresses, GUEST_NETS, GUEST_SECOND_LAN, writable=writable, **how)
    except LabUnavailableError as error:
        skip_or_fail(error)


@pytest.fixture
def libreswan_host(tmp_path_factory):
    """Return a lab with Libreswan as the peer's daemon on the machine's kernel: fast, but maybe without ESP."""
    with _kernel_lab(tmp_path_factory, boots=False) as lab:
        lab.use_peer(kind="libreswan")
        yield lab


@pytest.fixture
def guest(booted_guest):
    """Return a lab in a kernel with ESP, without a tunnel, and with strongSwan on both sides."""
    booted_guest.use_peer(kind="strongswan")
    booted_guest.reset()
    return booted_guest
