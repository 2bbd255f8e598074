"""Flows are read whole, whoever wrote them: our sample to its last figure, those of editors as they are."""

import base64
import gzip
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.domain.mandat.aller import ReadBordereau, ReadFlow
from dematfin.domain.mandat.compare import differences
from dematfin.errors import DocumentError, InvalidPes
from dematfin.pes.aller import read_aller
from dematfin.pes.rules import judge
from dematfin.pes.take_out import take_out
from dematfin.pes.validate import Schemas
from official import OFFICIAL, needs_official
from pes.plans import PDF, documents_of_small_plan, small_plan, write

SAMPLES = OFFICIAL / "samples" / "pes"
SET = OFFICIAL / "xsd" / "pes" / "v5.17"


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), path)
    return path


def bend(flow: Path, old: str, new: str, name: str = "autre.xml") -> Path:
    text = flow.read_text("iso-8859-1")
    assert old in text
    path = flow.with_name(name)
    path.write_text(text.replace(old, new, 1), "iso-8859-1")
    return path


@needs_official
def test_our_sample_is_read_to_its_last_figure() -> None:
    read = read_aller(SAMPLES / "minimal_own.xml")
    assert (read.kind, read.dematerialised, read.signatures, read.others) == ("PESALR1", True, 0, ())
    (sheet,) = read.bordereaux
    assert (sheet.announced, sheet.total, sheet.announced_pieces, sheet.kind) == (Decimal("1503.50"),) * 2 + (2, "01")
    first, second = sheet.mandats
    assert (first.number, second.number, first.kind) == (101, 102, ("01", "01"))
    assert first.delay is not None
    assert first.delay.followed
    (line,) = first.lines
    assert (line.mode, line.amount) == ("03", first.amount)
    assert line.tiers is not None
    assert line.tiers.kind == "01"
    assert line.tiers.address[-1].split()[0].isdigit()
    assert line.references == ()
    assert second.lines[0].references == second.references
    assert [one.media_type for one in read.documents] == ["application/pdf"] * 2
    assert all(one.size > 0 and len(one.sha256) == 64 for one in read.documents)
    assert [read.mandats_with(one.id) for one in read.documents] == [(101,), (102,)]


@needs_official
@pytest.mark.parametrize(
    ("name", "mandat", "amount", "who", "mode", "documents", "signatures"),
    [
        ("parapheur_PESALR1_unsigned.xml", 13712, None, "VITALLIANCE", "03", 1, 0),
        ("pastell_doc_PES_ex.xml", 6623, None, "CELLULOSES DE BROCELIANDE", "03", 0, 0),
        ("pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml", 832, "39724.75", "PAIERIE DEPART. HERAULT", None, 0, 0),
        ("stela_test-perime-04-04-2016.xml", 1, None, "GFI PROGICIELS", "03", 0, 1),
        ("sesile_helios.xml", None, None, None, "09", 0, 0),
    ],
)
def test_flows_of_editors_are_read(  # noqa: PLR0913, PLR0917 - a row of the README
    name: str,
    mandat: int | None,
    amount: str | None,
    who: str | None,
    mode: str | None,
    documents: int,
    signatures: int,
) -> None:
    read = read_aller(SAMPLES / name)
    one = read.bordereaux[0].mandats[0]
    assert one.lines[0].tiers is not None
    assert mandat in {None, one.number}
    assert amount is None or one.amount == Decimal(amount)
    assert who is None or one.lines[0].tiers.name.startswith(who)
    assert mode in {None, one.lines[0].mode}
    assert (len(read.documents), read.signatures) == (documents, signatures)


@needs_official
def test_an_old_rib_is_an_account_as_well() -> None:
    read = read_aller(SAMPLES / "pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml")
    assert len(read.bordereaux[0].mandats[0].iban.split()) == 4


@needs_official
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("minimal_own.xml", {"PES-NON-SIGNE"}),
        ("parapheur_PESALR1_unsigned.xml", {"PES-PROLOGUE", "PES-XSD"}),
        ("pastell_doc_PES_ex.xml", {"PES-SANS-PJ", "PES-INTERETS"}),
        (
            "pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml",
            {"PES-VERSION", "PES-IDCOLL", "PES-TOTAL", "PES-SANS-PJ"},
        ),
        (
            "pastell_HELIOS_SIMU_ALR2_LibelleColBud_avec_accent.xml",
            {"PES-VERSION", "PES-IDCOLL", "PES-TOTAL", "PES-SANS-PJ"},
        ),
        ("pastell_HELIOS_SIMU_ALR2_1514362287_770650402.xml", {"PES-XSD"}),
        ("pastell_creation_document_pes.xml", {"PES-XSD"}),
        ("sesile_helios.xml", {"PES-XSD"}),
        ("stela_test-perime-04-04-2016.xml", {"PES-COMMENTAIRE", "PES-TYPFIC", "PES-SANS-PJ", "PES-IBAN", "PES-SIRET"}),
    ],
)
@pytest.mark.parametrize("official", [None, SET], ids=["ours", "both"])
def test_samples_are_judged_as_their_readme_says(name: str, codes: set[str], official: Path | None) -> None:
    found = judge(SAMPLES / name, Schemas(official), ours=False)
    assert {one.code for one in found} == codes
    assert all(one.sentence[0].isupper() and one.remedy for one in found)


@needs_official
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "parapheur_PESALR1_unsigned.xml",
            "Mandat n° 13712 (VITALLIANCE) : « CarteAchatNiveau1 » n'a pas son attribut « V »",
        ),
        ("pastell_HELIOS_SIMU_ALR2_1514362287_770650402.xml", "« PJ » n'est pas attendu à cet endroit"),
        (
            "pastell_creation_document_pes.xml",
            "Bordereau n° 733981751 : la valeur « 733981751 » de « IdBord » a trop de chiffres",
        ),
        ("sesile_helios.xml", "La valeur « 06088 » de « IdPost » n'a pas la forme voulue"),
    ],
)
def test_what_the_schemas_refuse_is_said_in_french(name: str, words: str) -> None:
    assert any(words in one.sentence for one in judge(SAMPLES / name, Schemas(SET), ours=False))


def test_what_is_no_flow_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<PES_Retour/>")
    with pytest.raises(InvalidPes, match="n'est pas un flux PES_Aller"):
        read_aller(path)


def test_an_empty_flow_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<PES_Aller><PES_DepenseAller><Bordereau><Piece/></Bordereau></PES_DepenseAller></PES_Aller>")
    (sheet,) = read_aller(path).bordereaux
    assert (sheet.mandats[0].lines, sheet.emitted_on) == ((), None)


def test_documents_are_taken_out(flow: Path, tmp_path: Path) -> None:
    names = take_out(flow, tmp_path / "pieces")
    assert names == ("facture.pdf", "facture-2.pdf", "bon-de-livraison.txt")
    assert [(tmp_path / "pieces" / name).read_bytes() for name in names] == list(documents_of_small_plan().values())


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        ("..\\..\\mal.pdf", "mal.pdf"),
        ("...txt", "txt"),
        (".bashrc.sh", "bashrc.sh"),
        ("con.pdf", "_con.pdf"),
        ("x" * 90 + ".pdf", "x" * 80 + ".pdf"),
        ("Été à l'école.pdf", "Ete-a-l-ecole.pdf"),
    ],
)
def test_no_name_of_a_flow_is_a_path(flow: Path, tmp_path: Path, told: str, name: str) -> None:
    bent = bend(
        flow,
        '<IdUnique V="219900420000152026DEPENSE00000001"/><NomPJ V="facture.pdf"/><TypePJ V="003"/><Desc',
        (f'<IdUnique V="219900420000152026DEPENSE00000001"/><NomPJ V="{told}"/><TypePJ V="003"/><Desc'),
    )
    folder = tmp_path / "a" / "pieces"
    assert take_out(bent, folder)[0] == name
    assert {one for one in tmp_path.rglob("*") if one.is_file()} - {flow, bent} == set(folder.iterdir())


def test_a_folder_that_holds_something_is_left_alone(flow: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pieces"
    folder.mkdir()
    (folder / "a").write_text("a")
    with pytest.raises(DocumentError, match="n'est pas vide"):
        take_out(flow, folder)
    assert [one.name for one in folder.iterdir()] == ["a"]
    with pytest.raises(DocumentError, match="Rien ne peut être écrit"):
        take_out(flow, flow / "dedans")


def said(first: Path, second: Path) -> list[str]:
    return [one.sentence for one in differences(read_aller(first), read_aller(second))]


def test_a_flow_is_the_same_as_itself_however_it_is_written(flow: Path) -> None:
    assert said(flow, flow) == []
    spaced = flow.with_name("aere.xml")
    spaced.write_text(flow.read_text("iso-8859-1").replace("<Piece>", "\n  <Piece>"), "iso-8859-1")
    assert said(flow, spaced) == []


SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S1"/>'


def test_a_signature_alone_is_told_as_such(flow: Path) -> None:
    (found,) = differences(read_aller(flow), read_aller(bend(flow, "</Bordereau>", f"{SIGNATURE}</Bordereau>")))
    assert found.signature
    assert found.sentence == "Signatures : 0 dans le premier flux, 1 dans le second."


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'MtHT V="120.00"',
            'MtHT V="121.00"',
            "Mandat n° 1187 (PAPETERIE DU LAC), montant : 120,00 € devient 121,00 €.",
        ),
        ('IdPce V="1188"', 'IdPce V="1189"', "Mandat n° 1189 (PAPETERIE DU LAC) : il est ajouté (3 245,68 €)."),
        ('IdBord V="42"', 'IdBord V="43"', "Bordereau n° 43 de 2026 : il est ajouté (3 365,68 €)."),
        (
            "FR7619999000170009876543276",
            "FR7619999000170009876543277",
            "LE COMPTE BANCAIRE CHANGE, FR76…3276 devient FR76…3277.",
        ),
        ('Nature V="60632"', 'Nature V="60633"', "imputation : « 60632/211 » devient « 60633/211 »."),
        ('ModRegl V="03"', 'ModRegl V="10"', "règlement : « virement » devient « prélèvement »."),
        ('Nom V="PAPETERIE DU LAC"', 'Nom V="AUTRE"', "créancier : « PAPETERIE DU LAC » devient « AUTRE »."),
        (
            'TypPce V="01"',
            'TypPce V="09"',
            "type : « mandat ordinaire, fonctionnement » devient « mandat sur marché, fonc",
        ),
        ('NomFic V="PESALR1', 'NomFic V="PESALR9', "Nom du flux"),
        ('TVAIntraCom V="0"', 'TVAIntraCom V="1"', "Un détail diffère"),
    ],
)
def test_what_changes_is_told_to_a_person(flow: Path, old: str, new: str, words: str) -> None:
    found = said(flow, bend(flow, old, new))
    assert any(words in one.replace("\N{NO-BREAK SPACE}", " ") for one in found), found


def test_a_document_is_compared_by_what_it_holds(flow: Path) -> None:
    text = flow.read_text("iso-8859-1")
    old = text.split('<Fichier MIMEType="application/pdf">')[1].split("<")[0]
    squeezed, other = (base64.b64encode(gzip.compress(data, 9, mtime=5)).decode() for data in (PDF, PDF + b"x"))
    assert squeezed != old
    assert said(flow, bend(flow, old, squeezed)) == []
    (found,) = said(flow, bend(flow, old, other))
    assert "« facture.pdf »" in found
    assert "son contenu est remplacé (29 octets, puis 30)" in found


def changed(one: Any, fields: dict[str, Any]) -> list[Any]:
    """Return a copy for each field, that field only being other."""
    return [replace(one, **{name: value}) for name, value in fields.items()]


def _more(read: ReadFlow, sheet: ReadBordereau) -> ReadFlow:
    return replace(read, bordereaux=(sheet,))


def test_each_thing_that_a_reader_knows_is_compared(flow: Path) -> None:
    """A field that the comparison forgets would pass in silence: `shape` is left as it is here."""
    read = read_aller(flow)
    (sheet,) = read.bordereaux
    mandat = sheet.mandats[0]
    line = mandat.lines[0]
    assert line.tiers is not None
    tiers = changed(
        line.tiers,
        {
            "identifier": "1",
            "kind": "02",
            "reference": "R",
            "category": ("01", "01"),
            "name": "N",
            "address": ("a",),
            "account": "FR1",
            "bic": "B",
            "holder": "H",
        },
    )
    lines = [
        *(replace(line, tiers=one) for one in (*tiers, None)),
        *changed(
            line,
            {
                "number": 9,
                "imputation": ("1", "", "", ""),
                "invoice": "X",
                "labels": ("X",),
                "mode": "01",
                "ht": Decimal(1),
                "vat": Decimal(1),
                "marche": "M",
                "earlier": ("01", "2026", "1", "1"),
            },
        ),
    ]
    mandats = [
        *(replace(mandat, lines=(one,)) for one in lines),
        *changed(
            mandat,
            {
                "number": 9,
                "kind": ("01", "02"),
                "label": "X",
                "service": "S",
                "pay_on": date(2026, 1, 1),
                "delay": None,
                "amount": Decimal(1),
                "references": (),
                "lines": (),
            },
        ),
    ]
    flows = [
        *(_more(read, replace(sheet, mandats=(one, *sheet.mandats[1:]))) for one in mandats),
        *(
            _more(read, one)
            for one in changed(
                sheet,
                {
                    "exercice": 2025,
                    "number": 9,
                    "kind": "02",
                    "emitted_on": None,
                    "announced": Decimal(1),
                    "cumul": None,
                    "mandats": (mandat,),
                },
            )
        ),
        *changed(
            read,
            {
                "nomfic": "X",
                "written_on": None,
                "post": "1",
                "siret": "1",
                "cod_col": "1",
                "cod_bud": "1",
                "dematerialised": False,
                "documents": (),
                "others": ("PES_Facture",),
                "shape": "",
            },
        ),
    ]
    assert [number for number, other in enumerate(flows) if not differences(read, other)] == []
