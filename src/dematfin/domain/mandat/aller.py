"""A PES_Aller as a reader sees it: what a flow says, whoever wrote it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTiers:
    """Who is paid.

    Attributes:
        kind: NatIdTiers, what `identifier` is.
        category: CatTiers and NatJur.
        address: its lines, the country last when it is not France.
        account: IBAN, or the older RIB in one text.
    """

    identifier: str
    kind: str
    reference: str
    category: tuple[str, str]
    name: str
    address: tuple[str, ...]
    account: str
    bic: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One LigneDePiece.

    Attributes:
        imputation: Nature, Fonction, Operation, CptAna; empty where there is none.
        earlier: the piece that it goes back to (NatPceOrig, ExerRat, IdPceOrig, IdLigneOrig), if any.
        references: IdUnique of the documents of this line only.
    """

    number: int
    imputation: tuple[str, str, str, str]
    invoice: str
    labels: tuple[str, ...]
    mode: str
    ht: Decimal
    vat: Decimal
    marche: str
    earlier: tuple[str, ...]
    tiers: ReadTiers | None
    references: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """Return what the line pays."""
        return self.ht + self.vat


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDelay:
    """The delay of payment (DGP) of a mandat."""

    followed: bool
    starts_on: date | None
    ends_on: date | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMandat:
    """One Piece: its number, what it pays, to whom, for which invoices, with which documents.

    Attributes:
        creditor, iban: of its first line.
        references: IdUnique of its documents, those of its lines included.
    """

    number: int
    kind: tuple[str, str]
    label: str
    service: str
    pay_on: date | None
    delay: ReadDelay | None
    amount: Decimal
    creditor: str
    iban: str
    invoices: tuple[str, ...]
    references: tuple[str, ...]
    lines: tuple[ReadLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBordereau:
    """One Bordereau, with the totals that it announces."""

    element_id: str
    exercice: int
    number: int
    kind: str
    emitted_on: date | None
    announced_pieces: int
    announced: Decimal
    announced_vat: Decimal
    cumul: Decimal | None
    signed: bool
    mandats: tuple[ReadMandat, ...]

    @property
    def total(self) -> Decimal:
        """Return the sum of its mandats."""
        return sum((one.amount for one in self.mandats), Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """One PJ carried by value.

    Attributes:
        size, sha256: of the original file; 0 and empty when it cannot be read.
        accounts: the mandats that RefCompta names, as `2026/01/1187`, when it is sent apart.
    """

    id: str
    name: str
    kind: str
    description: str
    media_type: str
    size: int
    sha256: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFlow:
    """One PES_Aller.

    Attributes:
        sender: the software that wrote it.
        others: domains that are not read (recettes, factures, marchés).
        signatures: how many ds:Signature elements it holds.
        signed_whole: one signature covers the whole flow.
        shape: fingerprint of all that it says, but for its signatures and the contents of its documents.
    """

    nomfic: str
    kind: str
    sender: str
    written_on: date | None
    post: str
    siret: str
    cod_col: str
    cod_bud: str
    budget: str
    dematerialised: bool
    bordereaux: tuple[ReadBordereau, ...]
    documents: tuple[ReadDocument, ...]
    others: tuple[str, ...]
    signatures: int
    signed_whole: bool
    shape: str

    @property
    def carried(self) -> tuple[str, ...]:
        """Return the IdUnique of the PJ carried by value."""
        return tuple(one.id for one in self.documents)

    def mandats_with(self, document: str) -> tuple[int, ...]:
        """Return the numbers of the mandats that refer to a document."""
        return tuple(one.number for sheet in self.bordereaux for one in sheet.mandats if document in one.references)
