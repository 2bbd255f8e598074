"""`facture preuve`: bundles of the demonstration's invoices, verified far from here, then spoilt in every way."""

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import ROOT, change, copied, facts, make_up, refusals, verified
from cli.office import Office, plain

KINDS = {
    "F2026-000001": "flux/PESALR1_21990042000015_2026_000042_000001.xml",  # of Chorus Pro, paid
    "F2026-000003": "flux/PESALR1_21990042000015_2026_000042_000001.xml",  # a credit note, netted
    "F2026-000007": "flux/PesDepense-01-2026-18-2-",  # mandated by the finance software, refused, then paid
    "F2026-000018": "flux/PESALR1_21990042000015_2026_000044_000003.xml",  # in a flow that waits for its signature
    "F2026-000039": "facture/facture-D2026-000001.pdf",  # on paper
    "F2026-000024": "facture/recue-de-chorus-pro.xml",  # refused: no mandat
    "F2026-000016": "facture/recue-de-chorus-pro.xml",  # waits for a visa
    "F2026-000029": "courriers/lettre-au-fournisseur.pdf",  # its delay is interrupted
    "F2026-000015": "facture/recue-de-chorus-pro.xml",  # followed elsewhere
}
FLOW = "flux/PESALR1_21990042000015_2026_000042_000001.xml"
Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def bundles(town_hall: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where a bundle of each kind has been made, on a copy of the demonstration."""
    from dematfin.acts import proof  # noqa: PLC0415
    from dematfin.acts.consult import people  # noqa: PLC0415
    from dematfin.config.several import load  # noqa: PLC0415
    from dematfin.wiring import build  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("preuves")
    copy = Path(shutil.copytree(town_hall, folder / "demo"))
    app = build(load(copy / "config.toml"), copy, lambda _: "")
    claire = next(one for one in people(app) if one.id == "claire")
    for key in KINDS:
        proof.make(app, claire, key, folder / key)
    return folder


@pytest.fixture
def bundle(bundles: Path, tmp_path: Path) -> Path:
    """Return the bundle of a paid invoice, to be spoilt."""
    return copied(bundles / "F2026-000001", tmp_path / "preuve")


def names(bundle: Path) -> list[str]:
    return [path.relative_to(bundle).as_posix() for path in sorted(bundle.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("key", KINDS)
def test_each_kind_of_invoice_has_a_bundle_that_verifies_itself_far_from_here(bundles: Path, key: str) -> None:
    bundle = bundles / key
    held = names(bundle)
    assert any(name.startswith(KINDS[key]) for name in held), held
    done = verified(bundle)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("Rien n'est refusé.\n")
    assert ("aucun flux ne porte cette facture" in done.stdout) == (not any(name.startswith("flux/") for name in held))
    assert names(bundle) == held, "what verifies leaves nothing behind"
    plain((bundle / "LISEZ-MOI.txt").read_text("utf-8").partition("COMMENT VÉRIFIER")[0])


def test_what_is_verified_is_said_line_by_line(bundles: Path) -> None:
    said = verified(bundles / "F2026-000007").stdout
    for words in (
        "OK         manifeste : ",
        "OK         journal : ",
        "OK         visa/fiche-de-visa-1.pdf : c'est le fichier nommé (évènement ",
        "la signature désigne l'élément qui la porte",
        "la signature est celle du titulaire du certificat, qui la date du ",
        "délivré par les autorités jointes",
        "bordereau n° 18 de 2026, mandat n° 204 : 310.44 €",
        "est le fichier facture/",
        "sans ses signatures, à l'octet près",
        "NON PROUVÉ la révocation d'un certificat",
        "NON PROUVÉ que cet extrait est bien dans le journal de la commune",
    ):
        assert words in said, words
    assert said.count("mandat n° 204 : 310.44 €") == 2, "in the flow that was refused, and in the one that paid"


def test_the_readme_tells_the_story_and_whether_it_is_over(bundles: Path) -> None:
    paid, waiting = ((bundles / key / "LISEZ-MOI.txt").read_text("utf-8") for key in ("F2026-000001", "F2026-000016"))
    assert "Situation ce jour-là : Payé le " in paid
    assert "Elle n'est pas à son terme" not in paid
    assert "Elle n'est pas à son terme : ce dossier dit ce qui était connu à cette date." in waiting
    assert "Aucun mandat ne la paie" in waiting
    assert "reçue de Chorus Pro (Claire Agent)" in paid
    assert "le journal entier" in paid.lower()
    assert "signé par" not in waiting


def test_only_what_is_of_the_invoice_is_there(bundles: Path) -> None:
    paper = [json.loads(line) for line in (bundles / "F2026-000039" / "journal.jsonl").read_text("utf-8").splitlines()]
    told = {(said["subject"], said["subject_id"]) for said in (json.loads(one["contenu"]) for one in paper)}
    assert {key for subject, key in told if subject == "facture"} == {"F2026-000039"}
    assert {key for subject, key in told if subject == "mandat"} == {"M2026-000011"}
    assert ("lot", "L2026-000001") in told
    scanned = names(bundles / "F2026-000039")
    assert not any("scan0001" in name for name in scanned), "the file of the copier holds another invoice"


def test_the_command_writes_it_and_the_journal_knows_what_was_taken_away(copy: Office, tmp_path: Path) -> None:
    target = tmp_path / "preuve"
    done = copy("facture", "preuve", "9100107", str(target))
    assert done.code == 0, done.err
    plain(done.said)
    seal = hashlib.sha256((target / "manifeste.json").read_bytes()).hexdigest()
    assert seal in done.out
    assert verified(target).stdout.count(seal) == 1
    assert (
        f"dossier de preuve fait par Dominique Essai, manifeste {seal}" in copy("facture", "voir", "F2026-000007").out
    )
    assert target.stat().st_mode & 0o77 == 0, "it holds accounts and names"
    again = copy("facture", "preuve", "F2026-000007", str(target))
    assert (again.code, "existe déjà" in again.err) == (4, True)
    assert copy("facture", "preuve", "F2026-000007", str(tmp_path / "second")).code == 0
    assert refusals(tmp_path / "second") == [], "the line of the first bundle is in the second one"


def test_a_head_of_service_takes_nothing_away(copy: Office, tmp_path: Path) -> None:
    copy.become("viseur")
    head = copy.head()
    done = copy("facture", "preuve", "F2026-000007", str(tmp_path / "preuve"))
    assert (done.code, list(tmp_path.glob("*preuve*"))) == (3, [])
    assert "voir les factures et les chiffres de tous les services" in done.err
    assert copy.head() == head


def test_a_document_that_is_lost_leaves_no_bundle_and_no_line(copy: Office, tmp_path: Path) -> None:
    for path in (copy.folder / "var" / "documents").rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"%PDF"):
            path.unlink()
    head = copy.head()
    done = copy("facture", "preuve", "F2026-000001", str(tmp_path / "preuve"))
    assert (done.code, list(tmp_path.glob("*preuve*")), list(tmp_path.glob(".preuve*"))) == (4, [], [])
    assert "n'est plus dans" in done.err
    assert copy.head() == head


def test_each_file_changed_taken_away_or_added_is_named(bundle: Path, tmp_path: Path) -> None:
    held = [name for name in names(bundle) if not name.endswith((".py", ".json", ".jsonl"))]
    assert len(held) > 8
    spoilt = copied(bundle, tmp_path / "autre")
    for name in held[::2]:
        change(spoilt / name, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    for name in held[1::2]:
        (spoilt / name).unlink()
    (spoilt / "facture" / "de-plus.pdf").write_bytes(b"%PDF-")
    found = refusals(spoilt)
    for name in held[::2]:
        assert f"{name} : ce fichier a changé depuis que le dossier a été fait" in found
    for name in held[1::2]:
        assert f"{name} : ce fichier du manifeste manque" in found
    assert "facture/de-plus.pdf : ce fichier a été ajouté, le manifeste ne le connaît pas" in found


def test_a_link_in_the_place_of_a_file_is_no_file(bundle: Path, tmp_path: Path) -> None:
    pdf = next((bundle / "facture").glob("*.pdf"))
    shutil.move(pdf, tmp_path / "ailleurs.pdf")
    pdf.symlink_to(tmp_path / "ailleurs.pdf")
    assert f"facture/{pdf.name} : ce fichier a changé depuis que le dossier a été fait" in refusals(bundle)


def test_another_copy_of_the_program_verifies_a_bundle_too_and_says_what_it_lacks(bundle: Path) -> None:
    mine = [sys.executable, "-I", "-S", str(ROOT / "verifier.py"), str(bundle)]
    done = subprocess.run(mine, capture_output=True, encoding="utf-8", check=True, env={}, timeout=60)
    assert done.stdout.endswith("Rien n'est refusé.\n")
    lacking = verified(bundle, path="/nulle/part")
    assert (lacking.returncode, "le programme openssl n'est pas sur cette machine" in lacking.stdout) == (1, True)


def test_a_bundle_is_named_by_a_relative_folder_too(bundle: Path) -> None:
    for words in (["preuve/verifier.py", "preuve"], ["preuve/verifier.py"]):
        command = [sys.executable, "-I", "-S", *words]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=bundle.parent, check=False)
        assert done.returncode == 0, done.stdout


def test_the_program_is_short_and_for_any_python_of_an_auditor() -> None:
    for path in ROOT.rglob("*.py"):
        text = path.read_text("utf-8")
        ast.parse(text, feature_version=(3, 9))
        assert len(text.splitlines()) <= 250
        assert "dematfin" not in re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["manifeste.json", "preuve.json", "journal.jsonl"])
def test_what_tells_the_rest_is_needed(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert refusals(bundle) != []
    (bundle / name).write_text("{", "utf-8")
    assert any("ne se vérifie pas" in one for one in refusals(bundle))


def test_each_line_of_the_journal_changed_is_named(bundle: Path, tmp_path: Path) -> None:
    lines = (bundle / "journal.jsonl").read_text("utf-8").splitlines()
    changed = [line.replace('\\"by\\":\\"', '\\"by\\":\\"x', 1) for line in lines]
    assert all(before != after for before, after in zip(lines, changed, strict=True))
    (bundle / "journal.jsonl").write_text("".join(f"{line}\n" for line in changed), "utf-8")
    found = refusals(make_up(bundle))
    for rank, line in enumerate(lines, start=1):
        number = json.loads(json.loads(line)["contenu"])["sequence"]
        assert f"journal, ligne {rank} (évènement {number}) : elle a été modifiée, son empreinte ne tient plus" in found


def test_lines_of_the_journal_in_another_order_or_sealed_anew_are_refused(bundle: Path) -> None:
    path = bundle / "journal.jsonl"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("".join(f"{line}\n" for line in (lines[1], lines[0], *lines[2:])), "utf-8")
    assert any("elle n'est pas à sa place" in one for one in refusals(make_up(bundle)))
    rows = [json.loads(line) for line in lines]
    follows = next(rank for rank, row in enumerate(rows) if rank and row["precedent"] == rows[rank - 1]["empreinte"])
    forged = rows[follows - 1]
    forged["contenu"] = forged["contenu"].replace('"by":"', '"by":"x', 1)
    forged["empreinte"] = hashlib.sha256((forged["precedent"] + forged["contenu"]).encode()).hexdigest()
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    assert any("elle ne tient pas à celle d'avant" in one for one in refusals(make_up(bundle)))


def test_a_line_after_the_end_of_the_journal_is_refused(bundle: Path) -> None:
    change(bundle / "manifeste.json", lambda data: re.sub(rb'"evenements": \d+', b'"evenements": 15', data))
    assert any("le journal n'avait que 15 évènements ce jour-là" in one for one in refusals(bundle))


def test_the_head_that_is_told_is_one_that_the_command_knows(bundle: Path, office: Office) -> None:
    head = json.loads((bundle / "manifeste.json").read_text("utf-8"))["journal"]["empreinte"]
    assert verified(bundle).stdout.count(f"dematfin journal verifier --empreinte {head}\n") == 1
    assert office("journal", "verifier", "--rapide", "--empreinte", head).code == 0


def flow(way: Callable[[bytes], bytes]) -> Spoil:
    return lambda bundle: change(bundle / FLOW, way)


def another_certificate(bundle: Path) -> None:
    """Put the authority's own certificate in the place of the mayor's."""
    other = next((bundle / "certificats").glob("*-autorites.pem")).read_text("ascii")
    body = "".join(other.split("-----")[2].split()).encode()
    change(bundle / FLOW, lambda data: re.sub(rb"(<ds:X509Certificate>)[^<]*", rb"\g<1>" + body, data))


def other_authorities(bundle: Path) -> None:
    """Leave only the mayor's own certificate as what he was issued by."""
    chain = next((bundle / "certificats").glob("*-autorites.pem"))
    chain.write_text(next(one for one in (bundle / "certificats").glob("*.pem") if one != chain).read_text("ascii"))


def another_pdf(bundle: Path) -> None:
    """Put another PDF in the place of the invoice, and make the facts agree."""
    path = next((bundle / "facture").glob("*.pdf"))
    change(path, lambda data: data + b"\n")
    name, now = path.relative_to(bundle).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()
    facts(bundle, lambda told: next(one for one in told["documents"] if one["fichier"] == name).update(sha256=now))


def another_invoice(bundle: Path) -> None:
    """Put another invoice in the place of the one that was received, and forget which event named it."""
    path = bundle / "facture" / "recue-de-chorus-pro.xml"
    change(path, lambda data: data + b"\n")
    now = hashlib.sha256(path.read_bytes()).hexdigest()
    facts(bundle, lambda told: told["documents"][0].update(sha256=now, evenements=[]))


SPOILT: dict[str, tuple[Spoil, str | tuple[str, ...]]] = {
    "amount": (
        flow(lambda data: data.replace(b'<MtHT V="120.00"/>', b'<MtHT V="920.00"/>')),
        ("120.00 € attendus, lu : 920.00", "le contenu a changé depuis la signature"),
    ),
    "account of somebody else": (
        flow(lambda data: re.sub(rb'<IBAN V="FR\d\d', b'<IBAN V="FR00', data)),
        "le contenu a changé depuis la signature",
    ),
    "role": (
        flow(lambda data: data.replace(b"ClaimedRole>Maire<", b"ClaimedRole>Adjoint<")),
        "ce que dit le signataire (date, lieu, qualité) a changé depuis la signature",
    ),
    "value": (
        flow(lambda data: re.sub(rb"(<ds:SignatureValue[^>]*>)....", rb"\g<1>AAAA", data)),
        "la signature n'est pas celle du titulaire du certificat",
    ),
    "certificate": (
        another_certificate,
        (
            "le certificat joint à la signature n'est pas celui que le signataire a annoncé",
            "la signature n'est pas celle du titulaire du certificat",
        ),
    ),
    "authorities": (other_authorities, "ou d'autres l'ont délivré"),
    "reference": (
        flow(lambda data: re.sub(rb'(<ds:Reference URI=")#B', b"\\1#X", data)),
        "la signature désigne autre chose que l'élément qui la porte",
    ),
    "transform": (
        flow(lambda data: data.replace(b"xmldsig#enveloped-signature", b"xmldsig#base64")),
        "la signature désigne autre chose que l'élément qui la porte",
    ),
    "no signature": (
        flow(lambda data: re.sub(rb"<ds:Signature .*?</ds:Signature>", b"", data, flags=re.DOTALL)),
        "un bordereau n'y est pas signé, ou l'est deux fois",
    ),
    "signature elsewhere": (
        flow(
            lambda data: re.sub(rb"(<ds:Signature .*?</ds:Signature>)(</Bordereau>)", rb"\2\1", data, flags=re.DOTALL)
        ),
        "une signature est ailleurs que dans un bordereau ou à la fin du flux",
    ),
    "hidden bordereau": (
        flow(lambda data: data.replace(b"<PES_PJ>", b"<PES_PJ><Bordereau/>", 1)),
        "un bordereau est caché ailleurs qu'à sa place",
    ),
    "doctype": (
        flow(lambda data: data.replace(b"?>\n", b"?>\n<!DOCTYPE PES_Aller>\n", 1)),
        "il contient un DOCTYPE",
    ),
    "identifier": (
        flow(lambda data: data.replace(b"<PES_PJ>", b'<PES_PJ Id="B2026T01N0000042">', 1)),
        "l'identifiant B2026T01N0000042 est donné deux fois",
    ),
    "not XML": (flow(lambda data: data[: len(data) // 2]), "ce flux ne se lit pas"),
    "document of the flow": (
        flow(lambda data: re.sub(rb"(<Fichier[^>]*>)[^<]*", b"\\1H4sIAAAAAAAA/wMAAAAAAAAAAAA=", data)),
        "n'est pas le fichier facture/",
    ),
    "document of another invoice": (
        flow(
            lambda data: re.sub(rb"(.*<Fichier[^>]*>)[^<]*", b"\\1H4sIAAAAAAAA/wMAAAAAAAAAAAA=", data, flags=re.DOTALL)
        ),
        "aucun fichier joint n'a l'empreinte",
    ),
    "header": (
        flow(lambda data: data.replace(b'<CodBud V="', b'<CodBud V="9', 1)),
        "aucun fichier joint n'a l'empreinte",
    ),
    "invoice": (another_pdf, "n'est pas le fichier facture/"),
    "invoice received": (another_invoice, "aucun fichier joint n'a l'empreinte"),
    "slip": (
        lambda bundle: change(bundle / "visa" / "fiche-de-visa-1.pdf", lambda data: data + b"\n"),
        "visa/fiche-de-visa-1.pdf : ce n'est pas le fichier nommé (évènement ",
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_whoever_spoils_a_bundle_and_makes_its_manifest_up_is_found_out(bundle: Path, kind: str) -> None:
    spoil, words = SPOILT[kind]
    spoil(bundle)
    found = refusals(make_up(bundle))
    for said in (words,) if isinstance(words, str) else words:
        assert any(said in one for one in found), found
