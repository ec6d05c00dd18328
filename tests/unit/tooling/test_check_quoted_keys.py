# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every secret in a page or an example is quoted, and the check finds every unquoted form."""

from __future__ import annotations

import pytest

import check_quoted_keys

BAD = [
    "tunnel_key: YOUR-KEY",
    "secret_key: ddd22@www",
    "    secret_key: #abc12345",
    "secretKey: !abc12345",
    "psk: @abc12345 # the key",
    "  - secret_access_key: ...",
    "security_token: abc",
    "shared_key:  %abc12345",
    "{name: branch, secret_key: abc!12345, state: absent}",
    '{"secret_key": abc!12345}',
    "BCE_SECRET_ACCESS_KEY: abc",
    "strongswan_peer_secret_key: abc!12345",
    "#   secret_key: abc!12345",
    "ansible-vault create tunnel_key.yml   # one line: tunnel_key: YOUR-KEY",
    "the variable `psk: YOUR-KEY` of the host",
    "ansible-playbook site.yml -e tunnel_key=YOUR-KEY",
    "ansible-playbook site.yml -e 'secret_key=ddd22@www'",
    "ansible-playbook site.yml --extra-vars=psk=ddd22@www",
    "export BCE_ACCESS_KEY_ID='...' BCE_SECRET_ACCESS_KEY=...",
    'BCE_SECRET_ACCESS_KEY="abc" ansible-playbook site.yml',
    "#   export CONTROLLER_USERNAME=admin CONTROLLER_PASSWORD=...",
]
GOOD = [
    'tunnel_key: "YOUR-KEY"',
    "secret_key: 'ddd22@www'",
    'secret_key: "{{ tunnel_key }}" # 8 to 17 characters',
    "tunnel_key: !vault |",
    'BCE_SECRET_ACCESS_KEY: !unsafe "{{ secret_access_key }}"',
    "secret_key:\n  description: The key.",
    "| `secret_key: must be 8 to 17 characters` | and `secret_key: …` |",
    "`secret_key_changed: true`, `-e secret_key=…`",
    "{{ tunnel | swanctl(gateway=hub, secret_key=tunnel_key) }}",
    'ansible-playbook site.yml -e @tunnel_key.yml -e \'{"secret_key": "YOUR-KEY"}\'',
    "export BCE_ACCESS_KEY_ID='...' BCE_SECRET_ACCESS_KEY='...' BCE_REGION=bj",
]


@pytest.mark.parametrize("text", BAD)
def test_unquoted_key_is_found(text):
    assert len(check_quoted_keys.unquoted_keys(f"before\n{text}\nafter: 1\n")) == 1


@pytest.mark.parametrize("text", GOOD)
def test_quoted_key_is_accepted(text):
    assert check_quoted_keys.unquoted_keys(f"before\n{text}\nafter: 1\n") == []


def test_shown_text_of_a_plugin_excludes_its_code(tmp_path):
    plugin = tmp_path / "plugin.py"
    plugin.write_text('EXAMPLES = """\npsk: abc!12345\n"""\n\n\nclass Key:\n    psk: str\n', encoding="utf-8")
    assert check_quoted_keys.unquoted_keys(check_quoted_keys.shown_text(plugin)) == ["psk: abc!12345"]


def test_pages_that_readers_copy_from_quote_every_key():
    names = {path.relative_to(check_quoted_keys.ROOT).as_posix() for path in check_quoted_keys.pages()}
    assert names > {
        "README.md",
        "docs/guide.md",
        "playbooks/vars/page_example.yml",
        "playbooks/vars/awx/job_templates.yml",
    }
    assert names > {"plugins/doc_fragments/auth.py", "plugins/modules/vpn_tunnel.py", "roles/strongswan_peer/README.md"}
    check_quoted_keys.check()
