"""Do the pages of one document speak of two invoices? Then a sheet was missed, or forgotten."""

from collections.abc import Sequence

from dematfin.domain.paper.proposals import Familiar, Field, Source, Trust, propose
from dematfin.domain.parties.siret import siren

TOLD = {Field.NUMBER: "numéros de facture", Field.SIRET: "fournisseurs"}


def glued(pages: Sequence[str], source: Source, familiar: Familiar) -> str:
    """Return, in French, what two pages of a document contradict each other on; empty when nothing does."""
    found: dict[Field, dict[str, int]] = {Field.NUMBER: {}, Field.SIRET: {}}
    for place, text in enumerate(pages, start=1):
        for one in propose([text], source, familiar):
            if one.field in found and one.trust is not Trust.DOUBTFUL:
                value = siren(one.value) if one.field is Field.SIRET else one.value
                found[one.field].setdefault(value, place)
    for field, values in found.items():
        if len(values) > 1:
            return (
                f"deux {TOLD[field]} s'y lisent ({' et '.join(list(values)[:2])}) : est-ce une facture, et une seule ?"
            )
    return ""
