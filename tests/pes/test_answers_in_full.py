"""Acquits and retours read in full, well written or not: nothing is lost, and what is unclear is never a yes."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.mandat.answers import UNREADABLE, Acquit, PieceState
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.mandat.verdict import read_acquit as verdict
from dematfin.errors import InvalidPes
from dematfin.pes import answer
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from official import OFFICIAL, needs_official

SAMPLES = OFFICIAL / "samples" / "pes"
OFFICIALLY = Schemas(OFFICIAL / "xsd" / "pes" / "v5.17")
ANSWERS = [path for path in sorted(SAMPLES.glob("*.xml")) if re.search("acquit|ACK|retour", path.name)]
READER = Reader(Schemas())
V1, V2 = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour", "http://www.minefi.gouv.fr/cp/helios/pes_v2/x"


@needs_official
@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_public_answer_is_read_and_what_is_wrong_with_it_is_said(path: Path) -> None:
    reader = Reader(OFFICIALLY)
    said = reader.retour(path.read_bytes()) if "retour" in path.name else reader.acquit(path.read_bytes())
    valid = path.name.startswith(("own_", "pastell_"))
    assert (said.remarks == ()) == valid
    assert len(said.remarks) <= 1
    assert said.nomfic
    assert said.siret


@needs_official
@pytest.mark.parametrize(
    ("name", "where", "what"),
    [
        (
            "stela_ACK_A0000IDL_KO.xml",
            "PES_ACQUIT/EnTetePES/CodCol",
            "« 000 » de « CodCol » n'a pas la forme",
        ),
        ("s2low_pes_acquit_not_valid.xml", "PES_ACQUIT/Enveloppe", "il y manque « Emetteur »"),
    ],
)
def test_what_the_schema_refuses_is_said_in_french(name: str, where: str, what: str) -> None:
    (remark,) = Reader(OFFICIALLY).acquit((SAMPLES / name).read_bytes()).remarks
    assert f"({where} : " in remark
    assert what in remark


@needs_official
def test_the_receipt_of_a_collectivite_is_recognised_and_says_nothing_to_it() -> None:
    for read in (READER.acquit, READER.retour):
        with pytest.raises(InvalidPes, match=r"PES_ACQUIT_RETOUR.*rien à en faire"):
            read((SAMPLES / "s2low_PES_ACQUIT_RETOUR.xml").read_bytes())


@needs_official
def test_errors_of_several_lines_of_several_mandats_keep_their_places() -> None:
    (_, sheet) = READER.acquit((SAMPLES / "stela_ACK_A0000IDL_KO.xml").read_bytes()).elements
    places = [(one.piece, one.line, one.text[:4], one.domain) for one in sheet.anomalies]
    expected = [(20, 1, "1971"), (20, 2, "1971"), (20, 3, "1971"), (21, 1, "1971"), (21, 2, "2559"), (22, 1, "1971")]
    assert places == [(*place, 5) for place in expected]


def leaf(**values: str | None) -> str:
    return "".join(f"<{name} V={quoteattr(value)}/>" for name, value in values.items() if value is not None)


def acquit(*elements: str, root: str = "PES_ACQUIT", namespace: str = V2) -> bytes:
    body = "".join(f"<ElementACQUIT>{element}</ElementACQUIT>" for element in elements)
    head = f"<Enveloppe><Parametres>{leaf(NomFic='F1')}</Parametres></Enveloppe>"
    return f'<a:{root} xmlns:a="{namespace}">{head}<ACQUIT>{body}</ACQUIT></a:{root}>'.encode()


def sheet(state: str | None, number: str | None = "42", year: str | None = "2026", domain: str | None = "5") -> str:
    return leaf(DomaineAck=domain, EtatAck=state, NumBord=number, ExerciceBord=year)


def error(text: str) -> str:
    return f"<Erreur>{leaf(NumAnoAck='ERREUR_AUTRE', LibelleAnoAck=text)}</Erreur>"


def read(*elements: str) -> Acquit:
    return READER.acquit(acquit(*elements))


OURS = (2026, 42)


def test_errors_are_read_at_their_three_levels() -> None:
    line = f"<DetailLigne>{leaf(NumLigne='0002')}{error('ligne')}{error('ligne bis')}</DetailLigne>"
    piece = f"<!-- x --><DetailPiece>{leaf(NumPiece='0000000001187')}{error('mandat')}{line}</DetailPiece>"
    (element,) = read(sheet("false", number="0000042") + error("bordereau") + piece).elements
    assert element.bordereau == OURS
    found = [(one.text, one.piece, one.line) for one in element.anomalies]
    assert found == [("bordereau", 0, 0), ("mandat", 1187, 0), ("ligne", 1187, 2), ("ligne bis", 1187, 2)]


def test_the_first_version_is_flat_and_has_the_namespace_of_a_retour() -> None:
    flat = sheet("0") + leaf(NumPiece="1187", NumLigne="3", NumAnoAck="ERREUR_AUTRE", LibelleAnoAck="1971 - x")
    said = READER.acquit(acquit(flat, namespace=V1))
    assert said.remarks == ()
    (anomaly,) = said.elements[0].anomalies
    assert (anomaly.piece, anomaly.line, anomaly.text) == (1187, 3, "1971 - x")
    assert verdict(said).refused.keys() == {OURS}


@pytest.mark.parametrize("state", [None, "", "2", "oui", "vrai"])
def test_an_unreadable_word_is_neither_a_yes_nor_a_no(state: str | None) -> None:
    said = read(sheet(state), sheet("1", number="43"))
    found = verdict(said)
    assert (found.accepted, found.unclear) == (frozenset({(2026, 43)}), frozenset({OURS}))
    assert not found.refused
    assert found.summary is AcquitSummary.UNCLEAR
    assert "ni oui ni non" in said.remarks[0]
    assert "bordereau n° 42" in said.remarks[0]


@pytest.mark.parametrize("year", [None, "x", "0"])
def test_a_refusal_without_its_year_leaves_no_bordereau_of_that_number_sure(year: str | None) -> None:
    said = read(sheet("1"), sheet("1", number="43"), sheet("0", year=year))
    found = verdict(said)
    assert (found.accepted, found.unclear) == (frozenset({(2026, 43)}), frozenset({OURS}))
    assert found.summary is AcquitSummary.UNCLEAR
    assert "de quel exercice" in said.remarks[0]
    alone = verdict(read(sheet("1", year=year)))
    assert (alone.accepted, alone.summary) == (frozenset(), AcquitSummary.UNCLEAR)


def test_an_accepted_bordereau_may_carry_an_observation() -> None:
    said = read(sheet("1") + error("0042 - compte à revoir"))
    assert verdict(said).accepted == {OURS}
    assert "observation : 0042 - compte à revoir" in said.remarks[0]


@pytest.mark.parametrize("domain", ["0", "1", "2", "3", "99", "5", "77", "x"])
def test_a_refusal_of_nothing_that_has_a_name_refuses_the_flow(domain: str) -> None:
    found = verdict(read(leaf(DomaineAck=domain, EtatAck="0")))
    assert found.summary is AcquitSummary.REFUSED
    assert [one.text for one in found.whole] == ["refusé par Hélios sans explication"]


@pytest.mark.parametrize(
    ("domain", "summary"), [("0", "REFUSED"), ("3", "REFUSED"), ("5", "UNCLEAR"), ("x", "UNCLEAR")]
)
def test_it_takes_no_bordereau_with_it_that_was_accepted_by_name_nor_lets_it_be_sure(domain: str, summary: str) -> None:
    found = verdict(read(sheet("1"), leaf(DomaineAck=domain, EtatAck="0")))
    assert found.accepted == frozenset()
    assert found.summary is AcquitSummary[summary]
    assert (OURS in found.unclear) == (summary == "UNCLEAR")


def test_a_pj_without_a_name_or_a_marche_leaves_the_bordereaux_alone() -> None:
    said = read(sheet("1"), leaf(DomaineAck="4", EtatAck="0"), leaf(DomaineAck="11", EtatAck="0", IdMarche="M1"))
    found = verdict(said)
    assert found.accepted == {OURS}
    assert not found.whole
    assert found.summary is AcquitSummary.UNCLEAR
    assert said.elements[2].marche == "M1"
    assert any("marché M1" in remark for remark in said.remarks)


def test_the_signature_of_one_bordereau_is_its_own() -> None:
    found = verdict(read(sheet("0", domain="3"), sheet("1"), sheet("1", number="43")))
    assert found.refused.keys() == {OURS}
    assert found.accepted == {(2026, 43)}
    assert not found.whole


def test_unknown_domains_and_codes_are_kept() -> None:
    said = read(leaf(DomaineAck="77", EtatAck="1"), leaf(DomaineAck="?", EtatAck="1"))
    assert [one.domain for one in said.elements] == [77, UNREADABLE]


def test_an_acquit_without_a_word_is_no_acceptance() -> None:
    said = READER.acquit(acquit())
    assert verdict(said).summary is AcquitSummary.UNCLEAR
    assert "aucun verdict" in said.remarks[0]


def test_the_old_refusal_refuses_whatever_it_contains() -> None:
    said = READER.acquit(acquit(sheet("1") + leaf(LibelleAnoAck="flux illisible"), root="PES_NonAcquit"))
    found = verdict(said)
    assert (found.accepted, found.summary) == (frozenset(), AcquitSummary.REFUSED)
    assert [one.text for one in found.whole] == ["flux illisible"]


STATES = st.sampled_from(["1", "1", "true", "0", "false", "2", None])
YEARS = st.sampled_from(["2026", "2026", "2026", "2025", "x", None])
NUMBERS = st.sampled_from(["42", "42", "0000042", "43", "x", None])
DOMAINS = st.sampled_from(["5", "5", "3", "4", "0", "99", "77", "", None])


@given(st.lists(st.tuples(STATES, NUMBERS, YEARS, DOMAINS), max_size=6))
@settings(max_examples=400)
def test_no_bordereau_is_accepted_of_which_any_word_is_not_a_clear_yes(rows: list[tuple[str | None, ...]]) -> None:
    found = verdict(read(*(sheet(*row) for row in rows)))
    about = [
        (state, year)
        for state, number, year, domain in rows
        if (number in {"42", "0000042"} and year != "2025") or domain in {"0", "99"}
    ]
    if any(state not in {"1", "true"} for state, _ in about):
        assert OURS not in found.accepted
    if OURS in found.accepted:
        assert any(year == "2026" for _, year in about)
        assert not found.whole
        assert OURS not in found.refused.keys() | found.unclear
    assert (found.summary is AcquitSummary.ACCEPTED) <= all(row[0] in {"1", "true"} for row in rows)


@given(st.sampled_from([path.name for path in ANSWERS] or ["-"]), st.data())
def test_a_damaged_sample_brings_no_other_error_than_ours_and_no_new_acceptance(name: str, data: st.DataObject) -> None:
    if name == "-":
        return
    good = (SAMPLES / name).read_bytes()
    states = [found.span(1) for found in re.finditer(rb'EtatAck V="(.)"', good)]
    if not states:
        return
    start, end = data.draw(st.sampled_from(states))
    before = verdict(READER.acquit(good))
    after = verdict(READER.acquit(good[:start] + data.draw(st.sampled_from([b"0", b"", b"?"])) + good[end:]))
    assert after.accepted <= before.accepted
    assert after.pieces_accepted <= before.pieces_accepted
    assert after.summary is not AcquitSummary.ACCEPTED


RETOUR = """<PES_Retour><Enveloppe><Parametres><NomFic V="R1"/></Parametres></Enveloppe>
<PES_RecetteRetour><Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="42"/><TypBord V="01"/></BlocBordereau>
<Piece><InfoPiece><IdPce V="1187"/><EtatPce V="04"/></InfoPiece></Piece></Bordereau></PES_RecetteRetour>
<PES_DepenseRetour><Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="0000042"/><TypBord V="01"/></BlocBordereau>
<Piece><InfoPiece><CodServ V="S"/><IdPce V="0000000001187"/><TypPce V="01"/><NatPce V="02"/><Obj V="Papier"/>
<DtePcePec V="2026-03-05"/><EtatPce V="02"/><ObsEtat V=" 02 - 9-77-"/><Commentaire V="RIB"/>
<DtePceRej V="2026-03-20"/><DtePceInst V="2026-03-06"/></InfoPiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><EtatLigPce V="15"/><ObsEtat V="23"/>
<Commentaire V="compte"/><MtHT V="100.00"/><MtTVA V="20.00"/><CessOpp V="02"/></InfoLignePiece>
<InfoPaiement><NbrPay V="3"/><MtPayTot V="70.00"/></InfoPaiement></BlocLignePiece>
<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-11"/><MtPay V="100.10"/></PaiementEmargement>
<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-12"/><MtPay V="-50.10"/></PaiementEmargement>
<PaiementEmargement><OrgEma V="03"/><DtePay V="2026-03-12"/><MtPay V="20.00"/></PaiementEmargement>
</LigneDePiece></Piece></Bordereau></PES_DepenseRetour><PES_ClientRetour/></PES_Retour>"""


def test_a_retour_is_read_in_full_and_revenue_is_left_aside() -> None:
    said = READER.retour(RETOUR.encode())
    (piece,) = said.pieces
    assert said.remarks == ()
    assert (piece.exercice, piece.bordereau, piece.number, piece.kind, piece.nature) == (2026, 42, 1187, "01", "02")
    assert (piece.label, piece.comment, piece.reasons) == ("Papier", "RIB", ("02", "9", "77"))
    assert (piece.taken_on, piece.rejected_on) == (date(2026, 3, 5), date(2026, 3, 20))
    assert piece.held_on == date(2026, 3, 6)
    (line,) = piece.lines
    assert (line.number, line.state, line.reasons, line.comment) == (1, "15", ("23",), "compte")
    assert (line.amount, line.settled, line.opposed) == (Decimal(120), Decimal(70), "02")
    assert sum(one.amount for one in piece.payments if one.real) == Decimal("50.00")
    assert [one.origin for one in piece.payments] == ["01", "01", "03"]


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ('"70.00"', '"0"', "total payé qui n'est pas la somme"),
        ('"100.10"', '"cent"', "dont le montant ne se lit pas"),
        ('EtatPce V="02"', 'EtatPce V="99"', "ne connaît pas"),
        ('<Exer V="2026"/><IdBord V="0000042"/>', '<IdBord V="42"/>', "1 pièce sans numéro"),
        ('V="0000042"/><TypBord V="01"', 'V="42"/><TypBord V="04"', "régulariser 1 pièce (n° 1187) pour 120,00"),
        ("PES_DepenseRetour", "PES_AutreRetour", "ne dit rien des dépenses"),
    ],
)
def test_what_does_not_add_up_is_said(old: str, new: str, remark: str) -> None:
    said = READER.retour(RETOUR.replace(old, new).encode())
    assert any(remark in one.replace("\N{NARROW NO-BREAK SPACE}", " ") for one in said.remarks), said.remarks
    assert all(one.state in PieceState for one in said.pieces)
    assert not said.pieces or said.pieces[0].number == 1187


def test_a_very_large_answer_is_read_alike_and_let_go_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = f"<DetailPiece>{leaf(NumPiece='1187')}{error('1971 - x')}</DetailPiece>"
    data = acquit(*(sheet("0", number=str(number)) + piece * 3 for number in range(1, 50)))
    small, retour = READER.acquit(data), READER.retour(RETOUR.encode())
    seen = [element for element in answer.elements(data, "", ("DetailPiece",)) if len(element)]
    assert len(seen) == 3 * 49 + 1
    monkeypatch.setattr(answer, "LARGEST_KEPT", 100)
    large = READER.acquit(data)
    assert large.elements == small.elements
    assert "trop gros" in large.remarks[0]
    assert replace(READER.retour(RETOUR.encode()), remarks=()) == retour
    kept = list(answer.elements(data, "", ("DetailPiece",)))
    assert [len(element) for element in kept[:-1]] == [0] * 3 * 49
