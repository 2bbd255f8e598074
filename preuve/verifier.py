#!/usr/bin/env python3
"""Vérifie un dossier de preuve sans dematfin : Python 3.9 ou plus récent et le programme openssl, rien d'autre.

    python3 verifier.py            depuis le dossier ; ou bien : python3 verifier.py DOSSIER

Chaque ligne est OK, REFUS, ou NON PROUVÉ (ce que le dossier ne peut pas prouver). Code 0 : aucun refus ; sinon 1.
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

import lire_pes  # noqa: E402
import signature_pes  # noqa: E402

MANIFEST, JOURNAL, FACTS = "manifeste.json", "journal.jsonl", "preuve.json"
FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")
NAMING = ("sha256", "fiche")
REFUSALS = []
LIMITS = (
    "la révocation d'un certificat à la date de signature : signature/rapport.txt dit ce que la commune en savait",
    "que les autorités jointes sont dignes de confiance : comparez-les à la liste de confiance nationale",
    "que cet extrait est bien dans le journal de la commune : demandez-lui dematfin journal verifier --empreinte {head}",
)


def say(good, ok, refused):
    """Écrit ce qui est vérifié, ou pourquoi cela est refusé ; None : ce que le dossier ne prouve pas."""
    print(f"NON PROUVÉ {ok}" if good is None else f"OK         {ok}" if good else f"REFUS      {refused}")
    REFUSALS.extend([refused] if good is False else [])


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
    found = {name: "un lien" if os.path.islink(path) else fingerprint(path) for name, path in there.items()}
    for name in sorted(listed.keys() & there.keys()):
        if (found[name], os.path.getsize(there[name])) != (listed[name]["sha256"], listed[name]["octets"]):
            say(False, "", f"{name} : ce fichier a changé depuis que le dossier a été fait")
    if not REFUSALS:
        say(True, f"manifeste : {len(listed)} fichiers, aucun ne manque, n'a changé ni n'a été ajouté", "")
    return found


def check_journal(folder):
    """Recalcule l'empreinte de chaque ligne (celle d'avant, puis son contenu) et l'ordre ; rend ce qu'elles disent."""
    last = read_json(folder, MANIFEST)["journal"]["evenements"]
    lines, before, refused = {}, (0, ""), len(REFUSALS)
    with open(os.path.join(folder, JOURNAL), encoding="utf-8") as source:
        for rank, text in enumerate(source, start=1):
            line = json.loads(text)
            said = json.loads(line["contenu"])
            number, what = said["sequence"], f"journal, ligne {rank} (évènement {said['sequence']})"
            canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            sealed = hashlib.sha256((line["precedent"] + line["contenu"]).encode()).hexdigest()
            if sealed != line["empreinte"] or canonical != line["contenu"]:
                say(False, "", f"{what} : elle a été modifiée, son empreinte ne tient plus")
            if number <= before[0]:
                say(False, "", f"{what} : elle n'est pas à sa place")
            if number == before[0] + 1 and line["precedent"] != (before[1] or line["precedent"]):
                say(False, "", f"{what} : elle ne tient pas à celle d'avant, l'évènement {before[0]}")
            if number > last:
                say(False, "", f"{what} : le journal n'avait que {last} évènements ce jour-là, dit le manifeste")
            lines[number], before = said, (number, line["empreinte"])
    if len(REFUSALS) == refused:
        say(True, f"journal : {len(lines)} évènements, chacun tient à son empreinte et à sa place", "")
    return lines


def check_fingerprints(facts, found, lines, bare):
    """Rapproche les empreintes que nomment le journal et le registre de celles des fichiers joints.

    `bare` : l'empreinte de chaque flux sans ses signatures, puis son nom.
    """
    for one in facts["documents"]:
        by = ", ".join(f"évènement {number}" for number in one["evenements"]) or "registre"
        named = all(one["sha256"] in json.dumps(lines.get(number)) for number in one["evenements"])
        good = named and found.get(one["fichier"]) == one["sha256"]
        say(
            good,
            f"{one['fichier']} : c'est le fichier nommé ({by})",
            f"{one['fichier']} : ce n'est pas le fichier nommé ({by})",
        )
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


def check_flow(folder, one, found):
    """Vérifie un flux : sa forme, ses signatures, et qu'il porte les mandats et les pièces de cette facture.

    Rend son empreinte sans ses signatures, et son nom.
    """
    name = one["fichier"]
    try:
        flow = lire_pes.Flow(os.path.join(folder, *name.split("/")))
    except (OSError, ValueError, ArithmeticError, LookupError, lire_pes.expat.ExpatError) as error:
        say(False, "", f"{name} : ce flux ne se lit pas : {error}")
        return None
    wrong = flow.wrong + [f"l'identifiant {key} est donné deux fois" for key in flow.repeated()]
    say(not wrong, f"{name} : chaque identifiant est unique, chaque chose à sa place", f"{name} : {' ; '.join(wrong)}")
    if one["signe"]:
        check_signatures(folder, name, flow, one["autorites"])
    else:
        say(None, f"{name} : ce fichier n'est pas signé électroniquement : {one['pourquoi']}", "")
    for mandat in one["mandats"]:
        check_mandat(name, flow, mandat)
    for piece in one["pieces"]:
        what, same = (
            f"{name} : sa pièce jointe {piece['id']}",
            flow.pieces.get(piece["id"]) == found.get(piece["fichier"]),
        )
        say(same, f"{what} est le fichier {piece['fichier']}", f"{what} n'est pas le fichier {piece['fichier']}")
    return flow.unsigned(), name


def check_signatures(folder, name, flow, authorities):
    """Vérifie que tout ce qui ordonne de payer est signé une fois, puis chaque signature."""
    signed = [sheet.signatures for sheet in flow.sheets], flow.root.signatures
    each, whole = ([1] * len(flow.sheets), 0), ([0] * len(flow.sheets), 1)
    ok = f"{name} : tout ce qui ordonne de payer y est signé une fois"
    say(signed in (each, whole), ok, f"{name} : un bordereau n'y est pas signé, ou l'est deux fois")
    chains = {key: os.path.join(folder, *chain.split("/")) for key, chain in authorities.items()}
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
    bare = dict(filter(None, [check_flow(folder, one, found) for one in facts["flux"]]))
    check_fingerprints(facts, found, lines, bare)
    if not facts["flux"]:
        say(None, "aucun flux ne porte cette facture : rien n'a été ordonné au comptable par ce moyen", "")
    for limit in LIMITS:
        say(None, limit.format(head=read_json(folder, MANIFEST)["journal"]["empreinte"]), "")
    print(f"Empreinte de ce dossier (SHA-256 de {MANIFEST}) : {fingerprint(os.path.join(folder, MANIFEST))}")
    print("La commune doit pouvoir la montrer dans son journal, à la date où elle vous a remis le dossier.")
    print(f"REFUSÉ : {len(REFUSALS)} constats contre ce dossier." if REFUSALS else "Rien n'est refusé.")
    return 1 if REFUSALS else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    try:
        sys.exit(main(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        print(f"REFUS      ce dossier ne se vérifie pas, une partie en manque ou n'a pas sa forme : {failure!r}")
        sys.exit(1)
