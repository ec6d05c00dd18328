# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parameters of a task, parsed once: an Implementation turns them into a Request, and can run only that."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from .._bce import connection_options
from .._bce.connection_options import ConnectionSettings
from .._bce.errors import InvalidOptionsError

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # because Python 3.7 has no Protocol


class Request(NamedTuple):
    """A task without errors in its options.

    :ivar desired: the desired object or objects, or the filters of a read, in normal form.
    :ivar options: how the task treats them.
    """

    desired: Any
    connection: ConnectionSettings
    options: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()


class Implementation(Protocol):
    """What the file of a module has.

    :ivar ARGUMENTS: the keywords of AnsibleModule.
    """

    ARGUMENTS: dict[str, Any]

    def parse(self, params: dict[str, Any]) -> Request:
        """Parse the parameters of a task.

        :raises InvalidOptionsError: with every error that can be found without a request.
        """

    def run(self, request: Request, check_mode: bool) -> dict[str, Any]:
        """Return the result of a task; a failure is one too. Further keywords are optional, such as `clock`."""


def parse_connection(params: dict[str, Any], errors: list[str]) -> ConnectionSettings:
    """Return the connection that the parameters and the environment describe.

    :param errors: of the other options.
    :raises InvalidOptionsError: with these errors and those of the connection.
    """
    try:
        connection = connection_options.resolve(params, os.environ)
    except InvalidOptionsError as error:
        errors = errors + error.errors
    if errors:
        raise InvalidOptionsError(errors)
    return connection
