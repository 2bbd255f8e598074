"""What a document seems to say: proposals for whoever enters it, never decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from dematfin.domain.paper.amounts import totals
from dematfin.domain.paper.dates import issued_on
from dematfin.domain.paper.layout import lines
from dematfin.domain.paper.orders import engagement
from dematfin.domain.paper.references import kind, number
from dematfin.domain.paper.supplier import account, is_ours, judged_account, supplier
from dematfin.domain.paper.trust import Opinion, Trust
from dematfin.domain.parties.siret import siren

__all__ = ["Familiar", "Field", "Proposal", "Source", "Trust", "confront", "propose"]


class Field(StrEnum):
    """What an agent enters."""

    KIND = "type"
    SIRET = "siret"
    SUPPLIER = "fournisseur"
    NUMBER = "numero"
    ISSUED_ON = "date"
    HT = "ht"
    TVA = "tva"
    TTC = "ttc"
    IBAN = "iban"
    ENGAGEMENT = "engagement"
    SERVICE = "service"


class Source(StrEnum):
    """Where it was read."""

    FACTURX = "Factur-X"
    TEXT = "texte du PDF"
    OCR = "reconnaissance optique"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One value that was read.

    Attributes:
        value: canonical: digits of a SIRET (a SIREN when only that was read), compact IBAN, ISO date, amount with two
            decimals and a point (those of a credit note are positive), FACTURE or AVOIR.
        why: which signs agree or contradict each other, in French.
    """

    field: Field
    value: str
    trust: Trust
    source: Source
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiar:
    """What the collectivité knows already, to recognise it or to leave it out.

    Attributes:
        ours: our own SIRETs, printed on each invoice as the customer's.
        tiers: name by SIREN.
        ibans: SIREN of the holder by IBAN.
        engagements: numbers of the open ones, as they are written.
        today: invoices far before or after that day are not believed; None when nobody says.
    """

    ours: frozenset[str] = frozenset()
    tiers: Mapping[str, str] = field(default_factory=dict)
    ibans: Mapping[str, str] = field(default_factory=dict)
    engagements: frozenset[str] = frozenset()
    today: date | None = None


def propose(pages: Sequence[str], source: Source, familiar: Familiar) -> tuple[Proposal, ...]:
    """Return what the text of some pages seems to say, one value at most for each field."""
    return tuple(
        Proposal(field=name, value=read.value, trust=read.trust, source=source, why=read.why)
        for name, read in _opinions(lines(pages), familiar)
        if read
    )


def confront(structured: Sequence[Proposal], familiar: Familiar) -> tuple[Proposal, ...]:
    """Return structured data, less sure where what the collectivité knows contradicts it."""
    values = {one.field: one.value for one in structured}
    seller = values.get(Field.SIRET, "")
    account_trust, why = judged_account(values.get(Field.IBAN, ""), (), siren(seller), familiar.ibans)
    doubts = {Field.IBAN: why} if account_trust is Trust.DOUBTFUL else {}
    if is_ours(seller, familiar.ours):
        doubts |= dict.fromkeys((Field.SIRET, Field.SUPPLIER), "le vendeur serait la collectivité elle-même")
    return tuple(
        replace(one, trust=Trust.DOUBTFUL, why=doubts[one.field]) if one.field in doubts else one for one in structured
    )


def _opinions(text: Sequence[str], familiar: Familiar) -> Iterator[tuple[Field, Opinion | None]]:
    title = kind(text)
    yield Field.KIND, title
    sender = supplier(text, familiar.ours, familiar.tiers)
    firm = siren(sender.value) if sender else ""
    paid = account(text, firm, familiar.ibans)
    yield Field.SIRET, sender
    yield Field.SUPPLIER, _name(sender, paid, familiar)
    yield Field.NUMBER, number(text, title.value if title else "")
    yield Field.ISSUED_ON, issued_on(text, familiar.today)
    amounts = totals(text)
    yield from ((Field.HT, amounts.ht), (Field.TVA, amounts.tva), (Field.TTC, amounts.ttc))
    yield Field.IBAN, paid
    yield Field.ENGAGEMENT, engagement(text, familiar.engagements)


def _name(sender: Opinion | None, paid: Opinion | None, familiar: Familiar) -> Opinion | None:
    """Return the name of a known supplier: by its number, else as the holder of the account to pay."""
    if sender:
        name = familiar.tiers.get(siren(sender.value), "")
        return Opinion(value=name, trust=sender.trust, why=sender.why) if name else None
    name = familiar.tiers.get(familiar.ibans.get(paid.value, ""), "") if paid else ""
    return Opinion(value=name, trust=Trust.LIKELY, why="titulaire connu du compte à payer") if name else None
