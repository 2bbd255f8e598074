"""Real answers of the DGFiP, with their exact figures; bad ones are read all the same, and said to be bad."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.mandat.answers import Anomaly, PieceState
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.mandat.verdict import read_acquit as verdict
from dematfin.errors import DematfinError, DocumentError, InvalidPes, UnreadableXml
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from official import OFFICIAL, needs_official

SAMPLES = OFFICIAL / "samples" / "pes"
SET = OFFICIAL / "xsd" / "pes" / "v5.17"
READER = Reader(Schemas())


def judged() -> Reader:
    return Reader(Schemas(SET))


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@needs_official
@pytest.mark.parametrize(
    ("name", "summary", "elements", "valid"),
    [
        ("own_acquit_ok.xml", AcquitSummary.ACCEPTED, 3, True),
        ("own_acquit_partial_ko.xml", AcquitSummary.REFUSED, 3, True),
        ("own_acquit_flux_ko.xml", AcquitSummary.REFUSED, 1, True),
        ("pastell_fakeTdt_pes_acquit.xml", AcquitSummary.ACCEPTED, 5, True),
        ("stela_ACK_A0000IDL_KO.xml", AcquitSummary.REFUSED, 2, False),
        ("stela_ACK_A0000SDP_KO.xml", AcquitSummary.REFUSED, 5, False),
        ("stela_ACK_A0000SEN_KO.xml", AcquitSummary.PARTLY, 3, False),
        ("s2low_pes_acquit_not_valid.xml", AcquitSummary.REFUSED, 1, False),
    ],
)
def test_real_acquits(name: str, summary: AcquitSummary, elements: int, valid: bool) -> None:  # noqa: FBT001 - a parameter
    acquit = judged().acquit(sample(name))
    assert acquit.nomfic
    assert len(acquit.elements) == elements
    assert verdict(acquit).summary is summary
    assert (acquit.remarks == ()) == valid


@needs_official
def test_a_partial_refusal_says_which_line_and_which_document() -> None:
    acquit = judged().acquit(sample("own_acquit_partial_ko.xml"))
    found = verdict(acquit)
    ((key, reasons),) = found.refused.items()
    assert key[1] > 0
    assert all(one.text for one in reasons)
    assert any(one.piece and one.line for one in reasons)
    assert len(found.pieces_accepted) == len(found.pieces_refused) == 1


@needs_official
def test_a_real_rejection() -> None:
    retour = judged().retour(sample("own_retour_rejet.xml"))
    (piece,) = retour.pieces
    assert (piece.number, piece.state) == (102, PieceState.REJECTED)
    assert len(piece.reasons) == 2
    assert piece.rejected_on is not None
    assert retour.remarks == ()


@needs_official
def test_a_real_payment() -> None:
    retour = judged().retour(sample("own_retour_periodique.xml"))
    (piece,) = retour.pieces
    assert (piece.number, piece.state) == (101, PieceState.SETTLED)
    (payment,) = piece.payments
    assert payment.real
    assert payment.amount == piece.amount > 0


@needs_official
@pytest.mark.parametrize(
    ("name", "bordereaux", "mandats", "total"),
    [
        ("minimal_own.xml", 1, 2, None),
        ("pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml", 1, None, "39724.75"),
        ("sesile_helios.xml", 1, 3, None),
        ("stela_test-perime-04-04-2016.xml", 1, None, None),
        ("pastell_doc_PES_ex.xml", 1, None, None),
        ("parapheur_PESALR1_unsigned.xml", 1, None, None),
    ],
)
def test_real_flows_are_read_to_their_figures(
    name: str, bordereaux: int, mandats: int | None, total: str | None
) -> None:
    flow = READER.aller(SAMPLES / name)
    assert len(flow.bordereaux) == bordereaux
    (sheet,) = flow.bordereaux
    assert sheet.mandats
    if mandats is not None:
        assert len(sheet.mandats) == mandats
        assert sum(one.amount for one in sheet.mandats) == sheet.announced
    if total is not None:
        assert sum(one.amount for one in sheet.mandats) == Decimal(total)


@needs_official
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_every_sample_is_read_or_refused_by_one_of_our_errors(path: Path) -> None:
    answers = 0
    for read in (READER.acquit, READER.retour):
        try:
            read(path.read_bytes())
            answers += 1
        except DocumentError as error:
            assert str(error)
    named = {"acquit", "ack", "retour"} & set(re.split("[_.]", path.name.lower()))
    ours = path.name != "s2low_PES_ACQUIT_RETOUR.xml"  # what a collectivité answers to a retour
    assert answers == bool(named and ours)


BAD = [
    b"",
    b"\x00\x01\x02",
    b"<a",
    b"<PES_Aller/>",
    b"<html><body>Maintenance</body></html>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><PES_ACQUIT>&b;</PES_ACQUIT>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><PES_Retour/>',
    b"<PES_ACQUIT/>",
    b"<PES_ACQUIT_RETOUR/>",
]


@pytest.mark.parametrize("data", BAD)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    for read in (READER.acquit, READER.retour):
        with pytest.raises((InvalidPes, UnreadableXml)):
            read(data)


ACQUIT = """<?xml version="1.0" encoding="ISO-8859-1"?>
<p:PES_ACQUIT xmlns:p="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0" xmlns:autre="urn:autre">
  <Enveloppe><Parametres><NomFic V="FLUX1"/></Parametres></Enveloppe><EnTetePES><CodCol V="142"/></EnTetePES>
  <ACQUIT>
    <ElementACQUIT><DomaineAck V="5"/><EtatAck V="true"/><NumBord V="42"/><ExerciceBord V="2026"/></ElementACQUIT>
    <ElementACQUIT><DomaineAck V="05"/><EtatAck V="0"/><NumBord V="0000043"/><ExerciceBord V="2026"/>
      <Erreur><NumAnoAck V="9999"/><LibelleAnoAck V="Anomalie   inconnue é"/></Erreur></ElementACQUIT>
  </ACQUIT></p:PES_ACQUIT>"""


def test_an_acquit_is_read_whatever_its_prefix_and_its_booleans() -> None:
    found = verdict(READER.acquit(ACQUIT.encode("iso-8859-1")))
    assert found.accepted == {(2026, 42)}
    assert found.refused == {(2026, 43): (Anomaly(code="9999", text="Anomalie inconnue é", domain=5),)}


RETOUR = """<PES_Retour><Enveloppe><Parametres><NomFic V="R1"/></Parametres></Enveloppe><PES_DepenseRetour>
  <Bordereau><BlocBordereau><Exer V="2026"/><TypBord V="01"/><IdBord V="42"/></BlocBordereau>
  <Piece><InfoPiece><IdPce V="1187"/><EtatPce V="{state}"/><DtePcePec V="{day}"/></InfoPiece>
  <LigneDePiece><BlocLignePiece><InfoLignePiece><MtHT V="{amount}"/></InfoLignePiece></BlocLignePiece>
  <PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-30"/><MtPay V="{amount}"/></PaiementEmargement>
  </LigneDePiece></Piece></Bordereau></PES_DepenseRetour></PES_Retour>"""


def test_a_retour_is_read_without_a_namespace() -> None:
    data = RETOUR.format(state="05", day="2026-03-25", amount="120.00").encode()
    (piece,) = READER.retour(data).pieces
    assert (piece.bordereau, piece.number, piece.taken_on) == (42, 1187, date(2026, 3, 25))
    assert [(one.real, one.amount) for one in piece.payments] == [(True, Decimal("120.00"))]


@pytest.mark.parametrize("amount", ["1E999999", "NaN", "9" * 5000, "-", "12,5"])
@pytest.mark.parametrize("state", ["99", "²", ""])
def test_hostile_values_are_read_as_nothing(amount: str, state: str) -> None:
    (piece,) = READER.retour(RETOUR.format(state=state, day="2026-99-99", amount=amount).encode()).pieces
    assert piece.amount == 0
    assert piece.state is PieceState.UNKNOWN
    assert piece.taken_on is None


@given(data=st.data())
def test_no_damage_brings_more_than_an_error_of_ours(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([ACQUIT.encode("iso-8859-1"), RETOUR.encode()]))
    start = data.draw(st.integers(0, len(good)))
    damaged = good[:start] + data.draw(st.binary(max_size=8)) + good[start + data.draw(st.integers(0, 40)) :]
    for read in (READER.acquit, READER.retour):
        try:
            read(damaged)
        except DematfinError as error:
            assert str(error)
