"""What a flow says of one mandat in words: written in Latin-1, or refused by name, with what to correct."""

from dataclasses import dataclass

from dematfin.domain.mandat.mandat import Mandat
from dematfin.errors import FlowRejected
from dematfin.pes.text import fit, lost


@dataclass(frozen=True, slots=True)
class Wording:
    """Writes the texts of one mandat."""

    mandat: Mandat

    def required(self, field: str, text: str, limit: int) -> str:
        """Return a text that identifies somebody or something; raises FlowRejected when it loses a letter."""
        return self.exact(field, text, limit) or self._refuse(f"{field} est vide")

    def exact(self, field: str, text: str, limit: int) -> str:
        """Return a text that may be absent, but not written in part; raises FlowRejected when it loses a letter."""
        if letters := lost(text):
            self._refuse(f"{field} « {text} » contient des lettres que le PES ne sait pas écrire ({letters[:20]})")
        return fit(text, limit) if text.strip() else ""

    def _refuse(self, why: str) -> str:
        mandat = self.mandat
        number = f" (n° {mandat.number})" if mandat.number else ""
        message = (
            f"Mandat {mandat.id}{number}, fournisseur {mandat.tiers.id} {mandat.tiers.name} : {why}. "
            "Rien n'est envoyé. Corrigez en lettres latines dans le logiciel de finances, importez de nouveau "
            "(dematfin tiers importer), puis préparez de nouveau (bordereau preparer)."
        )
        raise FlowRejected(message)
