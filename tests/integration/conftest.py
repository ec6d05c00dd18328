# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IPsec lab, for the tests that need it."""

from __future__ import annotations

import os

import pytest

from api_example import OPTIONS
from ipsec_lab.lab import REQUIRED, Lab, unavailable_reason

EIP = "192.0.2.1"  # of the emulator's first gateway


def pytest_collection_modifyitems(items):
    for item in items:
        if "machine" in item.fixturenames:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def machine():
    """Skip on a machine that cannot run the lab, or fail where TUNNEL_LAB_REQUIRED is set."""
    reason = unavailable_reason()
    if reason and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {reason}")
    if reason:
        pytest.skip(reason)


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
