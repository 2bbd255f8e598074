"""Ten thousand mandats answered by Hélios, then by the comptable, against reading the same files alone.

    digestion = storing and applying all acquits and retours, on the real ledger / reading them alone (app.reader)

A hundred bordereaux, one flow and one acquit each; retours of a thousand mandats: taken in charge first (a share of
them held or rejected), then settled with payments. Both are told in time of the processor: what disks and neighbours
take is theirs; `montre` is the same by the clock, for information. The median of several towns.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from dematfin.cli.context import open_app
from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import Flux, FluxState, nomfic
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState, Share
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.registers import Imputation
from dematfin.ports.app import App
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.steps.follow_up import follow_up
from dematfin.support import logs
from dematfin.support.clock import SystemClock

IN_A_SHEET = 100
IN_A_RETOUR = 1_000
YEAR = 2026
RUNS = 3
ACQUIT = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2"
RETOUR = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
PAYEE = Tiers(
    id="F00231",
    name="PAPETERIE DU LAC",
    identifier="91098765000017",
    siren="910987650",
    address=Address(line2="3 quai du Lac", postcode="99100", town="VALBRUME"),
    account=BankAccount(holder="PAPETERIE DU LAC", iban="FR7612345678901234567890189", bic="AGRIFRPP"),
)


@dataclass
class Desk:
    """A TdT that has every answer ready."""

    acquits: dict[str, bytes]
    unread: dict[str, bytes] = field(default_factory=dict)
    name: str = "banc"
    certificate_expires_on: date | None = None

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        return Progress(phase=Phase.ANSWERED, acquit=self.acquits[nomfic])

    def returns(self) -> tuple[ReturnItem, ...]:
        return tuple(ReturnItem(remote_id=key, name=f"{key}.xml") for key in self.unread)

    def fetch(self, item: ReturnItem) -> bytes:
        return self.unread[item.remote_id]

    def acknowledge(self, item: ReturnItem) -> None:
        del self.unread[item.remote_id]


@dataclass
class Spent:
    """Time of the processor and of the clock, spent inside."""

    processor: float = 0.0
    clock: float = 0.0

    def __enter__(self) -> None:
        self.processor -= time.process_time()
        self.clock -= time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.processor += time.process_time()
        self.clock += time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    with tempfile.TemporaryDirectory() as scratch:
        measured = figures(Path(scratch), options.mandats)
    if options.json:
        shown = [{"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in measured.items()]
        print(json.dumps({"figures": shown[:1]}))
        return
    for name, ratio in measured.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def figures(root: Path, count: int) -> dict[str, float]:
    """Return the median of each ratio, over several towns."""
    towns = [measured(root / str(number), count) for number in range(RUNS)]
    return {name: median(one[name] for one in towns) for name in towns[0]}


def measured(root: Path, count: int) -> dict[str, float]:
    """Return the ratios of one town; what came in a period is read alone as soon as it has been digested."""
    app, acquits, periods = scene(root, count)
    desk = Desk(acquits)
    app = replace(app, transmitter=desk)  # type: ignore[arg-type]  # what follow_up asks of it
    digestion, reading = Spent(), Spent()
    for number, period in enumerate(periods):
        desk.unread = {f"{number}-{order}": data for order, data in enumerate(period)}
        with digestion:
            digest(app)
        with reading:
            read_alone(app, () if number else acquits.values(), period)
    check_states(app, count)
    return {"digestion": digestion.processor / reading.processor, "montre": digestion.clock / reading.clock}


def scene(root: Path, count: int) -> tuple[App, dict[str, bytes], list[list[bytes]]]:
    """Return a town hall and what it is answered; nothing else stays in memory, as in the run of every hour."""
    app, sent = town(root, count)
    acquits = {flux.id: acquit(flux, sheet) for sheet, flux, _ in sent}
    return app, acquits, [list(retours(sent, settled=settled)) for settled in (False, True)]


def read_alone(app: App, acquits: Iterable[bytes], answers: Iterable[bytes]) -> None:
    for one in acquits:
        app.reader.acquit(one)
    for one in answers:
        app.reader.retour(one)


def digest(app: App) -> None:
    outcome = follow_up(app)
    if outcome.failures:
        raise SystemExit(outcome.failures[0].sentence)


def check_states(app: App, count: int) -> None:
    """Stop unless every mandat is where the answers say."""
    with app.ledger.reading() as books:
        paid = len(books.find(Mandat, state=MandatState.PAID))
        rejected = len(books.find(Mandat, state=MandatState.REJECTED))
    if paid + rejected != count:
        message = f"{paid} mandats payés et {rejected} rejetés, sur {count}"
        raise SystemExit(message)


Sent = tuple[Bordereau, Flux, list[Mandat]]


def town(root: Path, count: int) -> tuple[App, list[Sent]]:
    """Return a town hall whose mandats are all at Hélios."""
    folder = DemoFolder(root=root / "demo")
    folder.prepare(load(SystemClock("Europe/Paris").today()))
    app = open_app(folder.config)
    siret = app.policy.budgets[0].siret
    sent = [sheet(siret, number) for number in range(1, count // IN_A_SHEET + 1)]
    for one in sent:
        with app.ledger.transaction() as books:
            books.save(one[0], one[1], *one[2])
    return app, sent


def sheet(siret: str, number: int) -> Sent:
    """Return a bordereau that was sent, its flow and its mandats."""
    key = bordereau_id("COMMUNE", YEAR, number)
    first = (number - 1) * IN_A_SHEET + 1
    mandats = [mandat(siret, key, first + order) for order in range(IN_A_SHEET)]
    flux = Flux(
        id=nomfic(siret, YEAR, number, number),
        siret=siret,
        state=FluxState.TRANSMITTED,
        bordereaux=(key,),
        pieces=(),
        unsigned=DocumentRef(sha256=f"{number:064x}", size=1),
        remote_id=str(number),
    )
    bordereau = Bordereau(
        id=key,
        siret=siret,
        exercice=YEAR,
        number=number,
        emitted_on=date(YEAR, 3, 2),
        mandats=tuple(one.id for one in mandats),
        total=sum((one.amount for one in mandats), Decimal(0)),
        cumul=Decimal(0),
        flux=flux.id,
        prepared_by="service",
    )
    return bordereau, flux, mandats


def mandat(siret: str, bordereau: str, number: int) -> Mandat:
    """Return a mandat that was sent."""
    amount = Decimal(10_000 + number % 90_000) / 100
    day = date(YEAR, 2, 1) + timedelta(days=number % 28)
    return Mandat(
        id=f"M{YEAR}-{number:06d}",
        siret=siret,
        exercice=YEAR,
        state=MandatState.SENT,
        number=number,
        bordereau=bordereau,
        tiers=PAYEE,
        label="Fournitures de bureau",
        reference=f"N-{number}",
        dgp=delay(day, None),
        lines=(Line(number=1, imputation=Imputation(nature="6064"), amount=amount),),
        shares=(Share(invoice_id=f"F{YEAR}-{number:06d}", amount=amount),),
        pieces=(f"PJ{number:08d}",),
        amount=amount,
    )


def acquit(flux: Flux, one: Bordereau) -> bytes:
    """Return the acquit of an accepted flow."""
    verdict = f'<DomaineAck V="5"/><EtatAck V="1"/><NumBord V="{one.number}"/><ExerciceBord V="{YEAR}"/>'
    head = f'<Parametres><Version V="1"/><TypFic V="PESALR2"/><NomFic V="{flux.id}"/></Parametres>'
    block = f'<EnTeteAcquit><IdVer V="2"/></EnTeteAcquit><ElementACQUIT>{verdict}</ElementACQUIT>'
    body = f"<Enveloppe>{head}{EMITTER}</Enveloppe>{heading(flux.siret, 'CodCol')}<ACQUIT>{block}</ACQUIT>"
    return f'{PROLOG}<n:PES_ACQUIT xmlns:n="{ACQUIT}">{body}</n:PES_ACQUIT>'.encode("iso-8859-1")


def retours(sent: list[Sent], *, settled: bool) -> Iterable[bytes]:
    """Yield the retours of a period, a thousand mandats each."""
    sheets = IN_A_RETOUR // IN_A_SHEET
    for start in range(0, len(sent), sheets):
        part = sent[start : start + sheets]
        blocks = "".join(sheet_told(one, mandats, settled=settled) for one, _, mandats in part)
        name = f"PES2R_DEP_P_{int(settled)}_{start}"
        envelope = f'<Enveloppe><Parametres><Version V="1"/><TypFic V="PES2R_DEP"/><NomFic V="{name}"/></Parametres>'
        expense = '<EnTeteDepense><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/></EnTeteDepense>'
        head = f"{envelope}</Enveloppe>{heading(part[0][0].siret, 'CodColl')}"
        body = f"{head}<PES_DepenseRetour>{expense}{blocks}</PES_DepenseRetour>"
        yield f'{PROLOG}<n:PES_Retour xmlns:n="{RETOUR}">{body}</n:PES_Retour>'.encode("iso-8859-1")


def sheet_told(one: Bordereau, mandats: list[Mandat], *, settled: bool) -> str:
    block = f'<Exer V="{YEAR}"/><IdBord V="{one.number}"/><TypBord V="01"/>'
    pieces = "".join(piece_told(mandat, settled=settled) for mandat in mandats)
    return f"<Bordereau><BlocBordereau>{block}</BlocBordereau>{pieces}</Bordereau>"


def piece_told(one: Mandat, *, settled: bool) -> str:
    """Say of one mandat in fifty that it is held, then settled; of another that it is rejected."""
    first = {1: ("01", '<ObsEtat V="02-06"/>'), 2: ("04", '<ObsEtat V="09"/>')}
    state, why = first.get(one.number % 50, ("02", ""))
    if settled and state != "04":
        state, why = "05", ""
    days = f'<DtePcePec V="{YEAR}-03-05"/>' if state in {"02", "05"} else ""
    late = f'<DtePceRej V="{YEAR}-03-06"/>' if state == "04" else ""
    held = f'<DtePceInst V="{YEAR}-03-06"/>' if state == "01" else ""
    known = f'<IdPce V="{one.number}"/><TypPce V="01"/><NatPce V="01"/><Obj V="Fournitures"/>'
    info = f'<InfoPiece>{known}{days}<EtatPce V="{state}"/>{why}{late}{held}</InfoPiece>'
    line = f'<IdLigne V="1"/><EtatLigPce V="01"/><MtHT V="{one.amount}"/>'
    money = f'<OrgEma V="01"/><DtePay V="{YEAR}-03-20"/><MtPay V="{one.amount}"/>'
    total = f'<InfoPaiement><NbrPay V="1"/><MtPayTot V="{one.amount}"/></InfoPaiement>' if state == "05" else ""
    paid = f"<PaiementEmargement>{money}</PaiementEmargement>" if state == "05" else ""
    bloc = f"<BlocLignePiece><InfoLignePiece>{line}</InfoLignePiece>{total}</BlocLignePiece>"
    return f"<Piece>{info}<LigneDePiece>{bloc}{paid}</LigneDePiece></Piece>"


def heading(siret: str, name: str) -> str:
    where = f'<IdPost V="090001"/><IdColl V="{siret}"/><{name} V="001"/><CodBud V="00"/>'
    return f'<EnTetePES><DteStr V="{YEAR}-03-21"/>{where}</EnTetePES>'


PROLOG = '<?xml version="1.0" encoding="ISO-8859-1"?>'
EMITTER = '<Emetteur><Sigle V="HELIOS"/><Adresse V="DGFiP"/></Emetteur>'


if __name__ == "__main__":
    main()
