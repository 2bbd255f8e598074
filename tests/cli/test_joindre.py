"""`bordereau joindre`: what a payroll lacks is given before its mandat exists here, then leaves with it."""

from dataclasses import dataclass

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from fakes.editor import Order, bring_in, export

PDF = b"%PDF-1.4 etat de paie"


@dataclass(frozen=True)
class Beside:
    """An office whose commune leaves its mandats to a finance software, and the import of what it has just exported."""

    office: Office
    key: str


@pytest.fixture
def beside(copy: Office) -> Beside:
    """Return one that has just exported the payroll."""
    copy.change('code_collectivite = "142"', 'code_collectivite = "142"\nmandats = "editeur"')
    with copy.opened() as app:
        key = bring_in(app, export({900: (Order(9001, "31200.50"),)}, "PAIE_2026_03"), {}).id
    (copy.folder / "etat.pdf").write_bytes(PDF)
    return Beside(copy, key)


def test_it_leaves_with_its_mandat(beside: Beside) -> None:
    office, payslips = beside.office, str(beside.office.folder / "etat.pdf")
    done = office("bordereau", "joindre", beside.key, "9001", payslips, "--nature", "certificat")
    assert done.code == 0, done.err
    assert "« etat.pdf »" in done.out
    plain(done.said)
    prepared = office("bordereau", "preparer")
    with office.opened() as app, app.ledger.reading() as books:
        (mandat,) = books.find(Mandat, number=9001)
        (flux,) = books.find(Flux, id="PAIE_2026_03")
        (piece,) = books.find(Piece, id=mandat.pieces)
        with app.documents.local(flux.unsigned) as path:
            left = app.reader.aller(path)
    assert (mandat.editor, mandat.codes, flux.state) == (True, ("01", "01"), FluxState.BUILT), prepared.said
    assert left.bordereaux[0].mandats[0].references == (piece.id,) == left.carried
    assert piece.kept_for == f"mandat:{mandat.id}"


def test_what_cannot_be_joined_is_told(beside: Beside) -> None:
    office = beside.office
    cases = [
        (beside.key, "7", "etat.pdf", 3, "n'a pas de mandat « 7 »"),
        ("E2026-009999", "9001", "etat.pdf", 3, "Aucun import « E2026-009999 »"),
        (beside.key, "9001", "absent.pdf", 4, "absent.pdf"),
        (beside.key, "9001", "config.toml", 4, "config.toml"),
    ]
    for key, mandat, name, code, why in cases:
        said = office("bordereau", "joindre", key, mandat, str(office.folder / name), "--nature", "certificat")
        assert said.code == code, said.said
        assert why in said.said
        plain(said.said)
