# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two IPsec gateways with a host behind each, in private namespaces, to verify that a tunnel works.

Tests use `lab.Lab`; `python -m ipsec_lab` is the worker inside the namespaces.
"""
