"""What came back in the demonstration is mended here; what a finance software made is mended there."""

from collections.abc import Iterator

from dematfin.acts import consult, mandats
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Imputation
from dematfin.ports.app import App


def mended(app: App, agent: Person) -> Iterator[str]:
    """Correct the mandats that came back, and take up again the bordereaux that were refused."""
    with app.ledger.reading() as books:
        ours = books.find(Mandat, editor=False)
    for mandat in ours:
        if mandat.state is MandatState.REFUSED_AT_GATE and "fonction" in mandat.reason.lower():
            line = mandat.lines[0].imputation
            mandats.correct(app, agent, mandat.id, Imputation(nature=line.nature, investment=line.investment))
            yield f"mandat n° {mandat.number} : fonction {line.fonction} retirée"
        elif mandat.state is MandatState.REJECTED:
            kept = mandats.reissue(app, agent, mandat.id).number
            yield f"mandat n° {mandat.number} réémis sous le n° {kept}"
    for sheet in consult.sheets(app, agent):
        if sheet.bordereau.refused and not sheet.bordereau.editor:
            mandats.resume(app, agent, sheet.bordereau.id)
            yield f"bordereau {sheet.bordereau.id} repris, mêmes numéros"
