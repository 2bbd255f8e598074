"""What a base that is away, full or busy is called in French: whoever asked comes back later, nothing is lost.

A commit that was cut is neither done nor undone for us: whoever comes back reads again before doing anything.
"""

from typing import Final

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

from dematfin.errors import ComeBackLater, LedgerAway

AGAIN: Final = "Rien n'est perdu : relancez dans quelques minutes, et si cela dure prévenez l'exploitant"
AWAY: Final = "La base de données ne répond pas, ou vient de s'arrêter ({said}). {again}."
UNTRUSTED: Final = (
    "Le serveur de la base de données n'est pas reconnu, rien ne lui est envoyé ({said}). Vérifiez les certificats, "
    "« sslmode » et « sslrootcert » de l'adresse dans la section [stockage]."
)
REFUSED: Final = (
    "Le serveur PostgreSQL ne nous laisse pas entrer ({said}). Rien n'est perdu : corrigez l'adresse ou le mot de "
    "passe dans la section [stockage], ou demandez l'accès à qui tient ce serveur."
)
UNKNOWN: Final = (
    "La base de données s'est interrompue au moment d'enregistrer : c'est fait, ou ce ne l'est pas. Relancez dans "
    "quelques minutes : tout est relu avant d'être refait."
)
BUSY: Final = (
    "Toutes les connexions de la base de données sont prises ({said}). {again} : il augmentera max_connections de "
    "PostgreSQL, ou lancera moins de traitements à la fois."
)
TOGETHER: Final = "Un autre traitement écrit au même moment dans la base de données ({said}). {again}."
STANDBY: Final = (
    "La base de données est en lecture seule : c'est le serveur de secours, ou une bascule est en cours ({said}). "
    "{again} : la section [stockage] doit nommer le serveur principal."
)
FULL: Final = "Le serveur de la base de données n'a plus de place ou de mémoire ({said}). {again} : il en libérera."
FILLED: Final = "Le disque de la base de données est plein ({said}). {again} : il y fera de la place."
FAILING: Final = "Le disque de la base de données est plein, ou ne répond pas ({said}). {again}."
SPOILT: Final = (
    "La base de données est abîmée ({said}). N'y écrivez plus, prévenez l'exploitant : il remet la dernière sauvegarde "
    "(dematfin restauration --remplacer)."
)
STOPPED: Final = "La base de données a interrompu la demande ({said}). {again}."

KNOWN: Final = {
    "53300": BUSY,
    "25006": STANDBY,
    "40001": TOGETHER,
    "40P01": TOGETHER,
    "55P03": TOGETHER,
    "57014": STOPPED,
}
"""SQLSTATE of PostgreSQL (appendix A of its manual) that says more than its class does."""
CLASSES: Final = {"08": AWAY, "53": FULL, "57": AWAY, "58": AWAY}
FULL_HOUSE: Final = (
    "too many clients",
    "too many connections",
    "connection slots",
    "trop de clients",
    "trop de connexions",
    "emplacements de connexion",
)
"""How PostgreSQL refuses one connection more: the driver gives no code for what happens before there is one."""
SHUT_OUT: Final = (
    "authentication failed",
    "no password supplied",
    "pg_hba.conf",
    "does not exist",
    "not permitted to log in",
    "permission denied for database",
    "not currently accepting connections",
    "droit refusé",
    "n'accepte plus les connexions",
    "authentification",
    "n'existe pas",
    "n'est pas autorisé",
)
"""How it refuses whoever asks for one, in the languages that a server may speak here."""
SQLITE: Final = {
    "locked": TOGETHER,
    "full": FILLED,
    "malformed": SPOILT,
    "disk": FAILING,
    "unable to open": AWAY,
    "readonly": "La base de données ne peut pas être écrite ({said}). Donnez ce droit au compte qui la lance.",
}
"""Words of the errors of SQLite, which has no code that its driver always gives."""


def translate(context: ExceptionContext) -> ComeBackLater | None:
    """Return what to raise in the place of an error of the driver; None leaves it: a rule of the tables, or a bug."""
    error = context.original_exception
    if context.is_pre_ping or not isinstance(context.sqlalchemy_exception, DBAPIError):
        return None  # a connection that died while it was idle is replaced, and nobody need know
    found = _of_sqlite(error) if context.dialect.name == "sqlite" else _of_postgresql(context, error)
    return None if found is None else _later(found, error)


def no_connection_left(error: Exception) -> ComeBackLater:
    """Return what to raise when this process has all its own connections in use for too long."""
    return _later(BUSY, error)


def _of_sqlite(error: BaseException) -> str | None:
    return next((french for words, french in SQLITE.items() if words in str(error)), None)


def _of_postgresql(context: ExceptionContext, error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None) or ""
    if any(words in str(error) for words in FULL_HOUSE):
        return BUSY
    if not state and "certifica" in str(error):
        return UNTRUSTED
    if not state and any(words in str(error) for words in SHUT_OUT):
        return REFUSED
    if found := KNOWN.get(state) or CLASSES.get(state[:2]):
        return found
    lost = context.is_disconnect or (not state and isinstance(context.sqlalchemy_exception, OperationalError))
    return AWAY if lost else None


def _later(french: str, error: BaseException) -> ComeBackLater:
    said = str(error).strip().partition("\n")[0]
    kind = LedgerAway if french in {AWAY, UNTRUSTED, REFUSED, FAILING, SPOILT} else ComeBackLater
    return kind(french.format(said=said, again=AGAIN))
