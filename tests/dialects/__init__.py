# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invariants of the modules, tested under every dialect of the emulator and under mixes of dialects.

Everything runs in one process: the module's entry or the in-process action, an emulator in a thread, and one fake clock
for both, so that no test waits. `cases.py` runs one case; `python tests/dialects --help` replays one, or runs many.
"""
