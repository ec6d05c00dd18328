# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Store keys of tunnels in a file: those in force, and the new ones of unfinished rotations.

A new key is stored before the first write to either end, and the old one is kept until the tunnel is back. Each change
replaces the whole file, so that an interrupted run leaves either the old file or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional, Protocol, Sequence

from ..module_utils._bce.redaction import printable, safe_name
from ..module_utils._resources.fields import validate_value
from ..module_utils._resources.vpn_tunnel import SECRET_KEY
from ._adoption import KEYS_VARIABLE, NEW_KEYS_VARIABLE, render_keys
from ._tunnel_key import MESSAGES as KEY_MESSAGES
from ._tunnel_key import VAULT_HEADER, random_key

MESSAGES = {
    "rotation_file_missing": "key_file: is required; give the path of the file that stores the keys",
    "rotation_file_invalid": (
        "%(path)s: must have only the variable vpn_tunnel_keys, as adopt_tunnels writes it; give the keys a file of"
        " their own"
    ),
    "rotation_file_mode": (
        "%(path)s: has keys in clear, so its mode must be 0600, got %(mode)s; change the mode with chmod 600, or"
        " encrypt the file with ansible-vault"
    ),
    "rotation_file_not_written": (
        "%(path)s: cannot be written: %(cause)s; give a path in a folder that you may write to"
    ),
    "rotation_path_invalid": "%(path)s: must be VPN_ID/NAME of a tunnel; give both, with a slash between them",
    "rotation_tunnel_missing": (
        "%(tunnel)s: the gateway has no such tunnel; correct the name, or create the tunnel first"
    ),
    "rotation_key_hidden": (
        "%(tunnel)s: the API does not show its key, and the file does not have it either; add it to vpn_tunnel_keys in"
        " the file, so that it is not lost"
    ),
}


class KeyStoreError(ValueError):
    """Raised if a file of keys cannot be used. Its text has no key."""


class Vault(Protocol):
    """Encrypt and decrypt with the vault passwords of the run."""

    def decrypt(self, content: bytes) -> bytes:
        """Return the content of an encrypted file.

        :raises ValueError: if no vault password of the run decrypts it.
        """

    def encrypt(self, text: str) -> Optional[bytes]:
        """Return the encrypted text; None if the run has no vault password."""

    def parse(self, content: bytes) -> Any:
        """Return the variables of a file.

        :raises ValueError: if it is not YAML.
        """


class Keys(NamedTuple):
    """The keys in force and the new ones, each by the path VPN_ID/NAME of its tunnel."""

    in_force: dict[str, str]
    new: dict[str, str]


class Rotation(NamedTuple):
    """The rotation that a run begins or resumes.

    :ivar new_keys: the new key of each tunnel that gets one.
    :ivar is_resumed: whether an earlier run stored them.
    """

    new_keys: dict[str, str]
    is_resumed: bool


class KeyStore:
    """The file that stores the keys.

    :param path: its absolute path. Of a link the file behind it is replaced, not the link.
    """

    def __init__(self, path: str, vault: Vault) -> None:
        self._path = os.path.realpath(path)
        self._vault = vault
        self._is_encrypted: Optional[bool] = None  # None as long as there is no file
        # The user may have passed a key instead of a path.
        self._shown = "/".join(map(safe_name, path.split("/")))

    def begin(
        self, paths: Sequence[str], fetch: Callable[[Sequence[str]], Mapping[str, Optional[str]]], is_check_mode: bool
    ) -> Rotation:
        """Store new keys for tunnels and return them.

        If any of the tunnels has an unfinished rotation, only those rotations are returned. So the same command resumes
        the rotation of a fleet.

        :param paths: VPN_ID/NAME of each tunnel.
        :param fetch: returns the keys in force from the API, None for a key that the API does not show.
        :param is_check_mode: whether to store nothing; the new keys are then random ones that are never used.
        :raises KeyStoreError: if the file cannot be used, or the key in force is not known.
        """
        with self._locked(is_check_mode):
            stored = self._read()
            unfinished = {path: stored.new[path] for path in paths if path in stored.new}
            if unfinished:
                return Rotation(unfinished, True)
            in_force = self._keys_in_force(stored, paths, fetch(paths))
            new = {path: random_key() for path in paths}
            if not is_check_mode:
                self._write(Keys({**stored.in_force, **in_force}, {**stored.new, **new}))
            return Rotation(new, False)

    def finish(self, paths: Sequence[str]) -> None:
        """Replace the old keys of tunnels that are back by the new ones.

        :raises KeyStoreError: if the file cannot be used.
        """
        with self._locked(False):
            stored = self._read()
            done = {path: stored.new[path] for path in paths if path in stored.new}
            new = {path: key for path, key in stored.new.items() if path not in done}
            if done:
                self._write(Keys({**stored.in_force, **done}, new))

    @staticmethod
    def _keys_in_force(stored: Keys, paths: Sequence[str], shown: Mapping[str, Optional[str]]) -> dict[str, str]:
        errors = [
            MESSAGES["rotation_tunnel_missing"] % {"tunnel": printable(path)} for path in paths if path not in shown
        ]
        known = {path: shown.get(path) or stored.in_force.get(path) for path in paths}
        errors += [
            MESSAGES["rotation_key_hidden"] % {"tunnel": printable(path)}
            for path, key in known.items()
            if key is None and path in shown
        ]
        if errors:
            raise KeyStoreError("; ".join(errors))
        return {path: key for path, key in known.items() if key is not None}

    @contextlib.contextmanager
    def _locked(self, is_check_mode: bool) -> Iterator[None]:
        """Lock out the other processes of a run. The lock is on the folder, because the file itself is replaced."""
        folder = os.path.dirname(self._path)
        if is_check_mode and not os.path.isdir(folder):
            yield
            return
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise KeyStoreError(MESSAGES["rotation_file_not_written"] % self._cause(error)) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise KeyStoreError(MESSAGES["rotation_file_not_written"] % self._cause(error)) from None
        finally:
            os.close(handle)

    def _read(self) -> Keys:
        """Return the keys in the file; no keys if it does not exist."""
        try:
            with open(self._path, "rb") as opened:
                content = opened.read()
                mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        except FileNotFoundError:
            return Keys({}, {})
        except OSError as error:
            raise KeyStoreError(KEY_MESSAGES["key_file_unreadable"] % self._cause(error)) from None
        self._is_encrypted = content.startswith(VAULT_HEADER)
        if self._is_encrypted:
            try:
                content = self._vault.decrypt(content)
            except ValueError:
                raise KeyStoreError(KEY_MESSAGES["key_file_encrypted"] % {"path": self._shown}) from None
        elif mode & 0o077:
            words = {"path": self._shown, "mode": "%04o" % mode}
            raise KeyStoreError(MESSAGES["rotation_file_mode"] % words)
        try:
            return _parse(self._vault.parse(content))
        except ValueError:
            raise KeyStoreError(MESSAGES["rotation_file_invalid"] % {"path": self._shown}) from None

    def _write(self, keys: Keys) -> None:
        """Replace the file. A new file is encrypted if the run has a vault password."""
        text = render_keys(keys.in_force, keys.new)
        encrypted = None if self._is_encrypted is False else self._vault.encrypt(text)
        folder = os.path.dirname(self._path)
        handle, temporary = tempfile.mkstemp(prefix=".rotate_key.", dir=folder)  # with mode 0600
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(encrypted or text.encode("utf-8"))
                opened.flush()
                os.fsync(handle)
            os.replace(temporary, self._path)
        except BaseException:  # of the user too, because the file has keys
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        # The entry of the folder too, because a write to the API follows.
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _cause(self, error: OSError) -> dict[str, str]:
        return {"path": self._shown, "cause": error.strerror or type(error).__name__}


def _parse(content: Any) -> Keys:
    """Return the keys in the variables of a file.

    :raises ValueError: if there are other variables.
    """
    variables = {} if content is None else content
    if not isinstance(variables, dict) or variables.keys() - {KEYS_VARIABLE, NEW_KEYS_VARIABLE}:
        raise ValueError
    tables = [variables.get(name) or {} for name in (KEYS_VARIABLE, NEW_KEYS_VARIABLE)]
    for table in tables:
        if not isinstance(table, dict) or any(validate_value(SECRET_KEY, key) for key in table.values()):
            raise ValueError
    return Keys(*tables)


def split_path(path: str) -> tuple[str, str]:
    """Return the gateway's id and the tunnel's name of a path.

    :raises KeyStoreError: if it is not VPN_ID/NAME.
    """
    vpn_id, _slash, name = path.partition("/")
    if not vpn_id or not name:
        raise KeyStoreError(MESSAGES["rotation_path_invalid"] % {"path": safe_name(path)})
    return vpn_id, name
