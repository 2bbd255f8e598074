"""What follows the decision of an agent, as after a command: the supplier is told, or a head of service gets it."""

from dematfin.acts.run import run, tell_now
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.errors import DematfinError
from dematfin.steps.episodes import WITH_SUPPLIER
from dematfin.steps.visa import visa
from dematfin.web.visit import Visit


def follow(visit: Visit, invoice: Invoice) -> str:
    """Carry on after a decision, and return what has become of the invoice; the decision stands in any case."""
    then = ""
    if invoice.state in {*WITH_SUPPLIER, InvoiceState.REFUSED}:
        then = _told(visit, invoice)
    elif invoice.state is InvoiceState.IN_VISA:
        then = _handed_over(visit)
    elif invoice.state is InvoiceState.TO_CORRECT:
        then = "Il reste : " + " ".join(one.sentence for one in blocking(invoice.findings))
    return f"Facture {invoice.id} : {INVOICE[invoice.state]}. {then}".strip()


def _told(visit: Visit, invoice: Invoice) -> str:
    if invoice.origin is Origin.SCAN:
        return (
            "Facture papier : le fournisseur ne le saura que par votre courrier. La lettre est prête, sur cette page."
        )
    failures = tell_now(visit.app, visit.who, invoice.id).failures
    if not failures:
        return "Chorus Pro le sait."
    return (
        f"Votre décision est enregistrée, mais Chorus Pro ne la connaît pas encore : {failures[0].sentence} "
        "S'il n'a pas répondu, la prochaine journée le lui dira."
    )


def _handed_over(visit: Visit) -> str:
    try:
        failures = run(visit.app, visit.who, visa).failures
    except DematfinError as error:
        return f"La prochaine journée la remettra à son chef de service. {error}"
    return " ".join(one.sentence for one in failures)
