"""A bundle of proof forged by whoever makes its manifest up, and what it says of itself: each lie is named."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import change, facts, make_up, refusals, verified

FLOW = "flux/PESALR1_21990042000015_2026_000042_000001.xml"
Spoil = Callable[[Path], None]


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


def not_said_to_be_signed(bundle: Path) -> None:
    facts(bundle, lambda told: told["flux"][0].update(signe=False, pourquoi="il n'est pas encore signé"))
    SPOILT["value"][0](bundle)


def flow_that_is_not_told(bundle: Path) -> None:
    facts(bundle, lambda told: told.update(flux=[]))
    SPOILT["account of somebody else"][0](bundle)
    (bundle / FLOW).rename(bundle / "pieces" / "note.txt")
    facts(bundle, lambda told: told.update(documents=[one for one in told["documents"] if one["fichier"] != FLOW]))


def empty_journal(bundle: Path) -> None:
    (bundle / "journal.jsonl").write_text("", "utf-8")
    facts(bundle, lambda told: told.update(documents=[]))


def numbers_of_its_own(bundle: Path) -> None:
    """Number two events that follow one another as if something stood between them."""
    path = bundle / "journal.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    last = max(rank for rank, row in enumerate(rows) if rank and row["precedent"] == rows[rank - 1]["empreinte"])
    number = json.loads(rows[last]["contenu"])["sequence"]
    row = rows[last]
    row["contenu"] = row["contenu"].replace(f'"sequence":{number},', f'"sequence":{number + 1},')
    row["empreinte"] = hashlib.sha256((row["precedent"] + row["contenu"]).encode()).hexdigest()
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows[: last + 1]), "utf-8")


FORGED: dict[str, tuple[Spoil, str]] = {
    "not said to be signed": (not_said_to_be_signed, "la signature n'est pas celle du titulaire du certificat"),
    "flow that is not told": (flow_that_is_not_told, "note.txt, B2026T01N0000042 : le contenu a changé depuis"),
    "empty journal": (empty_journal, "journal : aucun évènement n'y parle de la facture F2026-000001"),
    "numbers of its own": (numbers_of_its_own, "elle ne tient pas à celle d'avant, l'évènement "),
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_is_verified_is_not_chosen_by_whoever_wrote_the_facts(bundle: Path, kind: str) -> None:
    forge, words = FORGED[kind]
    forge(bundle)
    found = refusals(make_up(bundle))
    assert any(words in one for one in found), found


def unproven(bundle: Path) -> list[str]:
    done = verified(make_up(bundle))
    lines = [line.removeprefix("NON PROUVÉ ") for line in done.stdout.splitlines() if line.startswith("NON PROUVÉ ")]
    assert done.stdout.endswith(f"Rien n'est refusé ; NON PROUVÉ : {len(lines)}, à lire un par un.\n"), done.stdout
    assert done.returncode == 0
    return lines


def test_an_invoice_that_the_facts_alone_know_is_refused(bundle: Path) -> None:
    pdf = next((bundle / "facture").glob("*.pdf"))
    name = f"facture/{pdf.name}"
    change(pdf, lambda data: data + b"\n")
    now = hashlib.sha256(pdf.read_bytes()).hexdigest()
    facts(bundle, lambda told: next(one for one in told["documents"] if one["fichier"] == name).update(sha256=now))
    found = refusals(make_up(bundle))
    assert any(f"{name} : ce n'est pas le fichier nommé" in one for one in found), found


@pytest.mark.parametrize("which", ["reponses/acquit-*", "reponses/retour-*", "facture/*.pdf", "pieces/*"])
def test_a_document_that_the_journal_names_is_missed_by_whoever_forgets_it(bundle: Path, which: str) -> None:
    gone = next(bundle.glob(which))
    name = gone.relative_to(bundle).as_posix()
    gone.unlink()
    facts(bundle, lambda told: told.update(documents=[one for one in told["documents"] if one["fichier"] != name]))
    found = refusals(make_up(bundle))
    assert any("aucun fichier joint n'a l'empreinte" in one for one in found), found


def test_what_a_flow_carries_and_nothing_tells_is_not_proven(bundle: Path) -> None:
    facts(bundle, lambda told: told["flux"][0].update(pieces=[], mandats=[]))
    found = unproven(bundle)
    assert f"{FLOW} : rien ne dit quels mandats de cette facture y chercher" in found
    (pieces,) = [one for one in found if "n'ont pas leur fichier ici" in one]
    assert "DEPENSE00000003" in pieces, "what the flow carries for other mandats"
    assert not any(f"DEPENSE0000000{own}" in pieces for own in (1, 2)), "compared, though the facts are silent"


def test_a_flow_without_any_signature_is_not_proven_and_never_good(bundle: Path) -> None:
    facts(bundle, lambda told: told["flux"][0].update(signe=False, pourquoi="rien n'y est à signer"))
    facts(bundle, lambda told: told["documents"].remove(next(x for x in told["documents"] if x["fichier"] == FLOW)))
    SPOILT["no signature"][0](bundle)
    words = f"{FLOW} : ce fichier n'est pas signé électroniquement : rien n'y est à signer"
    assert any(words in line for line in verified(make_up(bundle)).stdout.splitlines() if line.startswith("NON PROUVÉ"))
