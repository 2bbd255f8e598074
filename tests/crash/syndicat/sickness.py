"""What is wrong with the neighbours of some communes of a syndicate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crash.syndicat.communes import Commune
from crash.syndicat.syndicate import sirets
from dematfin.sandbox.weather import Trouble

NOWHERE: Final = 'chorus.url_api = "http://127.0.0.1:9"'
"""Connections are refused there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sickness:
    """What is wrong with the neighbours of some communes.

    Attributes:
        troubles: by account; `own`: lines of a configuration, by SIRET.
        failed: SIRETs whose day fails; `hung`: those whose day ends once their neighbour speaks again, failed or not.
        failing: the steps that fail, by SIRET; `alerted`: whose mail leaves all the same.
    """

    troubles: Mapping[str, Trouble]
    own: Mapping[str, str]
    failed: tuple[str, ...]
    hung: tuple[str, ...]
    failing: Mapping[str, tuple[str, ...]]
    alerted: tuple[str, ...]


def sickness(of: Sequence[Commune]) -> Sickness:
    """Choose among the communes; the first to be called have the silent neighbours."""
    silent, mute, down, refused, posted, nobody, slow, nowhere = of[:8]
    troubles = {
        silent.technical: Trouble.HUNG,
        mute.depositor: Trouble.HUNG,
        down.technical: Trouble.DOWN,
        refused.depositor: Trouble.DOWN,
        posted.box: Trouble.DOWN,
        nobody.box: Trouble.HUNG,
        slow.technical: Trouble.SLOW,
    }
    own = {nowhere.siret: NOWHERE, nobody.siret: "courriel.delai = 1"}
    failed = sirets((down, refused, posted, nobody, nowhere))
    failing = {
        down.siret: ("import",),
        refused.siret: ("transmission",),
        posted.siret: ("rappels",),
        nobody.siret: ("rappels",),
        nowhere.siret: ("import",),
    }
    hung, alerted = sirets((silent, mute)), sirets((down, refused, nowhere))
    return Sickness(troubles=troubles, own=own, failed=failed, hung=hung, failing=failing, alerted=alerted)


def spoken(sick: Sickness) -> dict[str, Trouble]:
    """Return what is still wrong once the silent neighbours speak again."""
    return {login: one for login, one in sick.troubles.items() if not _is_silent(login, one)}


def _is_silent(login: str, trouble: Trouble) -> bool:
    return trouble is Trouble.HUNG and not login.startswith("visas-")
