"""A flow ready to be exported: named, written, and damaged as it was asked to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from dematfin.sandbox.editor.flow import Content, write
from dematfin.sandbox.editor.pieces import Bordereau, Piece
from dematfin.sandbox.editor.setup import Setup
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.iparapheur.signing import sign
from dematfin.sandbox.pki import Identity

LATIN: Final = "ISO-8859-1"
UNICODE: Final = "UTF-8"
A_CENT: Final = Decimal("0.01")
Sheets = Sequence[tuple[Bordereau, Sequence[Piece]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatories:
    """Whose keys the finance software holds, when bordereaux are signed in it."""

    mayor: Identity | None = None
    stranger: Identity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A flow, with the name of its file and its NomFic."""

    name: str
    nomfic: str
    data: bytes


def written(setup: Setup, faults: Faults, keys: Signatories, sheets: Sheets, now: datetime) -> Export:
    """Return the flow of some bordereaux."""
    first, pieces = sheets[0]
    nomfic = f"PesDepense-{first.sort}-{setup.exercice}-{first.numero}-{first.exports}-{now:%Y%m%d%H%M%S}"
    signer = _signer(faults, keys)
    content = Content(
        nomfic=nomfic,
        day=now.date().isoformat(),
        siret=_neighbour(setup.siret) if faults.take("wrong_siret") else setup.siret,
        sheets=sheets,
        documents=_own(pieces) if faults.take("own_piece") else {},
        signed=signer is not None,
        ids=not faults.take("without_ids"),
        cumul=not faults.take("no_cumul"),
        commented=faults.take("commented"),
        surplus=A_CENT if faults.take("wrong_sum") else Decimal(0),
    )
    data = write(setup, content, UNICODE if faults.take("utf8") else LATIN)
    data = sign(data, signer, now) if signer else data
    data = data[: len(data) * 2 // 3] if faults.take("truncated") else data
    return Export(name=f"PES_DEP_{first.numero:04d}_{first.exports}.XML", nomfic=nomfic, data=data)


def _signer(faults: Faults, keys: Signatories) -> Identity | None:
    if faults.take("signed"):
        return keys.mayor
    return keys.stranger if faults.take("signed_unknown") else None


def _own(pieces: Sequence[Piece]) -> dict[int, bytes]:
    """Return the document that the software joins to the first mandat by itself."""
    return {pieces[0].numero: b"%PDF-1.4\n% fiche de liquidation\n%%EOF\n"}


def _neighbour(siret: str) -> str:
    """Return a SIRET that is not that of the budget: its last two signs are exchanged."""
    return f"{siret[:-2]}{siret[-1]}{siret[-2]}"
