# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource is the ResourceType that the file of a resource fills in, with all that follows from its values. Pure."""

from __future__ import annotations

from typing import Any, Dict, List

from . import options, planning
from .desired import Desired, Item, Plan
from .specification import Specification


class Resource(Specification):
    """A resource. Its file sets the values of a Specification, and overrides a method where the resource differs."""

    # -- options ----------------------------------------------------------------------------------------------------

    def argument_spec(self) -> Dict[str, Any]:
        """See options.argument_spec()."""
        return options.argument_spec(self)

    def provided_options(self, values: Dict[str, Any]) -> Dict[str, Any]:
        """See options.provided_options()."""
        return options.provided_options(self, values)

    def validate(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return every error in the options as sentences; see options.validate_values() and missing_identifiers()."""
        return self.validate_values(values, where) + self.missing_identifiers(values, where)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See options.validate_values()."""
        return options.validate_values(self, values, where)

    def missing_identifiers(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See options.missing_identifiers()."""
        return options.missing_identifiers(self, values, where)

    def parse(self, values: Dict[str, Any]) -> Desired:
        """See options.parse()."""
        return options.parse(self, values)

    # -- plans and comparisons --------------------------------------------------------------------------------------

    def plan(self, desired: Desired, item: Item | None) -> Plan:
        """See ResourceType.plan() and planning.plan()."""
        return planning.plan(self, desired, item)

    def is_equal(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_equal()."""
        return planning.is_equal(self, desired, item)

    def not_compared(self, desired: Desired, item: Item) -> List[str]:
        """See ResourceType.not_compared()."""
        return planning.not_compared(self, desired, item)

    def is_same_connection(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_same_connection()."""
        return planning.is_same_connection(self, desired, item)

    def is_applied(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_applied()."""
        return planning.is_applied(self, desired, item)

    def signature(self, item: Item) -> tuple:
        """See ResourceType.signature()."""
        return planning.signature(self, item)
