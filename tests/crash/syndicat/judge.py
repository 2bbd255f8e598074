"""The judge of a syndicate's day: what three platforms wrote down against each commune's ledger.

It adds to the judge of one town what only a syndicate has: a whole day for each, told when it was not whole, nobody
late because of somebody else, nothing given to the wrong commune.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crash.campaign import judge as town
from crash.campaign.records import Ours, Theirs, nomfic
from crash.campaign.verdict import BROKEN, DOUBLED, HIDDEN, LOST, Fault
from crash.syndicat.communes import EVE, Commune
from crash.syndicat.records import Platforms
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.unattended.alarm import Alarm
from dematfin.domain.unattended.run import DAY, Run
from dematfin.domain.visa.reminders import SAID, Reminder
from dematfin.ports.app import App

ORDER: Final = (
    "reconciliation",
    "import",
    "numerisation",
    "controle",
    "visa",
    "fiches",
    "transmission",
    "suivi",
    "preparation",
    "textes",
    "chiffres",
    "releve",
    "rappels",
    "alertes",
)
"""Steps that a commune of the syndicate lives through each day; others may stand between them."""
TOLD: Final = ("SERVICE_FAIT", "MANDATEE")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One commune, on its own side and on that of the platforms."""

    commune: Commune
    ours: Ours
    theirs: Theirs
    platforms: Platforms
    runs: dict[str, Run]
    reminders: tuple[Reminder, ...]
    alarms: tuple[Alarm, ...]

    @property
    def day(self) -> Run | None:
        """How its last day went."""
        return self.runs.get(DAY)


def opened(app: App, commune: Commune, platforms: Platforms) -> House:
    """Read all that is known of a commune."""
    with app.ledger.reading() as books:
        runs = {one.id: one for one in books.find(Run)}
        reminders, alarms = tuple(books.find(Reminder)), tuple(books.find(Alarm))
    ours, theirs = Ours.of(app), platforms.of(commune)
    return House(
        commune=commune,
        ours=ours,
        theirs=theirs,
        platforms=platforms,
        runs=runs,
        reminders=reminders,
        alarms=alarms,
    )


def judged(house: House) -> tuple[Fault, ...]:
    """Judge a commune whose day was to be whole."""
    return tuple(_named(house, fault) for rule in (*SOUND, *WHOLE) for fault in rule(house))


def judged_sick(house: House) -> tuple[Fault, ...]:
    """Judge a commune whose neighbours failed it: nothing lost, nothing twice, and it says what went wrong."""
    return tuple(_named(house, fault) for rule in (*SOUND, _told_of_it) for fault in rule(house))


def judged_late(house: House) -> tuple[Fault, ...]:
    """Judge a commune whose neighbour was silent, then spoke: its day may have failed or not, but it has ended."""
    return tuple(_named(house, fault) for rule in (*SOUND, _ran) for fault in rule(house))


def delayed(ended: Mapping[str, datetime], hung: Collection[str]) -> Iterator[Fault]:
    """Nobody's day ends after that of a commune whose neighbours were silent until all others had ended."""
    first = min(ended[siret] for siret in hung)
    for siret in sorted(ended.keys() - set(hung)):
        if ended[siret] > first:
            yield Fault(BROKEN, f"{siret} a attendu les voisins muets d'une autre commune")


def _named(house: House, fault: Fault) -> Fault:
    return Fault(fault.kind, f"{house.commune.name} : {fault.sentence}")


def _as_a_town(house: House) -> Iterator[Fault]:
    """All that is asked of one town is asked of each commune."""
    yield from town.judge(house.ours, house.theirs).faults


def _its_own(house: House) -> Iterator[Fault]:
    """A flow leaves by the account of its commune, and nothing is mailed twice."""
    for line in house.theirs.noted("depot"):
        if line["collectivite"] != house.commune.number:
            yield Fault(BROKEN, f"{line['nom']} déposé par le compte d'une autre commune")
    for digest, count in Counter(line["sha256"] for line in house.platforms.posted(house.commune)).items():
        if count > 1:
            yield Fault(DOUBLED, f"courriel {digest[:12]} remis {count} fois")
    mails, doubts = len(house.platforms.posted(house.commune)) - len(_noted(house)), len(_doubted(house))
    if not 0 <= mails <= doubts:
        said = f"{mails:+d} courriel au serveur de ce que notre registre dit remis ({doubts} en doute)"
        yield Fault(DOUBLED if mails > 0 else LOST, said)


def _noted(house: House) -> set[str]:
    """Return the mails that our ledger says handed over."""
    return _mails(house, "SENT")


def _doubted(house: House) -> set[str]:
    """Return the mails of which our ledger says that nobody knows: a worker died as it handed them over."""
    return _mails(house, "DOUBTFUL")


def _mails(house: House, state: str) -> set[str]:
    told: tuple[Reminder | Alarm, ...] = (*house.reminders, *house.alarms)
    return {one.mail for one in told if one.state == state}


def _ran(house: House) -> Iterator[Fault]:
    """The day has ended, each of its steps too, each after the one before."""
    if house.day is None or house.day.ended_at is None or house.day.position:
        yield Fault(LOST, "la journée n'est pas finie")
        return
    before = house.day.began_at
    for key in ORDER:
        run = house.runs.get(key)
        if run is None or run.ended_at is None or run.attempts:
            yield Fault(LOST, f"l'étape {key} n'est pas finie")
        elif run.began_at < before:
            yield Fault(BROKEN, f"l'étape {key} a commencé avant la fin de la précédente")
        else:
            before = run.ended_at
    if house.day.ended_at < before:
        yield Fault(BROKEN, "la journée a fini avant ses étapes")


def _well(house: House) -> Iterator[Fault]:
    """Nothing failed, but for what was told of a mail whose fate nobody knows."""
    if house.day and house.day.failed > len(_doubted(house)):
        yield Fault(BROKEN, f"journée en échec : {' '.join(house.day.said)}")


def _told_of_it(house: House) -> Iterator[Fault]:
    """The day ended all the same, and says what is wrong."""
    yield from _ran(house)
    if house.day and not (house.day.failed and all(house.day.said)):
        yield Fault(HIDDEN, "ses voisins l'ont laissée tomber, sa journée n'en dit rien")


def _billed(house: House) -> Iterator[Fault]:
    """Each invoice came in once, with its own file, and is where the day should have brought it."""
    found: dict[str, list[InvoiceState]] = {}
    files = {one.remote_id: {kept.document.sha256 for kept in one.content.attachments} for one in house.ours.invoices}
    for one in house.ours.invoices:
        found.setdefault(one.remote_id, []).append(one.state)
    for bill in house.platforms.bills(house.commune):
        states = found.pop(str(bill.id), [])
        wanted = InvoiceState.TO_PAY if bill.day == EVE else InvoiceState.IN_VISA
        if len(states) != 1:
            yield Fault(DOUBLED if states else LOST, f"facture {bill.number} reçue {len(states)} fois")
        elif states[0] is not wanted:
            yield Fault(LOST, f"facture {bill.number} : {states[0]} au lieu de {wanted}")
        elif house.platforms.file_of(bill) not in files[str(bill.id)]:
            yield Fault(BROKEN, f"facture {bill.number} : son fichier n'est pas celui de son fournisseur")
    yield from (Fault(BROKEN, f"facture Chorus {key} : elle est à une autre commune") for key in found)


def _sent(house: House) -> Iterator[Fault]:
    """The flow signed the day before left, was answered, its mandats are paid."""
    count = Counter(nomfic(line["nom"]) for line in house.theirs.noted("depot"))
    for flux in house.ours.flows:
        if count[flux.id] != 1:
            yield Fault(DOUBLED if count[flux.id] else LOST, f"{flux.id} reçu {count[flux.id]} fois par le TdT")
        if flux.state is not FluxState.ACKNOWLEDGED:
            yield Fault(LOST, f"{flux.id} reste {flux.state}")
    for one in house.ours.mandats:
        if one.state is not MandatState.PAID:
            yield Fault(LOST, f"mandat {one.number} reste {one.state}")


def _told(house: House) -> Iterator[Fault]:
    """Each supplier was told once of each thing that was decided."""
    told = Counter((line["idFacture"], line["statut"]) for line in house.theirs.told if line["what"] == "statut")
    for bill in house.platforms.bills(house.commune):
        for status in TOLD if bill.day == EVE else ():
            if told[bill.id, status] != 1:
                yield Fault(LOST, f"facture {bill.number} mise {told[bill.id, status]} fois à {status}")


def _mailed(house: House) -> Iterator[Fault]:
    """Whoever has a visa to give was told."""
    told = {one.invoice_id for one in house.reminders if one.state in SAID}
    for one in house.ours.invoices:
        if one.state is InvoiceState.IN_VISA and one.id not in told:
            yield Fault(LOST, f"facture {one.number} à viser, personne n'a reçu de courriel")


Rule = Callable[[House], Iterator[Fault]]
SOUND: Final[tuple[Rule, ...]] = (_as_a_town, _its_own)
"""What holds at any moment, for a sick commune as for any other."""
WHOLE: Final[tuple[Rule, ...]] = (_ran, _well, _billed, _sent, _told, _mailed)
