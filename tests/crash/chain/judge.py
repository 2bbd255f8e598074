"""The judge of the chain: what each neighbour wrote down, and each page that was scanned, against our ledger."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Final

from crash.campaign import answered, exchanged, sent, suppliers
from crash.campaign.records import Ours, Theirs
from crash.campaign.town import journal
from crash.campaign.verdict import BROKEN, DOUBLED, HIDDEN, LOST, Fault
from crash.chain.books import of_books
from crash.chain.place import Place
from crash.chain.waiting import open_ones
from dematfin.demo.folder import MAILS
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.capture import Capture
from dematfin.domain.paper.pages import Page
from dematfin.domain.reception import Reception
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.unattended.alarm import Alarm, AlarmState
from dematfin.domain.visa.reminders import Reminder, ReminderState
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.steps.signatures import waiting

SCANNED: Final = 4
"""Pages of the stack: a sheet and an invoice, another sheet and its annex."""
Census = Mapping[str, Mapping[str, int]]
Rule = Callable[[Place, Ours, Theirs], Iterator[Fault]]


OF_TWO_CLOCKS: Final = "avant d'être gardé"
"""What compares our hours with those of a neighbour."""


def judge(place: Place, *, whole: bool = True, jumped: bool = False) -> tuple[Fault, ...]:
    """Judge a town in which everybody has stopped; one that has not lived to the end may have things waiting.

    `jumped`: its clock did, and what it dates cannot be compared with what its neighbours date.
    """
    ours, theirs = _with_what_is_shown(Ours.of(place.app())), Theirs.read(place)
    shared = (fault for rule in (SHARED if whole else ON_THE_WAY) for fault in rule(ours, theirs))
    own = RULES if whole else OWN_ON_THE_WAY
    found = (*shared, *(fault for one in own for fault in one(place, ours, theirs)))
    return tuple(one for one in found if not (jumped and OF_TWO_CLOCKS in one.sentence))


def _with_what_is_shown(ours: Ours) -> Ours:
    """Count what lies on the mayor's screen as told: it waits for her, and she sees it."""
    with ours.app.ledger.reading() as books:
        sheets = waiting(books)
    invoices = {one.id: one.invoice_ids for one in ours.mandats}
    shown = tuple(
        f"à signer : {sheet.flux.id} {one} {' '.join(invoices[one])} {sheet.bordereau.id}"
        for sheet in sheets
        for one in sheet.bordereau.mandats
    )
    return replace(ours, alerts=(*ours.alerts, *shown))


def as_ever(found: Census, expected: Census) -> Iterator[Fault]:
    """A part that was struck and begun again ends as one that nobody struck."""
    for kind, states in expected.items():
        if found[kind] != states:
            more = sum(found[kind].values()) - sum(states.values())
            fault = DOUBLED if more > 0 else LOST if more < 0 else HIDDEN
            yield Fault(fault, f"{kind} : {found[kind]}, au lieu de {states}")


def _imported(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Each invoice deposited for us in Chorus Pro is one of ours, once."""
    world = json.loads((place.sandbox / "monde.json").read_text(encoding="utf-8"))
    kept = Counter(one.remote_id for one in ours.invoices if one.origin is Origin.CHORUS)
    for deposit in world["factures"]:
        count = kept[str(deposit["id"])]
        if count > 1:
            yield Fault(DOUBLED, f"facture Chorus {deposit['numero']} reçue {count} fois")
        elif not count and not ours.alerted(str(deposit["id"]), deposit["numero"]):
            yield Fault(LOST, f"facture Chorus {deposit['numero']} jamais reçue")


def _scanned(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Each page scanned is in one place of one batch, and what it holds is one invoice."""
    with ours.app.ledger.reading() as books:
        batches = [one for one in books.find(Batch) if one.state is not BatchState.DUPLICATE]
        pages, captures = books.find(Page), books.find(Capture)
    left = [one.name for one in (place.root / "papier" / "copieur").rglob("*.pdf")]
    if left:
        yield Fault(HIDDEN, f"{left[0]} est resté dans le dossier du copieur")
    if len(batches) != 1:
        yield Fault(DOUBLED if batches else LOST, f"la pile du copieur est {len(batches)} lots")
    seen = Counter((one.batch, one.page) for one in pages)
    if len(seen) != SCANNED and not ours.alerted(*(one.id for one in batches)):
        yield Fault(LOST, f"{len(seen)} pages suivies sur {SCANNED}")
    entered = Counter(one.invoice_id for one in captures if one.invoice_id)
    paper = [one.id for one in ours.invoices if one.origin is Origin.SCAN]
    yield from (
        Fault(DOUBLED, f"facture {key} saisie de {count} documents") for key, count in entered.items() if count > 1
    )
    if set(paper) != set(entered):
        yield Fault(BROKEN, f"factures de papier {paper}, documents saisis {sorted(entered)}")


def _numbered(_: Place, ours: Ours, __: Theirs) -> Iterator[Fault]:
    """Each number is given once, and none is burnt."""
    series = {
        "facture": [int(one.id[-6:]) for one in ours.invoices],
        "mandat": [one.number for one in ours.mandats if not one.editor],
        "bordereau": [one.number for one in ours.bordereaux if not one.editor],
    }
    for name, given in series.items():
        numbers = sorted(one for one in given if one)
        if len(set(numbers)) < len(numbers):
            yield Fault(DOUBLED, f"un numéro de {name} donné deux fois : {numbers}")
        elif numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            yield Fault(LOST, f"un numéro de {name} brûlé : {numbers}")


def _mailed(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Each mail left once; one that we say sent has left, one whose fate nobody knows is not said sent."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in (place.root / MAILS).glob("*.eml")]
    ids = Counter(str(one["Message-ID"])[1:].partition("@")[0] for one in mails)
    yield from (Fault(DOUBLED, f"courriel {key} parti {count} fois") for key, count in ids.items() if count > 1)
    words = Counter((str(one["To"]), str(one["Subject"]), str(one.get_body(("plain",)))) for one in mails)
    for (to, subject, _body), count in words.items():
        if count > 1:
            yield Fault(DOUBLED, f"le même courriel à {to} ({subject}) parti {count} fois")
    with ours.app.ledger.reading() as books:
        told: list[Reminder | Alarm] = [*books.find(Reminder), *books.find(Alarm)]
    for one in told:
        if one.state in {ReminderState.SENT, AlarmState.SENT} and one.mail not in ids:
            yield Fault(LOST, f"courriel {one.mail} dit parti, le serveur ne l'a pas")
        if one.state in {ReminderState.SENDING, AlarmState.SENDING}:
            yield Fault(HIDDEN, f"courriel {one.mail} resté en cours d'envoi")
    known = {one.mail for one in told}
    yield from (Fault(BROKEN, f"courriel {key} parti, inconnu ici") for key in ids if key not in known)


def _bridged(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Each folder was made once in the i-Parapheur, and nothing of ours is left there."""
    notes = journal(place.sandbox / "parapheur")
    made = Counter(line["dossier"] for line in notes if line["what"] == "creation")
    yield from (Fault(DOUBLED, f"dossier {key} créé {count} fois") for key, count in made.items() if count > 1)
    with ours.app.ledger.reading() as books:
        records = books.find(RemoteFolder)
    about = Counter(one.folder for one in records)
    yield from (
        Fault(DOUBLED, f"visa {key} envoyé {count} fois au parapheur") for key, count in about.items() if count > 1
    )
    gone = {line["dossier"] for line in notes if line["what"] in {"archivage", "effacement"}}
    known = {one.id for one in records} | {str(line) for line in _references(ours)}
    for key in made.keys() - gone:
        if key not in known and not ours.alerted(key):
            yield Fault(LOST, f"dossier {key} oublié dans l'i-Parapheur")


def _references(ours: Ours) -> Iterator[str]:
    """Yield the references under which flows still lie in the i-Parapheur."""
    return (one.signing_ref for one in ours.flows if one.signing_ref)


def _handed_once(_: Place, __: Ours, theirs: Theirs) -> Iterator[Fault]:
    """The finance software was handed each invoice once, and each answer."""
    if theirs.software:
        rows = Counter(row.number for row in theirs.software.handed)
        yield from (Fault(DOUBLED, f"facture {key} remise {count} fois") for key, count in rows.items() if count > 1)
        again = sum(one - 1 for one in theirs.software.answers.values())
        if again:
            yield Fault(DOUBLED, f"{again} réponses rendues plusieurs fois au logiciel financier")


def _told(_: Place, ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """What we say told to Chorus Pro was told there, once."""
    there = Counter((str(line["idFacture"]), line["statut"]) for line in theirs.told if line["what"] == "statut")
    with ours.app.ledger.reading() as books:
        done = [one for one in books.find(Intention) if one.state.name == "DONE"]
    for one in done:
        if not there[one.remote_id, str(one.status)]:
            yield Fault(LOST, f"facture {one.invoice_id} : {one.status} dit annoncé, Chorus Pro ne l'a pas")


def _counted(_: Place, ours: Ours, __: Theirs) -> Iterator[Fault]:
    """Each mandat paid for an invoice is in the figures, once."""
    with ours.app.ledger.reading() as books:
        counted = Counter(one.id for one in books.find(Settlement))
        if not books.find(Reached):
            return
    paid = {one.id for one in ours.mandats if one.state is MandatState.PAID and one.invoice_ids}
    for key in sorted(paid - counted.keys()):
        yield Fault(LOST, f"mandat {key} payé, absent des chiffres")


def _waiting(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Whatever has not come to its end is named by an alert."""
    with ours.app.ledger.reading() as books:
        left = open_ones(books)
    for one in left:
        if not ours.alerted(*_names(one, ours)) and not (isinstance(one, Flux) and ours.breakdown(one)):
            yield Fault(HIDDEN, f"{type(one).__name__} {one.id} reste {one.state}, aucune alerte ne le nomme")


def _names(one: object, ours: Ours) -> Iterator[str]:
    """Yield what an alert may call a thing: itself, its invoice, its mandats, their bordereau and its flow."""
    keys = {str(getattr(one, name, "")) for name in ("id", "invoice_id", "number", "name", "key", "bordereau", "batch")}
    keys |= set(getattr(one, "invoice_ids", ())) | set(getattr(one, "bordereaux", ()))
    if isinstance(one, Reception):
        keys.add(one.number)
    invoices = {one.id} if isinstance(one, Invoice) else {str(getattr(one, "invoice_id", ""))}
    mandats = [it for it in ours.mandats if it is one or invoices & set(it.invoice_ids)]
    sheets = [it for it in ours.bordereaux if it.id in {m.bordereau for m in mandats} | keys]
    keys |= {it.id for it in mandats} | {it.id for it in sheets} | {it.flux for it in sheets}
    keys |= {key for it in mandats for key in it.invoice_ids} if isinstance(one, Mandat | Flux) else set()
    yield from (key for key in keys if key)


OWN_ON_THE_WAY: Final[tuple[Rule, ...]] = (
    _numbered,
    _mailed,
    _bridged,
    _handed_once,
    _told,
    _counted,
    of_books,
)
RULES: Final[tuple[Rule, ...]] = (_imported, _scanned, _waiting, *OWN_ON_THE_WAY)
ON_THE_WAY: Final = (sent._deposits, sent._numbers, answered._acquits, suppliers._once)
SHARED: Final = (*sent.RULES, *answered.RULES, *suppliers.RULES, *exchanged.RULES)
"""What is judged of a bordereau, of its answers, of suppliers and of a finance software in every campaign."""
