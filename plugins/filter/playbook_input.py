# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters for the input of playbooks: Ansible's side of plugin_utils/_playbook_input.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

from ..plugin_utils import _playbook_input
from ..plugin_utils._builtin_types import to_builtin_types


def input_errors(inputs: Any, spec: Any, all_specs: Any = None) -> List[str]:
    """Return a sentence for each variable that breaks its argument spec, see validate_input().

    :param all_specs: the argument specs of all playbooks; the extra variables are checked for misspelt names then.
    """
    spec = to_builtin_types(spec)
    errors = _playbook_input.validate_input(inputs, spec)
    if all_specs is None:
        return errors
    others = {name for playbook in to_builtin_types(all_specs).values() for name in playbook["options"]}
    return _playbook_input.find_misspelt(to_builtin_types(load_extra_vars(DataLoader())), spec, others, inputs) + errors


def check_tunnel_lists(lists: Any, gateway_ids: Any = None, vpn_id: Any = None) -> Dict[str, Any]:
    """Return what is wrong with the lists of tunnels of all hosts, see TunnelLists."""
    found = _playbook_input.check_tunnel_lists(
        to_builtin_types(lists), to_builtin_types(gateway_ids), to_builtin_types(vpn_id)
    )
    return found._asdict()


def merge_survey_answers(config: Any, answers: Any) -> Any:
    """Return a dictionary option with a survey's answers to its fields, see _playbook_input.merge_survey_answers()."""
    return _playbook_input.merge_survey_answers(to_builtin_types(config), to_builtin_types(answers))


def site_input(values: Any, survey: Any) -> Dict[str, Any]:
    """Return the site that variables and a survey's answers describe, see _site_input.read_site()."""
    from ..plugin_utils import _site_input  # here, because one playbook needs it and it loads five modules

    return _site_input.read_site(to_builtin_types(values), to_builtin_types(survey))


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {
            "input_errors": input_errors,
            "check_tunnel_lists": check_tunnel_lists,
            "merge_survey_answers": merge_survey_answers,
            "site_input": site_input,
        }
