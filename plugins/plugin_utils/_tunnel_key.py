# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of tunnels: random ones, ones that are derived from a master secret, and their files.

The rule of a key is that of the API, as module_utils/_resources/vpn_tunnel.py has it. All keys begin with a letter, so
that YAML and command lines read them as text without quotes.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import string
import tempfile
from typing import Any, Callable, Collection, Iterator, Mapping, NamedTuple, Optional

from ..module_utils._bce.redaction import KEY_SYMBOLS, MIN_KEY_LENGTH, safe_name, trim
from ..module_utils._resources import fields
from ..module_utils._resources.base import CHECK_MODE_ID
from ..module_utils._resources.vpn_tunnel import MAX_KEY_LENGTH, SECRET_KEY, VPN_CONN_NAME

MESSAGES = {
    "key_length_invalid": "length: must be a whole number from %(minimum)d to %(maximum)d, got %(value)s",
    "master_secret_short": (
        "master_secret: must have at least %(minimum)d characters, so that it cannot be guessed from the key of one"
        " tunnel; make one with openssl rand -base64 32 (value not shown)"
    ),
    "derivation_incomplete": "%(option)s: is required with master_secret",
    "derivation_unused": "%(option)s: has a meaning only with master_secret; give that, or leave this out",
    "derivation_check_mode": (
        "gateway: check-mode-new stands for a gateway that check mode would create; give the id of one that exists"
    ),
    "derived_with_path": (
        "master_secret: is not accepted next to a path, because a derived key is stored nowhere; leave one of them out"
    ),
    "key_file_parameters": ("%(path)s: has a parameter other than length=NUMBER in it; correct or remove it"),
    "key_file_path_empty": "the path of the key's file is empty; give a path, or no term at all for a random key",
    "key_file_unreadable": "%(path)s: cannot be read: %(cause)s; correct the path or the file's mode",
    "key_file_encrypted": (
        "%(path)s: is encrypted and cannot be decrypted; give the run the vault's password, for example with"
        " --ask-vault-pass"
    ),
    "key_file_not_text": "%(path)s: is not a text file; give the path of a file that has nothing but the key",
    "key_file_not_written": (
        "%(path)s: cannot be created: %(cause)s; give a path in a folder that you may write to, on a file system with"
        " hard links"
    ),
    "key_file_invalid": (
        "%(path)s: its content is not a tunnel's key, it %(reason)s; a key %(constraint)s; correct the file, or remove"
        " it for a new key"
    ),
    "key_file_length": (
        "%(path)s: has a key of %(actual)d characters, but length is %(length)d; leave length out to use it, or remove"
        " the file for a new key"
    ),
}

MIN_MASTER_SECRET_LENGTH = 32  # characters
# What derived keys depend on; never change it, see test_derived_keys_are_those_of_earlier_releases.
_SALT = b"baiducloud.network.tunnel_key.1"
_MAX_DERIVED_BYTES = 255 * 32  # of HKDF with SHA-256
_KEY_CHARACTERS = string.ascii_letters + string.digits + KEY_SYMBOLS
NULL_DEVICE = "/dev/null"
VAULT_HEADER = b"$ANSIBLE_VAULT;"

DERIVATION_FIELDS = (
    fields.VPN_ID._replace(name="gateway", required_on_create=True),
    VPN_CONN_NAME._replace(name="tunnel"),
    fields.Field(
        "generation",
        "must be a whole number from 1 to 1000000",
        fields.integer(1, 1000000),
        {"type": "int"},
        required_on_create=False,
        is_blank_unset=False,
    ),
)


def random_key(length: Optional[int] = None) -> str:
    """Return a random key."""
    return _select_key(length or MAX_KEY_LENGTH, iter(lambda: secrets.randbelow(256), None))


def derived_key(master_secret: str, gateway: str, tunnel: str, generation: int, length: int) -> str:
    """Return the key that follows from a master secret, the same in every run and every release."""
    # Here, because only this function needs it and loading it takes time.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # JSON, because the parts of a plain concatenation could be read in several ways.
    info = json.dumps([gateway, tunnel, generation, length]).encode()
    return _select_key(length, iter(HKDF(SHA256(), _MAX_DERIVED_BYTES, _SALT, info).derive(master_secret.encode())))


def _select_key(length: int, numbers: Iterator[int]) -> str:
    """Return the first valid key that a sequence of bytes makes, each valid key with the same probability."""

    def choose(alphabet: str) -> str:
        limit = 256 - 256 % len(alphabet)  # a remainder would prefer the first characters
        return alphabet[next(number for number in numbers if number < limit) % len(alphabet)]

    while True:
        key = choose(string.ascii_letters) + "".join(choose(_KEY_CHARACTERS) for _position in range(length - 1))
        if not fields.validate_value(SECRET_KEY, key):
            return key


def is_key_length(length: int) -> bool:
    """Return whether the API accepts keys of this length."""
    return MIN_KEY_LENGTH <= length <= MAX_KEY_LENGTH


def _length_words(length: int) -> dict[str, int]:
    return {"minimum": MIN_KEY_LENGTH, "maximum": MAX_KEY_LENGTH, "value": length}


def validate_options(options: Mapping[str, Any], provided: Collection[str], is_check_mode: bool) -> list[str]:
    """Return every error in the options that make a key, as sentences.

    :param options: those of the lookup that have a value, in the types of the documentation.
    :param provided: the names of all that have a value, those of a wrong type included.
    """
    errors = []
    if not is_key_length(options.get("length", MAX_KEY_LENGTH)):
        errors.append(MESSAGES["key_length_invalid"] % _length_words(options["length"]))
    if "master_secret" not in provided:
        unused = [field.name for field in DERIVATION_FIELDS if field.name in provided]
        return errors + [MESSAGES["derivation_unused"] % {"option": name} for name in unused]
    if "master_secret" in options and len(trim(options["master_secret"])) < MIN_MASTER_SECRET_LENGTH:
        errors.append(MESSAGES["master_secret_short"] % {"minimum": MIN_MASTER_SECRET_LENGTH})
    missing = [field.name for field in DERIVATION_FIELDS if field.name not in provided and field.required_on_create]
    errors += [MESSAGES["derivation_incomplete"] % {"option": name} for name in missing]
    errors += fields.validate_fields(DERIVATION_FIELDS, dict(options))
    if options.get("gateway", "").strip() == CHECK_MODE_ID and not is_check_mode:
        errors.append(MESSAGES["derivation_check_mode"])
    return errors


def derive(options: Mapping[str, Any]) -> str:
    """Return the derived key of options in which validate_options() finds no error."""
    values = {"generation": 1, **fields.normalize_options(DERIVATION_FIELDS, dict(options))}
    secret = trim(options["master_secret"])
    return derived_key(
        secret, values["gateway"], values["tunnel"], values["generation"], options.get("length", MAX_KEY_LENGTH)
    )


class KeyFileError(ValueError):
    """A key's file that cannot be used; its text has no key."""


class KeyFile(NamedTuple):
    """The file of one key.

    :ivar shown: the path for error texts.
    :ivar length: of a new key; one that is stored must have it too, unless this is None.
    """

    path: str
    shown: str
    length: Optional[int]


def parse_term(term: str, length: Optional[int], to_absolute: Callable[[str], str]) -> KeyFile:
    """Return the file of a term, as ansible.builtin.password reads ``PATH length=12``.

    :param length: of the terms that have none of their own.
    :param to_absolute: returns the absolute path of one that is relative to the playbook.
    :raises KeyFileError: if the term has no path, another parameter, or an invalid length.
    """
    path = term.strip()
    found = re.fullmatch(r"(?s)(.*)\slength=([0-9]+)", path)
    if found:
        path, length = found[1].strip(), int(found[2][:9])
        if not is_key_length(length):
            raise KeyFileError(MESSAGES["key_length_invalid"] % _length_words(length))
    shown = "/".join(map(safe_name, path.split("/")))  # a part of it may be a key in the place of a path
    if re.search(r"\s\w+=", path):
        raise KeyFileError(MESSAGES["key_file_parameters"] % {"path": shown})
    if not path:
        raise KeyFileError(MESSAGES["key_file_path_empty"])
    return KeyFile(to_absolute(path), shown, length)


def stored_key(file: KeyFile, decrypt: Callable[[KeyFile], bytes]) -> str:
    """Return the key of a file. One that does not exist gets a new key; processes at the same time get the same key.

    :param decrypt: returns the content of a file that ansible-vault encrypted.
    :raises KeyFileError: if the file cannot be used.
    """
    if file.path == NULL_DEVICE:
        return random_key(file.length)
    content = _read(file, decrypt)
    if content is None:
        _create(file, random_key(file.length))
        content = _read(file, decrypt)
    try:
        key = trim((content or b"").decode("utf-8"))
    except UnicodeDecodeError:
        raise KeyFileError(MESSAGES["key_file_not_text"] % {"path": file.shown}) from None
    try:
        SECRET_KEY.normalize(key)
    except ValueError as error:
        words = {"path": file.shown, "reason": error, "constraint": SECRET_KEY.constraint}
        raise KeyFileError(MESSAGES["key_file_invalid"] % words) from None
    if file.length is not None and len(key) != file.length:
        words = {"path": file.shown, "actual": len(key), "length": file.length}
        raise KeyFileError(MESSAGES["key_file_length"] % words)
    return key


def _read(file: KeyFile, decrypt: Callable[[KeyFile], bytes]) -> Optional[bytes]:
    """Return the content of a file; None if the file does not exist."""
    try:
        with open(file.path, "rb") as opened:
            content = opened.read()
        return decrypt(file) if content.startswith(VAULT_HEADER) else content
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyFileError(MESSAGES["key_file_unreadable"] % _cause(file, error)) from None


def _create(file: KeyFile, key: str) -> None:
    """Create a file with the key unless it exists by now; it never exists without its content.

    A link, because unlike a renaming it fails where the file exists.
    """
    folder, temporary = os.path.dirname(file.path), None
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".tunnel_key.", dir=folder)  # of mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(key + "\n")
            opened.flush()
            os.fsync(handle)
        os.link(temporary, file.path)
    except FileExistsError:
        pass  # another process was quicker, and its key is the one
    except OSError as error:
        raise KeyFileError(MESSAGES["key_file_not_written"] % _cause(file, error)) from None
    finally:
        if temporary is not None:
            os.unlink(temporary)


def _cause(file: KeyFile, error: OSError) -> dict[str, str]:
    return {"path": file.shown, "cause": error.strerror or type(error).__name__}
