# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out how the API really behaves (module vpn_api_probe). PRIVATE to this collection."""
