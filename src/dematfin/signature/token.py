"""The signatory's key on a token (PKCS#11): a USB key or a card, never copied out of it.

The PIN is given once and the session stays open for all the bordereaux of a flow: three wrong PINs lock most tokens,
so nothing here ever tries a second time.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pkcs11
from cryptography import x509
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag

from dematfin.errors import ConfigError, SignatureError
from dematfin.signature.certificate import common_name, fingerprint, may_sign
from dematfin.signature.keys import Key
from dematfin.signature.settings import SignatureSettings

SHA256_HEADER: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256: what a card that only knows RSA expects before the digest."""

LAST_TRIES: Final = {
    TokenFlag.USER_PIN_LOCKED: "Le code est maintenant bloqué : voyez l'émetteur du jeton pour le débloquer.",
    TokenFlag.USER_PIN_FINAL_TRY: "Il ne reste qu'UN essai avant le blocage : ne tentez plus au hasard.",
    TokenFlag.USER_PIN_COUNT_LOW: "Il reste peu d'essais avant le blocage du jeton.",
}
Found = tuple[x509.Certificate, bytes]


def open_token(settings: SignatureSettings, pin: Callable[[], str]) -> Key:
    """Open the token of the configuration; `pin` is asked for once it has been found.

    Raises:
        ConfigError: the library cannot be loaded.
        SignatureError: no such token, wrong PIN, no certificate that fits or several, no key.
    """
    library, token = find_token(settings)
    given = pin()
    try:
        session = token.open(user_pin=given)
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
        left = _tries(_token(library, settings.jeton).flags) or "Relancez la commande avec le bon code."
        message = (
            f"Le code du jeton « {settings.jeton} » est faux, et n'a été essayé qu'une fois. Rien n'est signé. {left}"
        )
        raise SignatureError(message.strip()) from error
    except pkcs11.PKCS11Error as error:
        raise _silent(settings.jeton, error) from error
    return _key(session, settings, given)


def find_token(settings: SignatureSettings) -> tuple[Any, Any]:
    """Return the library and the token of the configuration; same errors as `open_token`."""
    library = _library(settings.bibliotheque or Path())
    token = _token(library, settings.jeton)
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        message = f"Le code du jeton « {settings.jeton} » est bloqué : voyez l'émetteur du jeton pour le débloquer."
        raise SignatureError(message)
    return library, token


def _key(session: Any, settings: SignatureSettings, pin: str) -> Key:
    """Return the key of an open session, which stays open as long as the key is good."""
    try:
        certificate, identifier = _chosen(list(_certificates(session)), settings)
        key = _private_key(session, identifier, certificate)
        return Key(certificate=certificate, sign=signing_with(key, session.token.slot.get_mechanisms(), pin))
    except pkcs11.PKCS11Error as error:
        session.close()
        raise _silent(settings.jeton, error) from error
    except SignatureError:
        session.close()
        raise


def signing_with(key: Any, mechanisms: set[Mechanism], pin: str) -> Callable[[bytes], bytes]:
    """Return what signs with the key of a token, by the mechanism that the token knows.

    Some keys want the PIN before each signature: the one that was given is given again.
    """
    again = {"pin": pin} if _wants_pin_each_time(key) else {}

    def sign(data: bytes) -> bytes:
        try:
            if Mechanism.SHA256_RSA_PKCS in mechanisms:
                return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS, **again))
            header = SHA256_HEADER + hashlib.sha256(data).digest()
            return bytes(key.sign(header, mechanism=Mechanism.RSA_PKCS, **again))
        except pkcs11.PKCS11Error as error:
            message = (
                f"Le jeton a cessé de signer ({type(error).__name__}) : a-t-il été retiré ? Rien n'est signé, relancez "
                "la commande."
            )
            raise SignatureError(message) from error

    return sign


def _library(path: Path) -> Any:
    if not path.is_file():
        message = f"La bibliothèque du jeton {path} n'existe pas : installez le pilote du fabricant (« bibliotheque »)."
        raise ConfigError(message)
    try:
        return pkcs11.lib(str(path))
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        message = f"La bibliothèque du jeton {path} ne se charge pas : est-ce bien celle du fabricant, en PKCS#11 ?"
        raise ConfigError(message) from error


def _token(library: Any, label: str) -> Any:
    try:
        found = list(library.get_tokens())
    except pkcs11.PKCS11Error as error:
        raise _silent(label, error) from error
    named = [one for one in found if one.label.strip() == label]
    if len(named) == 1:
        return named[0]
    seen = ", ".join(f"« {one.label.strip()} »" for one in found if one.label.strip()) or "aucun jeton"
    what = "Plusieurs jetons s'appellent" if named else "Aucun jeton ne s'appelle"
    message = f"{what} « {label} ». Branché : {seen}. Branchez le bon, ou corrigez « jeton » dans [signature]."
    raise SignatureError(message)


def _certificates(session: Any) -> Iterator[Found]:
    for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        try:
            yield x509.load_der_x509_certificate(one[Attribute.VALUE]), one[Attribute.ID]
        except ValueError:
            continue  # a certificate that cannot be read is not the signatory's


def _chosen(found: Sequence[Found], settings: SignatureSettings) -> Found:
    """Choose the certificate that signs: a token often holds another one, to authenticate."""
    fit = [one for one in found if may_sign(one[0])]
    if settings.empreinte:
        fit = [one for one in fit if fingerprint(one[0]) == settings.empreinte]
    if len(fit) == 1:
        return fit[0]
    held = " ; ".join(sorted(_described(one) for one, _ in found)) or "aucun certificat"
    wanted = f" d'empreinte {settings.empreinte}" if settings.empreinte else ""
    message = f"Le jeton n'a pas de certificat de signature{wanted}. Trouvé : {held}."
    if fit:
        message = f"Plusieurs certificats du jeton peuvent signer : {held}. Dites lequel par « empreinte »."
    raise SignatureError(message)


def _described(certificate: x509.Certificate) -> str:
    use = "signature" if may_sign(certificate) else "pas de signature"
    until = f"{certificate.not_valid_after_utc:%d/%m/%Y}"
    return f"{common_name(certificate.subject)} ({use}, jusqu'au {until}, empreinte {fingerprint(certificate)})"


def _private_key(session: Any, identifier: bytes, certificate: x509.Certificate) -> Any:
    try:
        return session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=identifier)
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
        who = common_name(certificate.subject)
        message = f"Le jeton n'a pas la clé du certificat de {who} : il ne peut pas signer. Voyez l'émetteur du jeton."
        raise SignatureError(message) from error


def _wants_pin_each_time(key: Any) -> bool:
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except pkcs11.PKCS11Error:
        return False  # older tokens do not know the question


def _tries(flags: TokenFlag) -> str:
    return next((words for flag, words in LAST_TRIES.items() if flags & flag), "")


def _silent(label: str, error: Exception) -> SignatureError:
    return SignatureError(
        f"Le jeton « {label} » ne répond pas comme prévu ({type(error).__name__}). Retirez-le, remettez-le, puis "
        "relancez la commande."
    )
