"""Rules of the entry gate that need more than one word changed: kinds, earlier pieces, creditors, documents apart."""

import base64
import gzip
import re
from pathlib import Path

import pytest
from lxml import etree

from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.pes import rules
from dematfin.pes.expected import Expected
from dematfin.pes.rules import documents, judge
from dematfin.pes.validate import Schemas
from pes.mutations import SEEDS
from pes.plans import PDF, documents_of_small_plan, small_plan, write

PDF_TEXT = base64.b64encode(gzip.compress(PDF)).decode()


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), path)
    return path


def bend(flow: Path, *changes: tuple[str, str]) -> Path:
    text = flow.read_text("iso-8859-1")
    for old, new in changes:
        bent = re.sub(old, new, text, count=1, flags=re.DOTALL)
        assert bent != text, f"nothing to bend: {old}"
        text = bent
    flow.write_text(text, "iso-8859-1")
    return flow


def found(flow: Path, code: str, *, ours: bool = True, known: frozenset[str] | None = None) -> list[Finding]:
    return [one for one in judge(flow, Schemas(), ours=ours, known=known) if one.code == code]


def rattach(nature: str = "01", year: str = "2026", line: str = '<IdLigneOrig V="1"/>') -> tuple[str, str]:
    block = f'<RattachPiece><NatPceOrig V="{nature}"/><ExerRat V="{year}"/><IdPceOrig V="12"/>{line}</RattachPiece>'
    return "</InfoLignePce>", f"</InfoLignePce>{block}"


REDUCTION = (
    ('TypBord V="01"', 'TypBord V="02"'),
    ('TypPce V="01"', 'TypPce V="02"'),
    ('NatPce V="01"', 'NatPce V="06"'),
)
BEFORE_YEAR = (('TypPce V="01"', 'TypPce V="02"'), ('NatPce V="01"', 'NatPce V="09"'))
PAID = (('TypPce V="01"', 'TypPce V="05"'),)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (REDUCTION, True),
        ((*REDUCTION, rattach()), False),
        ((*REDUCTION, rattach(year="2025")), True),
        ((*REDUCTION, rattach(nature="03")), True),
        ((*REDUCTION, rattach(line="")), True),
        ((*REDUCTION, rattach(line='<IdLigneOrig V="0"/>')), True),
        ((*BEFORE_YEAR, rattach(year="2025")), False),
        ((*BEFORE_YEAR, rattach(year="2026")), True),
        (PAID, False),
        ((*PAID, rattach(nature="03", line="")), False),
        ((*PAID, rattach(nature="03")), True),
        ((*PAID, rattach(nature="01", line="")), True),
        ((rattach(nature="05"),), False),
        ((rattach(nature="01"),), True),
        ((('NatPce V="01"', 'NatPce V="02"'), rattach(nature="01")), False),
    ],
)
def test_what_an_earlier_piece_must_be_follows_the_kind(
    flow: Path,
    changes: tuple[tuple[str, str], ...],
    wrong: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert bool(found(bend(flow, *changes), "PES-RATTACHEMENT")) == wrong


IDENTIFIER = r'<IdTiers V="91098765000017"/><NatIdTiers V="01"/>'


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("01", "91098765000017", "91098765000018"),
        ("02", "732829320", "732829321"),
        ("03", "732829320", "73282932"),
        ("05", "BE0123456789", "BE1"),
        ("06", "CH123", "X" * 19),
        ("07", "X12345678", "A1"),
        ("08", "123456789", "12345678"),
        ("10", "FRWF123", "FR123"),
    ],
)
def test_an_identifier_fits_its_kind(flow: Path, kind: str, good: str, bad: str) -> None:
    code = "PES-SIRET" if kind in {"01", "02"} else "PES-IDTIERS"
    before = IDENTIFIER
    for value, wrong in ((good, False), (bad, True)):
        after = f'<IdTiers V="{value}"/><NatIdTiers V="{kind}"/>'
        if before != after:
            bend(flow, (before, after))
        assert bool(found(flow, code)) == wrong
        before = after


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("255081416802538", True),
        ("255081416802539", False),
        ("2550X1416802538", False),
        ("1800250123456" + "27", False),
    ],
)
def test_a_number_of_social_security_has_its_key_and_a_person(flow: Path, number: str, right: bool) -> None:  # noqa: FBT001
    person = '<Civilite V="MME"/><Nom V="X"/><Prenom V="Y"/>'
    bend(
        flow,
        (IDENTIFIER, f'<IdTiers V="{number}"/><NatIdTiers V="04"/>'),
        (r'<CatTiers V="[0-9]*"/>(<NatJur V="[0-9]*"/>)<Nom V="[^"]*"/>', rf'<CatTiers V="01"/>\1{person}'),
    )
    assert bool(found(flow, "PES-IDTIERS")) != right


def test_a_number_of_a_person_is_not_that_of_a_company(flow: Path) -> None:
    bend(flow, (IDENTIFIER, '<IdTiers V="1234567890123"/><NatIdTiers V="12"/>'))
    (one,) = found(flow, "PES-IDTIERS")
    assert "personne physique" in one.sentence


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("PES-PAYS", 'CodRes V="0"', 'CodRes V="1"'),
        ("PES-PAYS", r'CodRes V="0"/>(<CodPays V="[0-9]*"/>)?', 'CodRes V="0"/><CodPays V="109"/>'),
        ("PES-IBAN", "FR7619999000170009876543276", "FR76199990001700098765a3276"),
        ("PES-BIC", r'<BIC V="[^"]*"/><IBAN V="[^"]*"', '<IBAN V="NL91ABNA0417164300"'),
        (
            "PES-COMPTE-INT",
            r'<BIC V="[^"]*"/><IBAN V="[^"]*"/>',
            ('<IdPayInt V="FR"/><CodeEtab V="1"/><CodeGuic V="1"/><IdCpte V="1"/><CleRib V="1"/>'),
        ),
        ("PES-DGP", r'DteFinDgp V="[^"]*"', 'DteFinDgp V="2026-01-01"'),
        ("PES-TVA", 'MtHT V="120.00"/>', 'MtHT V="100.00"/><MtTVA V="20.00"/>'),
        ("PES-TVA", r'(MtBordHT V="[^"]*"/>)', r'\1<MtBordTVA V="20.00"/>'),
        ("PES-TYPBORD", 'TypBord V="01"', 'TypBord V="04"'),
        ("PES-EXERCICE", 'Exer V="2026"', 'Exer V="2026Z"'),
        ("PES-NIR", IDENTIFIER, '<IdTiers V="255081416802538"/><NatIdTiers V="04"/>'),
        ("PES-VERSION", '<EnTeteDepense><IdVer V="2"/>', '<EnTeteDepense><IdVer V="1"/>'),
        ("PES-VERSION", '<EnTetePES_PJ><IdVer V="1"/>', '<EnTetePES_PJ><IdVer V="2"/>'),
        ("PES-FINJUR", r'(<IdColl V="[0-9]*"/>)', r'\1<FinJur V="123"/>'),
        ("PES-LATIN1", 'Obj V="', 'Obj V="12 &#8364; '),
        ("PES-COMMENTAIRE", "<PES_PJ>", "<PES_PJ><!-- a -->"),
        ("PES-DOUBLON-LIGNE", r"(<LigneDePiece>.*?</LigneDePiece>)", r"\1\1"),
        ("PES-DOUBLON-BORDEREAU", r'(<Bordereau Id="B)(.*?</Bordereau>)', r"\1\2\1x\2"),
        ("PES-PJ-SUPPORT", 'Support V="01"', 'Support V="02"'),
        ("PES-PJ-TYPE", "application/pdf", "image/png"),
        ("PES-LIEN", 'TypPce V="01"', 'TypPce V="06"'),
    ],
)
def test_each_broken_rule_stops_our_flow(flow: Path, code: str, old: str, new: str) -> None:
    bend(flow, (old, new))
    (one, *_) = found(flow, code)
    assert one.severity is Severity.BLOCKING
    assert one.remedy
    assert one.sentence[0].isupper()
    assert one.sentence.endswith(".")
    assert not one.sentence.endswith("..")


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("PES-TYPFIC", 'TypFic V="PESALR1"', 'TypFic V="PESORMC"'),
        ("PES-FINJUR", r'(<IdColl V="[0-9]*"/>)', r'\1<FinJur V="732829320"/>'),
        ("PES-DGP-DUREE", 'DureeDgp V="30"', 'DureeDgp V="60"'),
        ("PES-INTERETS", r'(<DureeDgp V="30"/>)', r'\1<TxIntMor V="8.15"/>'),
        (
            "PES-REFCOMPTA-DE-TROP",
            r'(<Description V="[^"]*"/>)',
            r'\1<RefCompta><Domaine V="01"/><Exercice V="2026"/><TypeObjet V="01"/><Identifiant V="1"/></RefCompta>',
        ),
        ("PES-CUMUL-PETIT", r'MtCumulAnnuel V="[^"]*"', 'MtCumulAnnuel V="1.00"'),
        ("PES-LIEN-ABSENT", 'TypPce V="01"', 'TypPce V="09"'),
        ("PES-TYPEPJ", '<TypePJ V="003"/></PJRef>', '<TypePJ V="004"/></PJRef>'),
    ],
)
def test_a_doubt_is_a_remark(flow: Path, code: str, old: str, new: str) -> None:
    bend(flow, (old, new))
    (one, *_) = found(flow, code)
    assert one.severity is Severity.WARNING
    assert one.remedy


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("PES-TRIPLET", 'NatPce V="01"', 'NatPce V="11"'),
        ("PES-SANS-PJ", "<PJRef>.*?</PJRef>", ""),
        ("PES-PJ-TYPE", "application/pdf", "image/png"),
        ("PES-COMMENTAIRE", "<PES_PJ>", "<PES_PJ><!-- a -->"),
        ("PES-LATIN1", 'Obj V="', 'Obj V="12 &#8364; '),
        ("PES-PROLOGUE", "ISO-8859-1", "iso-8859-15"),
    ],
)
def test_our_own_customs_are_remarks_about_a_flow_of_others(flow: Path, code: str, old: str, new: str) -> None:
    bend(flow, (old, new))
    assert [one.severity for one in found(flow, code)] == [Severity.BLOCKING]
    assert [one.severity for one in found(flow, code, ours=False)] == [Severity.WARNING]


def test_only_our_budgets_and_our_kinds_are_expected(flow: Path) -> None:
    ours = Expected(sirets=frozenset({"21990042000015"}), triplets=frozenset({("01", "01", "02")}))
    assert [one.code for one in judge(flow, Schemas(expected=ours))] == ["PES-TRIPLET"] * 2
    others = Expected(sirets=frozenset({"26990042000010"}))
    assert [one.code for one in judge(flow, Schemas(expected=others))] == ["PES-IDCOLL-BUDGET"]


def test_a_reference_leads_to_a_document_of_the_flow_or_to_one_that_helios_has(flow: Path) -> None:
    key = "219900420000152026DEPENSE00000001"
    bend(flow, (rf"<PJ><Contenu>(?:(?!</PJ>).)*{key}.*?</PJ>", ""))
    assert found(flow, "PES-PJ-INCONNUE", known=None) == []
    assert found(flow, "PES-PJ-INCONNUE", known=frozenset({key})) == []
    (one,) = found(flow, "PES-PJ-INCONNUE", known=frozenset())
    assert (one.mandat, one.supplier, key in one.sentence) == ("1187", "PAPETERIE DU LAC", True)


SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ((), {"PES-NON-SIGNE"}),
        ((("</Bordereau>", f"{SIGNATURE}</Bordereau>"),), set()),
        ((("</n:PES_Aller>", f"{SIGNATURE}</n:PES_Aller>"),), set()),
        ((('InfoDematerialisee V="1"', 'InfoDematerialisee V="0"'),), set()),
        (
            (
                ('InfoDematerialisee V="1"', 'InfoDematerialisee V="0"'),
                ("</n:PES_Aller>", f"{SIGNATURE}</n:PES_Aller>"),
            ),
            {"PES-DEMAT"},
        ),
        ((('<Bordereau Id="[^"]*"', "<Bordereau"),), {"PES-NON-SIGNE"}),
        (
            (('<Bordereau Id="[^"]*"', "<Bordereau"), ('PES_Aller(.*?) Id="[^"]*"', r"PES_Aller\1")),
            {"PES-ID", "PES-NON-SIGNE"},
        ),
    ],
)
def test_signature_and_announcement_agree_in_any_flow(
    flow: Path, changes: tuple[tuple[str, str], ...], codes: set[str]
) -> None:
    bend(flow, *changes) if changes else flow
    assert {one.code for one in judge(flow, Schemas(), ours=False)} == codes


def test_all_bordereaux_are_signed_or_none(flow: Path) -> None:
    bend(flow, (r'(<Bordereau Id="B)(.*?</Bordereau>)', r"\1\2\1x\2"), ("</Bordereau>", f"{SIGNATURE}</Bordereau>"))
    (one,) = found(flow, "PES-SIGNATURES", ours=False)
    assert "Sur 2 bordereaux, 1 sans signature." in one.sentence
    assert one.severity is Severity.BLOCKING


def alone(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Write a flow of documents only."""
    path = tmp_path / "pieces.xml"
    body = etree.tostring(SEEDS["pièces seules"], encoding="ISO-8859-1")
    path.write_bytes(body.replace(b"AAAA", PDF_TEXT.encode()).replace(b"'", b'"'))
    return bend(path, ('<FinJur V="990000012"/>', ""), ('<IdTiers V="T1"/>', ""), *changes)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("", 'Description V="Facture"', 'Description V="Avoir"'),
        ("PES-REFCOMPTA", '<Identifiant V="12"/>', ""),
        ("PES-REFCOMPTA", 'TypePJ V="003"', 'TypePJ V="001"'),
        ("PES-REFCOMPTA", 'TypeObjet V="01"', 'TypeObjet V="09"'),
        ("PES-REFCOMPTA", 'ComplementIdentifiant V="1"', 'ComplementIdentifiant V="A"'),
        ("PES-REFCOMPTA-TIERS", "</RefCompta>", '<IdTiers V="T"/></RefCompta>'),
        ("PES-PJ-ORPHELINE", "<RefCompta>.*?</RefCompta>", ""),
        ("PES-VIDE", "<PJ>.*?</PJ>", ""),
        ("PES-DOMAINE", "<PES_PJ>", "<PES_Facture/><PES_PJ>"),
    ],
)
def test_documents_sent_apart_name_their_mandat(tmp_path: Path, code: str, old: str, new: str) -> None:
    assert {one.code for one in judge(alone(tmp_path, (old, new)), Schemas())} == ({code} if code else set())


def test_documents_that_would_never_end_are_left_unread(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_INFLATED", 10)
    (one,) = found(flow, "PES-PJ-TROP-GRANDE")
    assert "n'ont pas été lues" in one.sentence


def test_every_problem_says_where_it_is(flow: Path) -> None:
    bend(flow, ('IdTiers V="91098765000017"', 'IdTiers V="91098765000018"'))
    (one,) = blocking(judge(flow, Schemas()))
    assert (one.code, one.mandat, one.supplier) == ("PES-SIRET", "1187", "PAPETERIE DU LAC")
    assert one.element == "PES_Aller/PES_DepenseAller/Bordereau/Piece[1]/LigneDePiece/Tiers/InfoTiers/IdTiers"
    assert one.sentence.startswith("Mandat n° 1187 (PAPETERIE DU LAC) : l'identifiant 91098765000018 n'est pas")
    assert one.remedy.startswith("Corrigez-le dans la fiche du tiers")


def test_a_flow_that_breaks_rules_by_thousands_is_judged_all_the_same(flow: Path) -> None:
    text = flow.read_text("iso-8859-1")
    piece = text[text.index("<Piece>") : text.index("</Piece>") + len("</Piece>")]
    wrong = piece.replace('ModRegl V="03"', 'ModRegl V="01"')
    flow.write_text(text.replace("<Piece>", wrong * 3_000 + "<Piece>", 1), "iso-8859-1")
    assert len(judge(flow, Schemas())) == rules.MOST


def test_remarks_however_many_hide_no_refusal(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bordereau of six hundred salaries without documents, one of them to a wrong account."""
    monkeypatch.setattr(rules, "MOST", 1)
    bend(flow, ("<PJRef>.*?</PJRef>", ""), ('IBAN V="FR76', 'IBAN V="FR75'))
    told = judge(flow, Schemas(), ours=False, known=frozenset(), to_sign=True)
    assert [one.code for one in told if one.severity is Severity.WARNING] == ["PES-SANS-PJ"]
    assert [one.code for one in blocking(told)] == ["PES-IBAN"]
