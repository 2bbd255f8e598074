"""Tokens in software: as many as one process needs, made before their library is loaded."""

import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pkcs11
from cryptography.hazmat.primitives import serialization
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from dematfin.sandbox import pki
from official import SOFTHSM

PIN: Final = "1234"


def make_tokens(folder: Path, *labels: str) -> None:
    """Make tokens, and have the library of this process find them."""
    (folder / "jetons").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'jetons'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)  # read once, when the library is loaded
    for label in labels:
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True)


def put(label: str, number: int, who: pki.Identity, *, with_key: bool = True, each_time: bool = False) -> None:
    """Put a certificate on a token, with its key unless told otherwise."""
    identifier = bytes([number])
    der = who.certificate.public_bytes(serialization.Encoding.DER)
    with session(label) as opened:
        opened.create_object(
            decode_x509_certificate(der) | {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.ID: identifier}
        )
        if with_key:
            key = who.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            kept = {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.ID: identifier}
            again = {pkcs11.Attribute.ALWAYS_AUTHENTICATE: True} if each_time else {}
            opened.create_object(decode_rsa_private_key(key) | kept | again)


def session(label: str) -> Any:
    """Open a token to change or to look at it."""
    return pkcs11.lib(str(SOFTHSM)).get_token(token_label=label).open(rw=True, user_pin=PIN)
