"""The sending of the demonstration: a flow whose answer is lost is looked for, never sent twice."""

from collections.abc import Iterator
from datetime import date

from dematfin.acts import run as acts
from dematfin.acts.reconciliation import compare
from dematfin.cli.output import counted, extent
from dematfin.demo.telling import told
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Person
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit


def flows_leave(app: App, agent: Person) -> Iterator[str]:
    """Tell Chorus Pro, then send; what nobody knows of is looked for at the TdT."""
    sent = acts.run(app, agent, transmit)
    yield f"{sent.step} : {extent(sent)}"
    lost = [flux.id for flux in _flows(app) if flux.state is FluxState.TO_VERIFY]
    if len(sent.failures) != len(lost):
        raise DematfinError(" ".join(failure.sentence for failure in sent.failures))
    for failure in sent.failures:
        yield failure.sentence
    if lost:
        yield from told(acts.run(app, agent, reconcile))
    for flux in _flows(app):
        if flux.id in lost:
            yield f"{flux.id} : retrouvé au TdT sous le n° {flux.remote_id}, il n'est pas envoyé une seconde fois"


def both_sides_agree(app: App, agent: Person, since: date) -> Iterator[str]:
    """Put what was sent beside what the TdT has; a difference has no right to be."""
    found = compare(app, agent, since)
    if found.to_do:
        message = f"{counted(found.to_do, 'écart')} avec le TdT : dematfin flux rapprocher les nomme."
        raise DematfinError(message)
    yield f"{len(found.rows)} flux partis d'ici, les mêmes au TdT, chacun avec sa réponse : aucun écart"


def _flows(app: App) -> tuple[Flux, ...]:
    with app.ledger.reading() as books:
        return books.find(Flux)
