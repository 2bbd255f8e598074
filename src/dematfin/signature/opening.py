"""Where the signatory's key is: in a file, or on a token."""

from collections.abc import Callable
from types import ModuleType

from dematfin.errors import ConfigError
from dematfin.signature.keys import Key, open_pkcs12
from dematfin.signature.settings import SignatureSettings
from dematfin.support.secrets import private_bytes


def open_key(settings: SignatureSettings, password: Callable[[], str]) -> Key:
    """Open the key of the configuration; `password` is asked for once all that can be checked before has been."""
    if settings.pkcs12:
        return open_pkcs12(settings.pkcs12, password)
    key: Key = _token().open_token(settings, password)
    return key


def look_for_key(settings: SignatureSettings) -> None:
    """See that the key is there, without its password: a wrong PIN, tried to see, counts too. Same errors."""
    if settings.pkcs12:
        private_bytes(settings.pkcs12)
    else:
        _token().find_token(settings)


def _token() -> ModuleType:
    try:
        from dematfin.signature import token  # noqa: PLC0415 - an extra, for whoever signs with a token
    except ImportError as error:
        message = "Signer avec un jeton demande un complément : pip install 'dematfin[pkcs11]'."
        raise ConfigError(message) from error
    return token
