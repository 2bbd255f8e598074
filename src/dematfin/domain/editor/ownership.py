"""Who makes the mandats: those of the finance software are corrected there, never here."""

from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.errors import RuleError


def check_ours(one: Mandat | Bordereau) -> None:
    """Raise RuleError when a mandat, or a bordereau, is the finance software's."""
    if one.editor:
        what = "Le mandat" if isinstance(one, Mandat) else "Le bordereau"
        message = (
            f"{what} {one.id} vient du logiciel financier : son numéro, ses comptes et ses montants ne se changent pas "
            "ici. Corrigez-le dans le logiciel financier, exportez de nouveau son flux, puis importez-le "
            f"({IMPORT})."
        )
        raise RuleError(message)
