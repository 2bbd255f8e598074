"""The agent's morning in the demonstration: what the controls hold is answered, decided, called back."""

from collections.abc import Callable, Iterator
from pathlib import Path

from dematfin.acts import answers, bank, doubles, holds, review
from dematfin.acts.run import run, tell_now
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import INVOICE
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Person
from dematfin.ports.app import App
from dematfin.steps.visa import visa

Answer = Callable[[App, Person, str, str], Invoice]
CALLED = "Rappel au numéro du contrat : la comptable de l'entreprise confirme le nouveau compte."


def morning(app: App, agent: Person, director: Person, folder: Path) -> Iterator[str]:
    """Treat one case of each kind; the others are left for whoever tries the commands."""
    cases = {case.invoice.number: case for case in review.cases(app, agent)}
    yield f"{len(cases)} factures retenues, chacune avec la réponse à envoyer"
    yield from _answer(app, agent, cases["26-571"], answers.recycle)
    yield from _answer(app, agent, cases["F2026-0455"], answers.reject)
    yield from _suspend(app, agent, cases["NP-3401"], folder)
    forced = holds.force(app, agent, cases["2026/140"].invoice.id, "Le marché 2025-11 a été renuméroté 2026-03.")
    yield f"{forced.id} : contrôle forcé par {agent.name}, {INVOICE[forced.state]}"
    aside = holds.set_aside(app, agent, cases["INV-2026-85"].invoice.id, "Payée par carte, régularisée.")
    yield f"{aside.id} : écartée, {INVOICE[aside.state]}"
    twin = cases["2026/118"]
    decided = doubles.decide(app, agent, twin.invoice.id, twin.twin, "Autre tranche, même numéro.", distinct=True)
    yield f"{decided.id} : n'est pas un doublon de {twin.twin}, {INVOICE[decided.state]}"
    for person in (agent, director):
        account = bank.confirm(app, person, cases["AV-55050"].invoice.id, CALLED)
        state = "validé par deux personnes" if account.cleared else "une seconde personne doit rappeler"
        yield f"{person.name} rappelle {account.name} pour le compte {mask(account.iban)} : {state}"
    run(app, agent, visa)


def _answer(app: App, agent: Person, case: review.Case, act: Answer) -> Iterator[str]:
    answered = act(app, agent, case.invoice.id, case.motif)
    tell_now(app, agent, answered.id)
    yield _told(answered, case)


def _suspend(app: App, agent: Person, case: review.Case, folder: Path) -> Iterator[str]:
    suspended = answers.suspend(app, agent, case.invoice.id, case.motif, ("Notification de la cession de créance",))
    tell_now(app, agent, suspended.id)
    if suspended.letter is not None:
        with app.documents.open(suspended.letter) as letter:
            (folder / f"interruption-{suspended.id}.pdf").write_bytes(letter.read())
    yield f"{_told(suspended, case)} ; lettre d'interruption en PDF"


def _told(invoice: Invoice, case: review.Case) -> str:
    status = said(case.proposal) if case.proposal else "suspendue"
    return f"{invoice.id} ({invoice.number}) : {INVOICE[invoice.state]}, Chorus Pro « {status} »"
