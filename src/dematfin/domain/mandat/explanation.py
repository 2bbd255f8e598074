"""What became of a mandat, in French, for people who are not programmers: what, why, who must act, what to do now."""

from dataclasses import dataclass
from enum import StrEnum

from dematfin.domain.mandat.mandat import MANDAT_MACHINE, Mandat
from dematfin.domain.mandat.reason import Reason


class Responsible(StrEnum):
    """Who can put a thing right."""

    AGENT = "agent comptable"
    SUPPLIER = "fournisseur"
    EDITOR = "éditeur"
    SIGNATORY = "signataire"
    COMPTABLE = "comptable"
    NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason in words: what it means, who can act, what that person does."""

    why: str
    who: Responsible
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The verdict on one mandat.

    Attributes:
        what: where it stands and since when.
        causes: why, when it did not go through.
        who: who must act first; NOBODY when there is nothing to do.
        command: the next command to type, empty when there is none.
    """

    what: str
    causes: tuple[Cause, ...] = ()
    who: Responsible = Responsible.NOBODY
    command: str = ""


def explain(mandat: Mandat) -> Explanation:
    """Say what became of a mandat."""
    return Explanation(what=MANDAT_MACHINE.words[mandat.state], causes=tuple(map(cause, mandat.reasons)))


def cause(reason: Reason) -> Cause:
    """Put one reason in words; a code that nobody knows is shown as it is."""
    return Cause(why=reason.text or reason.code, who=Responsible.AGENT, remedy="")
