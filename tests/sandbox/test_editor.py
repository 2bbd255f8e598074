"""The simulated finance software: its numbers, its flows against the official schema, each of its troubles."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.domain.editor.completion import Completion
from dematfin.errors import BadAnswer, RuleError
from dematfin.pes.changes import changes
from dematfin.pes.complete import complete
from dematfin.sandbox import pki
from dematfin.sandbox.editor.exports import Signatories
from dematfin.sandbox.editor.numbers import typed
from dematfin.sandbox.editor.office import Editor
from dematfin.sandbox.editor.pieces import REDUCTIONS, State
from dematfin.sandbox.editor.setup import Habit
from dematfin.sandbox.faults import EDITOR
from official import OFFICIAL, needs_official, needs_xmlsec1
from sandbox.editors import ACCOUNTS, CLUB, ENERGY, HEAD, LENDER, PAPER, PAY, editor, hand, row, setup
from signature.town import Town, codes, found_town
from tdt.office import Office as Helios
from xmlsec import verified

TWO = (row("F2026-0412", "120,00"), row("7788/02", "1 310,44", ENERGY))
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("ville"))


@pytest.fixture(scope="module")
def keys(town: Town) -> Signatories:
    return Signatories(mayor=town.mayor, stranger=pki.make(pki.MAYOR))


def exported(office: Editor) -> Path:
    """Mandate what was handed over, and export it."""
    office.mandate()
    return office.export(office.close())


def values(root: Any, name: str) -> list[str]:
    return [one.get("V") for one in root.iter(name)]


def flow(path: Path) -> Any:
    return etree.parse(path).getroot()


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"))


def test_it_mandates_what_it_is_handed_with_its_own_numbers_and_accounts(tmp_path: Path) -> None:
    office = editor(tmp_path, *TWO)
    made = office.mandate()
    assert [(one.numero, one.montant, one.lignes[0].compte) for one in made] == [
        (204, Decimal("120.00"), "60632"),
        (205, Decimal("1310.44"), "60612"),
    ]
    assert made[0].arrivee == date(2026, 2, 12)
    assert office.mandate() == ()  # each file once
    root = flow(office.export(office.close()))
    assert values(root, "IdBord") == ["18"]
    assert values(root, "MtCumulAnnuel") == ["97740.52"]
    assert values(root, "MtBordHT") == ["1430.44"]
    assert values(root, "MtHT") == ["120", "1310.44"]
    assert values(root, "Facture") == ["F2026-0412", "7788/02"]
    assert values(root, "Nom") == ["PAPETERIE DU LAC", "ÉNERGIE D'ICI & DU VAL"]
    assert values(root, "InfoDematerialisee") == ["0"]
    assert root.find("PES_PJ") is None


def test_its_style_is_not_ours(tmp_path: Path) -> None:
    data = exported(editor(tmp_path, *TWO)).read_bytes()
    assert data.startswith(b"<?xml version='1.0' encoding='ISO-8859-1'?>\r\n<!--")
    assert b"<Obj V='Fournitures \xe9cole'></Obj>\r\n" in data
    assert b"/>" not in data
    assert b'"' not in data


@needs_official
def test_every_kind_of_piece_is_valid_against_the_official_schema(tmp_path: Path, schema: etree.XMLSchema) -> None:
    office = editor(tmp_path, *TWO, row("2026/118", "3600,00", marche="2026-03"))
    office.mandate()
    office.payroll("SALAIRES FEVRIER 2026", PAY)
    office.annuity(LENDER, "PRET-2019-4", Decimal("2500.00"), Decimal("310.55"))
    office.subsidy(CLUB, Decimal("800.00"), "Subvention 2026")
    ordinary = office.close()
    office.reduce(205, Decimal("10.44"))
    root = flow(office.export(ordinary, office.close(REDUCTIONS)))
    schema.assertValid(root)
    assert values(root, "TypBord") == ["01", "02"]
    assert values(root, "NatPce") == ["01", "01", "01", "11", "04", "01", "06"]
    assert values(root, "TypPce")[2] == "09"
    assert values(root, "ModRegl").count("09") == 3
    assert values(root, "IdPceOrig")[-1] == "205"
    assert values(root, "IdPce")[-1] == "1"  # a series of its own


@needs_official
@pytest.mark.parametrize("fault", sorted(EDITOR - {"truncated", "slow"}))
def test_each_trouble_but_a_cut_still_gives_a_valid_file(
    fault: str, tmp_path: Path, schema: etree.XMLSchema, keys: Signatories
) -> None:
    office = replace(editor(tmp_path, *TWO), signatories=keys)
    office.faults.set(fault, 1)
    schema.assertValid(flow(exported(office)))


def lines(path: Path, name: str) -> list[str]:
    return values(flow(path), name)


TROUBLES: dict[str, Callable[[Path], bool]] = {
    "wrong_iban": lambda path: lines(path, "IBAN") == [ACCOUNTS[ENERGY]] * 2,
    "wrong_amount": lambda path: lines(path, "MtHT") == ["130", "1310.44"],
    "number_forgotten": lambda path: not [one for one in flow(path).xpath("//@V") if "0412" in one],
    "twice": lambda path: lines(path, "Facture") == ["F2026-0412", "F2026-0412", "7788/02"],
    "utf8": lambda path: b"encoding='UTF-8'" in path.read_bytes() and "école".encode() in path.read_bytes(),
    "commented": lambda path: path.read_bytes().count(b"<!--") == 2,
    "own_piece": lambda path: lines(path, "IdUnique") == ["269900420000102026FDV00000204"] * 2,
    "without_ids": lambda path: flow(path).xpath("//@Id") == [],
    "signed": lambda path: len(list(flow(path).iter(f"{DS}Signature"))) == 1,
    "signed_unknown": lambda path: lines(path, "InfoDematerialisee") == ["1"],
    "no_cumul": lambda path: lines(path, "MtCumulAnnuel") == [],
    "wrong_siret": lambda path: lines(path, "IdColl") == ["26990042000001"],
    "wrong_sum": lambda path: lines(path, "MtBordHT") == ["1430.45"],
    "exported_twice": lambda path: len(list(path.parent.iterdir())) == 2,
    "truncated": lambda path: not path.read_bytes().endswith(b"PES_Aller>\r\n"),
    "slow": lambda path: lines(path, "IdBord") == ["18"],
}


def test_every_trouble_is_shown() -> None:
    assert set(TROUBLES) == EDITOR


@pytest.mark.parametrize("fault", sorted(EDITOR))
def test_a_trouble_is_what_it_says_and_lasts_once(fault: str, tmp_path: Path, keys: Signatories) -> None:
    office = replace(editor(tmp_path, *TWO), signatories=keys, wait=lambda: None)
    seen = TROUBLES[fault]
    office.faults.set(fault, 1)
    path = exported(office)
    assert seen(path)
    hand(tmp_path / "factures", *TWO, name="factures-2.csv")
    path.unlink()
    again = exported(office)
    if fault not in {"slow", "exported_twice"}:
        assert not seen(again)


def test_a_flow_is_given_its_name_once_it_is_whole_unless_it_is_slow(tmp_path: Path) -> None:
    sizes: list[int] = []
    office = editor(tmp_path, *TWO)
    exports = tmp_path / "exports"
    office = replace(office, wait=lambda: sizes.append(sum(path.stat().st_size for path in exports.iterdir())))
    whole = exported(office)
    assert sizes == []
    assert [path.name for path in exports.iterdir()] == [whole.name]
    office.faults.set("slow", 1)
    path = office.export(office.bordereau(18))
    assert sizes == sorted(set(sizes))
    assert len(sizes) > 5
    assert sizes[-1] == whole.stat().st_size + path.stat().st_size


def test_it_goes_on_from_where_it_was_stopped(tmp_path: Path) -> None:
    exported(editor(tmp_path, *TWO))
    again = Editor.open(tmp_path, setup())
    assert again.mandate() == ()
    hand(tmp_path / "factures", row("F-3", "5.00"), name="factures-2.csv")
    (third,) = again.mandate()
    assert (third.numero, again.close().numero) == (206, 19)


def test_a_bordereau_exported_again_keeps_its_numbers_under_another_name(tmp_path: Path) -> None:
    office = editor(tmp_path, *TWO)
    first = flow(exported(office))
    office.correct(204, fonction="", iban=ACCOUNTS[ENERGY])
    second = flow(office.export(office.bordereau(18)))
    assert values(first, "NomFic") != values(second, "NomFic")
    for name in ("IdBord", "IdPce", "MtCumulAnnuel", "MtHT"):
        assert values(first, name) == values(second, name)
    assert values(second, "IBAN")[0] == ACCOUNTS[ENERGY]


@pytest.mark.parametrize(
    ("habit", "number", "written"),
    [
        (Habit.EXACT, "F2026-0412", "F2026-0412"),
        (Habit.EXACT, "2026/SERVICE-TECHNIQUE/000118", "2026/SERVICE-TECHNIQ"),
        (Habit.LOWER, "FAC2026-12", "fac2026-12"),
        (Habit.BARE, "FAC-2026-12", "2026-12"),
        (Habit.BARE, "N° 7788", "7788"),
        (Habit.BARE, "NP-3381", "NP-3381"),
        (Habit.SPACED, "2026/118-2", "2026 118 2"),
        (Habit.LABEL, "F-1", ""),
    ],
)
def test_numbers_are_typed_as_people_do(habit: Habit, number: str, written: str) -> None:
    assert typed(number, habit) == written


def test_a_number_kept_out_of_its_place_is_in_the_subject(tmp_path: Path) -> None:
    root = flow(exported(editor(tmp_path, TWO[0], habitudes=("libelle",))))
    assert values(root, "Facture") == []
    assert values(root, "Obj") == ["BC26-1 FACT F2026-0412"]


def test_rows_with_other_columns_are_read_as_they_are_described(tmp_path: Path) -> None:
    columns = {"fournisseur": "siret", "numero": "n", "montant": "ttc", "fichier": "pdf", "objet": "o"}
    office = editor(tmp_path, colonnes=columns, separateur=",", encodage="utf-8")
    (tmp_path / "factures" / "x.pdf").write_bytes(b"%PDF")
    text = f"n,siret,ttc,o,pdf\nF-1,{PAPER},12.50,Été,x.pdf\n"
    (tmp_path / "factures" / "lot.csv").write_text(text, encoding="utf-8")
    (made,) = office.mandate()
    assert (made.objet, made.montant, made.document) == ("Été", Decimal("12.50"), "x.pdf")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "F2026-0412.pdf").unlink(), "F2026-0412.pdf"),
        (lambda folder: hand(folder, TWO[0], head=HEAD.replace("NUM_PIECE", "AUTRE")), "NUM_PIECE"),
    ],
)
def test_what_it_cannot_read_is_told_and_read_later(tmp_path: Path, change: Callable[[Path], None], words: str) -> None:
    office = editor(tmp_path, *TWO)
    change(tmp_path / "factures")
    with pytest.raises(BadAnswer, match=words):
        office.mandate()
    assert office.memory.pieces() == ()
    hand(tmp_path / "factures", *TWO)
    assert len(office.mandate()) == 2


def test_an_unknown_supplier_stops_the_whole_file(tmp_path: Path) -> None:
    office = editor(tmp_path, TWO[0], row("X-1", "1,00", "90667788500012"))
    with pytest.raises(RuleError, match="90667788500012"):
        office.mandate()
    assert office.memory.pieces() == ()


ACQUIT = (
    "<a:PES_ACQUIT xmlns:a='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2'><Enveloppe><Parametres>"
    "<NomFic V='{nomfic}'/></Parametres></Enveloppe><ACQUIT>{elements}</ACQUIT></a:PES_ACQUIT>"
)
GOOD = "<ElementACQUIT><DomaineAck V='5'/><EtatAck V='1'/><NumBord V='18'/></ElementACQUIT>"
BAD = (
    "<ElementACQUIT><DomaineAck V='5'/><EtatAck V='0'/><NumBord V='18'/><DetailPiece><NumPiece V='205'/>"
    "<Erreur><LibelleAnoAck V='1971 - Compte fonction présent à tort'/></Erreur></DetailPiece></ElementACQUIT>"
)
WHOLE = (
    "<ElementACQUIT><DomaineAck V='99'/><EtatAck V='false'/><Erreur><LibelleAnoAck V='Budget'/></Erreur>"
    "</ElementACQUIT>"
)
A_DOCUMENT = "<ElementACQUIT><DomaineAck V='4'/><EtatAck V='0'/><IdUnique V='X'/></ElementACQUIT>"
RETOUR = (
    "<r:PES_Retour xmlns:r='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour'><EnTetePES>"
    "<IdColl V='{siret}'/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau><Exer V='2026'/><IdBord V='18'/>"
    "<TypBord V='01'/></BlocBordereau>{pieces}</Bordereau></PES_DepenseRetour></r:PES_Retour>"
)


def said(number: int, state: str, comment: str = "") -> str:
    why = f"<Commentaire V='{comment}'/>" if comment else ""
    return f"<Piece><InfoPiece><IdPce V='{number}'/><EtatPce V='{state}'/>{why}</InfoPiece></Piece>"


def answer(office: Editor, name: str, text: str) -> tuple[str, ...]:
    """Put an answer in its folder, and have it read."""
    (office.folder / "retours" / name).write_text(text, encoding="utf-8")
    return office.listen()


@pytest.mark.parametrize(
    ("elements", "state", "why"),
    [
        (GOOD, State.RECEIVED, ""),
        (BAD, State.REFUSED, "1971 - Compte fonction présent à tort"),
        (WHOLE, State.REFUSED, "Budget"),
        (GOOD + A_DOCUMENT, State.RECEIVED, ""),
    ],
)
def test_an_acquit_updates_the_mandats_of_its_flow(tmp_path: Path, elements: str, state: State, why: str) -> None:
    office = editor(tmp_path, *TWO)
    (nomfic,) = lines(exported(office), "NomFic")
    assert answer(office, "ACK.xml", ACQUIT.format(nomfic=nomfic, elements=elements)) == ()
    assert {(one.etat, one.dit) for one in office.memory.pieces()} == {(state, why)}
    (tmp_path / "retours" / ".en-attente").mkdir()  # what others keep beside is none of its business
    (tmp_path / "retours" / ".ACK2.xml").write_text("en cours")
    assert office.listen() == ()


def test_a_retour_updates_each_mandat_and_a_rejected_one_is_issued_again(tmp_path: Path) -> None:
    office = editor(tmp_path, *TWO)
    exported(office)
    pieces = said(204, "05") + said(205, "04", "Joindre le contrat.")
    assert answer(office, "PES2R.xml", RETOUR.format(siret="26990042000010", pieces=pieces)) == ()
    assert [(one.etat, one.dit) for one in office.memory.pieces()] == [
        (State.PAID, ""),
        (State.REJECTED, "Joindre le contrat."),
    ]
    with pytest.raises(RuleError, match="ne se corrige plus"):
        office.correct(204, compte="1")
    with pytest.raises(RuleError, match="n'est pas rejeté"):
        office.reissue(204)
    office.reissue(205)
    sheet = office.close()
    assert (sheet.numero, sheet.cumul) == (19, Decimal("99050.96"))
    assert lines(office.export(sheet), "IdPce") == ["205"]


@pytest.mark.parametrize(
    "text",
    [
        ACQUIT.format(nomfic="AUTRE", elements=GOOD),
        RETOUR.format(siret="21990042000015", pieces=said(204, "05")),
        RETOUR.format(siret="26990042000010", pieces=said(999, "05")),
        "<cassé",
    ],
)
def test_an_answer_to_nothing_of_its_own_is_told(tmp_path: Path, text: str) -> None:
    office = editor(tmp_path, *TWO)
    exported(office)
    assert answer(office, "X.xml", text) == ("X.xml",)
    assert {one.etat for one in office.memory.pieces()} == {State.EXPORTED}


@pytest.mark.parametrize("troubles", [("signed",), (), ("utf8", "own_piece", "commented", "signed")])
def test_the_simulated_helios_takes_its_flows_and_it_hears_that_they_are_paid(
    troubles: tuple[str, ...], tmp_path: Path, town: Town
) -> None:
    office = replace(editor(tmp_path, *TWO), signatories=Signatories(mayor=town.mayor))
    for one in troubles:
        office.faults.set(one, 1)
    helios = Helios.open(tmp_path, town)
    retours = tmp_path / "retours"
    (retours / "ACK.xml").write_bytes(helios.gate.acquit(exported(office)))
    assert office.listen() == ()
    assert {(one.etat, one.dit) for one in office.memory.pieces()} == {(State.RECEIVED, "")}
    helios.speak()
    for _, name, data in helios.said:
        (retours / name).write_bytes(data)
    assert office.listen() == ()
    assert {one.etat for one in office.memory.pieces()} == {State.PAID}
    helios.close()


@needs_xmlsec1
@pytest.mark.parametrize("scope", ["bordereau", "globale"])
def test_its_comments_go_the_whole_way(scope: str, tmp_path: Path, town: Town) -> None:
    """Completed, signed, judged by xmlsec1, taken by Hélios: what is signed has them all, and no other."""
    office = editor(tmp_path, *TWO)
    office.faults.set("commented", 1)
    path = exported(office)
    path.write_bytes(path.read_bytes().replace(b"<Piece>", b"<!-- <Piece> & </Bordereau> --><?fdv a?><Piece>"))
    bare, completion = tmp_path / "complet.xml", Completion(dematerialised=True)
    complete(path, completion, bare, lambda _: path.open("rb"))
    assert changes(path, bare, completion) == ()
    signed = town.sign(bare, portee=scope)
    assert signed.read_bytes().count(b"<!--") == path.read_bytes().count(b"<!--") == 4
    assert codes(town.report(signed, bare)) == codes(town.examine(signed)) == set()
    assert verified(signed, town) == (True,)
    helios = Helios.open(tmp_path, town)
    assert all(one.accepted for one in helios.answer(signed).elements)
    helios.close()
    for old, new in ((b"bordereau journal", b"bordereau  journal"), (b"<Enveloppe>", b"<Enveloppe><!-- a -->")):
        signed.write_bytes(signed.read_bytes().replace(old, new, 1))
        assert codes(town.report(signed, bare)) == {"SIG-SCEAU"}
