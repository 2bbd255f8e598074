#!/usr/bin/env python3
"""Vérifie un dossier de preuve sans dematfin : Python 3.9 ou plus récent et le programme openssl, rien d'autre.

    python3 verifier.py            depuis le dossier ; ou bien : python3 verifier.py DOSSIER

Chaque ligne est OK, REFUS, ou NON PROUVÉ (ce que le dossier ne peut pas prouver). Code 0 : aucun refus, même quand il
y a des NON PROUVÉ, que la dernière ligne compte ; sinon 1. Ce qui est vérifié se déduit des fichiers et du journal :
preuve.json dit ce qui doit s'y trouver de plus, et ne dispense de rien.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from decimal import Decimal

sys.dont_write_bytecode = True  # le dossier reste tel qu'il a été remis
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "verification"))

import journal_scelle  # noqa: E402
import lire_pes  # noqa: E402
import signature_pes  # noqa: E402

MANIFEST, JOURNAL, FACTS = "manifeste.json", "journal.jsonl", "preuve.json"
FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")
NAMING = ("sha256", "fiche", "document", "documents")
PROGRAM = ("verifier.py", *(f"verification/{one}.py" for one in ("journal_scelle", "lire_pes", "signature_pes")))
WRITTEN = ("LISEZ-MOI.txt", "chorus-pro.txt", "signature/rapport.txt", "certificats/")
UNTOLD = {"signe": False, "pourquoi": "preuve.json n'en parle pas", "autorites": {}, "mandats": [], "pieces": []}
LINK = "un lien"
REFUSALS, UNPROVEN = [], []
LIMITS = (
    "la révocation d'un certificat à la date de signature : signature/rapport.txt dit ce que la commune en savait",
    "que les autorités jointes sont dignes de confiance : comparez-les à la liste de confiance nationale",
    "que cet extrait est dans le journal de la commune : demandez-lui dematfin journal verifier --empreinte {head}",
)


def say(good, ok, refused):
    """Écrit ce qui est vérifié, ou pourquoi cela est refusé ; None : ce que le dossier ne prouve pas."""
    print(f"NON PROUVÉ {ok}" if good is None else f"OK         {ok}" if good else f"REFUS      {refused}")
    REFUSALS.extend([refused] if good is False else [])
    UNPROVEN.extend([ok] if good is None else [])


def read_json(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as source:
        return json.load(source)


def fingerprint(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def check_files(folder):
    """Compare le dossier à son manifeste ; rend l'empreinte de chaque fichier qui s'y trouve."""
    listed = {one["fichier"]: one for one in read_json(folder, MANIFEST)["fichiers"]}
    there = {}
    for place, folders, names in os.walk(folder):
        for name in [*names, *(one for one in folders if os.path.islink(os.path.join(place, one)))]:
            path = os.path.join(place, name)
            there[os.path.relpath(path, folder).replace(os.sep, "/")] = path
    del there[MANIFEST]
    for name in sorted(listed.keys() - there.keys()):
        say(False, "", f"{name} : ce fichier du manifeste manque")
    for name in sorted(there.keys() - listed.keys()):
        say(False, "", f"{name} : ce fichier a été ajouté, le manifeste ne le connaît pas")
    found = {name: LINK if os.path.islink(path) else fingerprint(path) for name, path in there.items()}
    for name in sorted(listed.keys() & there.keys()):
        if (found[name], os.path.getsize(there[name])) != (listed[name]["sha256"], listed[name]["octets"]):
            say(False, "", f"{name} : ce fichier a changé depuis que le dossier a été fait")
    if not REFUSALS:
        say(True, f"manifeste : {len(listed)} fichiers, aucun ne manque, n'a changé ni n'a été ajouté", "")
    return found


def check_journal(folder):
    """Vérifie l'extrait du journal, qui parle de cette facture ; rend ce que dit chaque évènement, par son numéro."""
    manifest, lines, refused = read_json(folder, MANIFEST), {}, len(REFUSALS)
    for said, what, wrong in journal_scelle.read(os.path.join(folder, JOURNAL), manifest["journal"]["evenements"]):
        for words in wrong:
            say(False, "", f"{what} : {words}")
        lines[said["sequence"]] = said
    invoice = manifest["facture"]
    if not any((said["subject"], said["subject_id"]) == ("facture", invoice) for said in lines.values()):
        say(False, "", f"journal : aucun évènement n'y parle de la facture {invoice}")
    if len(REFUSALS) == refused:
        say(True, f"journal : {len(lines)} évènements, chacun tient à son empreinte et à sa place", "")
    return lines


def check_documents(facts, found, lines):
    """Vérifie que chaque fichier joint est nommé par un évènement ; ce que le registre seul en dit ne prouve rien."""
    named = {}
    for number, said in sorted(lines.items()):
        for digest in FINGERPRINT.findall(said["data"] + " " + said["motif"]):
            named.setdefault(digest, []).append(number)
    for one in facts["documents"]:
        if found.get(one["fichier"]) != one["sha256"] or not {*one["evenements"]} <= {*named.get(one["sha256"], ())}:
            say(False, "", f"{one['fichier']} : ce n'est pas le fichier nommé ({events(one['evenements'])})")
    written = sorted(name for name in found if name.startswith(WRITTEN) and found[name] not in named)
    for name in sorted(found.keys() - {JOURNAL, FACTS, *PROGRAM, *written}):
        if found[name] in named:
            say(True, f"{name} : c'est le fichier nommé ({events(named[found[name]])})", "")
        else:
            say(None, f"{name} : aucune ligne du journal ne nomme ce fichier", "")
    if written:
        say(None, f"{', '.join(written)} : écrits pour ce dossier, le journal ne les nomme pas", "")


def events(numbers):
    return ", ".join(f"évènement {number}" for number in numbers) or "registre"


def check_named(facts, found, lines, bare):
    """Vérifie que chaque fichier que nomme un évènement est joint.

    `bare` : l'empreinte de chaque flux sans ses signatures, puis son nom.
    """
    absent = {one["sha256"]: one["pourquoi"] for one in facts["absents"]}
    for number, said in sorted(lines.items()):
        data = json.loads(said["data"])
        words = [data.get(key, "") for key in NAMING] + re.findall(r"empreinte (\w+)", said["motif"])
        for name in FINGERPRINT.findall(" ".join(words)):
            if name in found.values():
                continue
            if name in bare:
                say(
                    True,
                    f"évènement {number} : le fichier nommé est {bare[name]} sans ses signatures, à l'octet près",
                    "",
                )
            elif name in absent:
                say(None, f"évènement {number} : le fichier {name[:12]}… n'est pas joint : {absent[name]}", "")
            else:
                say(False, "", f"évènement {number} : aucun fichier joint n'a l'empreinte {name[:12]}… qu'il nomme")


def check_flows(folder, facts, found):
    """Vérifie chaque flux, que preuve.json en parle ou non ; rend leurs empreintes sans signatures, et leurs noms."""
    told = {one["fichier"]: one for one in facts["flux"]}
    paths = {name: os.path.join(folder, *name.split("/")) for name in found if found[name] != LINK}
    for name in sorted(told.keys() - paths.keys()):
        say(False, "", f"{name} : ce flux n'est pas dans le dossier")
    flows = [name for name in sorted(paths) if name in told or lire_pes.is_flow(paths[name])]
    if not flows:
        say(None, "aucun flux ne porte cette facture : rien n'a été ordonné au comptable par ce moyen", "")
    checked = [check_flow(paths, name, told.get(name, UNTOLD), found) for name in flows]
    return dict(filter(None, checked))


def check_flow(paths, name, one, found):
    """Vérifie un flux : sa forme, ses signatures, et qu'il porte les mandats et les pièces de cette facture.

    Rend son empreinte sans ses signatures, et son nom.
    """
    try:
        flow = lire_pes.Flow(paths[name])
    except (OSError, ValueError, ArithmeticError, LookupError, lire_pes.expat.ExpatError) as error:
        say(False, "", f"{name} : ce flux ne se lit pas : {error}")
        return None
    wrong = flow.wrong + [f"l'identifiant {key} est donné deux fois" for key in flow.repeated()]
    say(not wrong, f"{name} : chaque identifiant est unique, chaque chose à sa place", f"{name} : {' ; '.join(wrong)}")
    if one["signe"] or flow.signatures:
        check_signatures(paths, name, flow, one["autorites"])
    else:
        say(None, f"{name} : ce fichier n'est pas signé électroniquement : {one['pourquoi']}", "")
    for mandat in one["mandats"]:
        check_mandat(name, flow, mandat)
    if flow.sheets and not one["mandats"]:
        say(None, f"{name} : rien ne dit quels mandats de cette facture y chercher", "")
    check_pieces(name, flow, {piece["id"]: piece["fichier"] for piece in one["pieces"]}, found)
    return flow.unsigned(), name


def check_pieces(name, flow, told, found):
    """Compare chaque pièce jointe d'un flux au fichier du dossier."""
    there, others = {digest: file for file, digest in found.items()}, []
    for key in sorted(told.keys() | flow.pieces.keys()):
        digest = flow.pieces.get(key)
        file = told.get(key) or there.get(digest)
        what = f"{name} : sa pièce jointe {key}"
        if file:
            say(digest == found.get(file), f"{what} est le fichier {file}", f"{what} n'est pas le fichier {file}")
        else:
            others.append(key)
    if others:
        words = "n'ont pas leur fichier ici : elles sont d'autres mandats, ou en ont été retirées"
        say(None, f"{name} : ses pièces jointes {', '.join(others)} {words}", "")


def check_signatures(paths, name, flow, authorities):
    """Vérifie que tout ce qui ordonne de payer est signé une fois, puis chaque signature."""
    signed = [sheet.signatures for sheet in flow.sheets], flow.root.signatures
    each, whole = ([1] * len(flow.sheets), 0), ([0] * len(flow.sheets), 1)
    ok = f"{name} : tout ce qui ordonne de payer y est signé une fois"
    say(signed in (each, whole), ok, f"{name} : un bordereau n'y est pas signé, ou l'est deux fois")
    chains = {key: paths[chain] for key, chain in authorities.items() if chain in paths}
    for signature in flow.signatures:
        what = f"{name}, {signature.holder.id or 'sans identifiant'} : "
        for good, ok, refused in signature_pes.check(signature, chains):
            say(good, what + ok, what + refused)


def check_mandat(name, flow, mandat):
    """Vérifie qu'un flux ordonne ce mandat, une fois, dans ce bordereau, pour ce montant."""
    place = {key: bare(mandat[key]) for key in ("Exer", "IdBord", "TypBord")}
    sheets = [one for one in flow.sheets if place == {key: bare(one.place.get(key, "")) for key in place}]
    amounts = [amount for one in sheets for number, amount in one.mandats if bare(number) == bare(mandat["IdPce"])]
    what = f"{name} : bordereau n° {mandat['IdBord']} de {mandat['Exer']}, mandat n° {mandat['IdPce']}"
    refused = f"{what} : {mandat['montant']} € attendus, lu : {', '.join(map(str, amounts)) or 'rien'}"
    say(amounts == [Decimal(mandat["montant"])], f"{what} : {mandat['montant']} €", refused)


def bare(number):
    return number.strip().lstrip("0")


def main(folder):
    if not shutil.which("openssl"):
        say(False, "", "le programme openssl n'est pas sur cette machine : installez-le, puis recommencez")
        return 1
    found = check_files(folder)
    facts = read_json(folder, FACTS)
    lines = check_journal(folder)
    bare = check_flows(folder, facts, found)
    check_documents(facts, found, lines)
    check_named(facts, found, lines, bare)
    for limit in LIMITS:
        say(None, limit.format(head=read_json(folder, MANIFEST)["journal"]["empreinte"]), "")
    print(f"Empreinte de ce dossier (SHA-256 de {MANIFEST}) : {fingerprint(os.path.join(folder, MANIFEST))}")
    print("La commune doit pouvoir la montrer dans son journal, à la date où elle vous a remis le dossier.")
    refused = f"REFUSÉ : {len(REFUSALS)} constat{'s' * (len(REFUSALS) > 1)} contre ce dossier"
    print(refused if REFUSALS else "Rien n'est refusé", f"; NON PROUVÉ : {len(UNPROVEN)}, à lire un par un.")
    return 1 if REFUSALS else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    try:
        sys.exit(main(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        print(f"REFUS      ce dossier ne se vérifie pas, une partie en manque ou n'a pas sa forme : {failure!r}")
        sys.exit(1)
