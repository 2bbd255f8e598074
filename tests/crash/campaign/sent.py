"""What left: each flow deposited once, each bordereau integrated once, no invoice ordered twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from crash.campaign.records import Ours, Theirs, nomfic
from crash.campaign.verdict import BROKEN, DOUBLED, HIDDEN, LOST, Fault
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.money import ZERO

ARRIVED: Final = frozenset({FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED, FluxState.REFUSED_BY_TDT})
DOUBLES: Final = frozenset({"ERREUR_DOUBLON_BORDEREAU", "ERREUR_DOUBLON_PIECE"})
"""A document carried twice is refused once and there all the same; a bordereau or a mandat may not come twice."""
BEGUN: Final = ("dépôt commencé", "les mêmes octets sont envoyés de nouveau")
"""What the journal says before bytes leave."""
TAKEN: Final = frozenset({AcquitSummary.ACCEPTED, AcquitSummary.PARTLY})


def _deposits(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each flow was deposited once, its own bytes, and each attempt was announced in our journal."""
    flows = {flux.id: flux for flux in ours.flows}
    taken = theirs.noted("depot")
    for name, count in Counter(line["nom"] for line in taken).items():
        if count > 1:
            yield Fault(DOUBLED, f"{name} déposé {count} fois au TdT")
    begun = Counter(one.event.subject_id for one in ours.events if one.event.motif.startswith(BEGUN))
    tried = theirs.noted("depot", "depot_refuse")
    for name, count in Counter(nomfic(line["nom"]) for line in tried).items():
        if count > begun[name]:
            yield Fault(DOUBLED, f"{name} : {count} envois pour {begun[name]} annoncés dans notre journal")
    for line in taken:
        flux = flows.get(nomfic(line["nom"]))
        if flux is None or flux.to_deposit is None or ours.sha1(flux.to_deposit) != line["sha1"]:
            yield Fault(BROKEN, f"{line['nom']} : les octets déposés ne sont pas ceux que nous gardons")
        elif flux.state not in ARRIVED and not ours.alerted(flux.id):
            yield Fault(HIDDEN, f"{flux.id} est au TdT, nous le disons {flux.state} sans alerte")


def _numbers(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each flow that we say sent is there under its number; exchange folders know no other than its name."""
    there = {str(line["transaction"]): nomfic(line["nom"]) for line in theirs.noted("depot")}
    for flux in ours.flows:
        if flux.remote_id and flux.id not in {there.get(flux.remote_id), flux.remote_id}:
            yield Fault(BROKEN, f"{flux.id} n'est pas la transaction {flux.remote_id}")
        if flux.remote_id and flux.id not in there.values():
            yield Fault(LOST, f"{flux.id} est dit au TdT, qui ne l'a pas")


def _sheets(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each bordereau was integrated, once; what was not says so in an alert."""
    for line in theirs.integrations("refus"):
        if DOUBLES & set(line["codes"]) and not _believed_refused(ours, line["nomfic"]):
            yield Fault(DOUBLED, f"Hélios a reçu un doublon dans {line['nomfic']} : {', '.join(line['codes'])}")
    there = Counter(_key(line) for line in theirs.integrations("integration"))
    yield from (Fault(DOUBLED, f"bordereau {key} intégré {count} fois") for key, count in there.items() if count > 1)
    known = {_ours(one): one for one in ours.bordereaux}
    yield from (Fault(LOST, f"Hélios a un bordereau que nous ignorons : {key}") for key in there.keys() - known.keys())
    flows = {flux.id: flux for flux in ours.flows}
    for key, sheet in known.items():
        flux = flows.get(sheet.flux)
        if not sheet.mandats or (key in there and not sheet.refused):
            continue
        if key not in there and flux and flux.acquit in TAKEN and not sheet.refused:
            yield Fault(BROKEN, f"bordereau {sheet.id} dit accepté, Hélios ne l'a pas")
        elif not ours.alerted(sheet.id, *sheet.mandats, sheet.flux or sheet.id) and not (flux and ours.breakdown(flux)):
            yield Fault(LOST, f"bordereau {sheet.id} {'cru refusé' if key in there else 'jamais intégré'}, sans alerte")


def _believed_refused(ours: Ours, name: str) -> bool:
    """Say whether a flow replaces one of which the TdT had said that it was refused."""
    replaced = {one.replaces for one in ours.flows if one.id == name}
    refused = {one.event.subject_id for one in ours.events if one.event.after == FluxState.REFUSED_BY_TDT}
    return bool(replaced & refused)


def _key(line: dict[str, Any]) -> tuple[str, str, int, str]:
    return line["siret"], line["exercice"], int(line["numero"]), line["type"]


def _ours(sheet: Bordereau) -> tuple[str, str, int, str]:
    return sheet.siret, str(sheet.exercice), sheet.number, str(sheet.kind)


def _money(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """No cent is lost, no invoice is ordered to be paid twice."""
    invoices = {one.id: one for one in ours.invoices}
    alive = [row for row in theirs.mandats if not row["etat"].startswith("REJETE")]
    for bill, count in Counter((row["siret"], row["facture"], row["lignes"]) for row in alive).items():
        if count > 1 and bill[1]:
            yield Fault(DOUBLED, f"Hélios a {count} mandats pour la facture {bill[1]}")
    own = [one for one in ours.mandats if not one.editor]
    ordered = sum((one.amount for one in own if one.state is not MandatState.CANCELLED), ZERO)
    billed = sum((invoices[key].signed_amount for one in own for key in one.invoice_ids), ZERO)
    if ordered != billed:
        yield Fault(LOST, f"{billed} facturés, {ordered} mandatés")
    paid = {(row["siret"], int(row["numero"])) for row in theirs.mandats if row["etat"] == "PAYE"}
    said = {(one.siret, one.number) for one in ours.mandats if one.state is MandatState.PAID}
    yield from (Fault(BROKEN, f"{key} dit payé, Hélios ne l'a pas payé") for key in said - paid)
    mandats = {(one.siret, one.number): one for one in ours.mandats}
    for key in paid - said:
        if key not in mandats or not ours.alerted(mandats[key].id, "il ne peut pas être lu"):
            yield Fault(LOST, f"{key} payé par Hélios, nous l'ignorons")


RULES: Final[tuple[Callable[[Ours, Theirs], Iterator[Fault]], ...]] = (_deposits, _numbers, _sheets, _money)
