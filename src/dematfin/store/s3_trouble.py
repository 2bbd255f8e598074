"""What an S3-compatible store that refuses or is silent is called in French, with what to do."""

import re
from typing import Final

from dematfin.errors import AccessDenied, ConfigError, DematfinError, Unreachable
from dematfin.store.settings import S3Settings

CODE: Final = re.compile(r"<Code>([A-Za-z0-9]{1,60})</Code>")
"""How the store names what is wrong; it does not when it was only asked whether an object is there."""
STATUS: Final = re.compile(r"status code: (\d{3})")
REFUSALS: Final = frozenset({"401", "403"})
SKEWED: Final = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
ELSEWHERE: Final = frozenset(
    {"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"}
)
UNTRUSTED: Final = "InvalidCertificate"


def told(error: Exception, where: S3Settings) -> DematfinError:
    """Return what to raise in the place of an error of the library."""
    said = str(error)
    code = found[1] if (found := CODE.search(said)) else ""
    if code == "NoSuchBucket":
        return absent(where)
    if code in SKEWED:
        return AccessDenied(
            f"Le stockage des documents {where.url} refuse nos demandes : l'heure de cette machine n'est pas la sienne "
            f"({code}). Mettez-la à l'heure (service chrony ou systemd-timesyncd), puis relancez : rien n'est "
            "perdu."
        )
    if code in ELSEWHERE:
        return ConfigError(
            f"Le stockage des documents {where.url} dit que le seau « {where.seau} » est d'une autre région ({code}). "
            "Corrigez « region » de [stockage.s3]."
        )
    if (status := STATUS.search(said)) and status[1] in REFUSALS:
        return AccessDenied(
            f"Le stockage des documents {where.url} refuse notre clé ({code or status[1]}). Vérifiez « cle » et "
            "« secret » de [stockage.s3], ses droits sur le seau (lister, lire, écrire), et l'heure de cette machine."
        )
    if UNTRUSTED in said:
        return Unreachable(
            f"Le stockage des documents {where.url} montre un certificat qui n'est pas reconnu : rien n'y est envoyé. "
            "Si l'autorité qui l'a signé est la vôtre, nommez-la par « autorites » dans [stockage.s3]."
        )
    return Unreachable(
        f"Le stockage des documents {where.url} ne répond pas, ou répond mal{f' ({code})' if code else ''}. Relancez "
        "plus tard : rien n'est perdu."
    )


def absent(where: S3Settings) -> ConfigError:
    """Return what to raise when the bucket was not made."""
    return ConfigError(f"Le seau « {where.seau} » n'existe pas dans {where.url}. Créez-le, privé.")
