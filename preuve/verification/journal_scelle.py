"""Relit l'extrait du journal scellé : l'empreinte de chaque ligne (celle d'avant, puis son contenu), et l'ordre.

Ce fichier va avec verifier.py.
"""

import hashlib
import json


def read(path, last):
    """Rend chaque évènement, le nom de sa ligne, et ce qui y est faux ; `last` : le dernier numéro qui existait."""
    before = (0, "")
    with open(path, encoding="utf-8") as source:
        for rank, text in enumerate(source, start=1):
            line = json.loads(text)
            said = json.loads(line["contenu"])
            yield said, f"journal, ligne {rank} (évènement {said['sequence']})", list(_wrong(line, said, before, last))
            before = (said["sequence"], line["empreinte"])


def _wrong(line, said, before, last):
    number = said["sequence"]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sealed = hashlib.sha256((line["precedent"] + line["contenu"]).encode()).hexdigest()
    if sealed != line["empreinte"] or canonical != line["contenu"]:
        yield "elle a été modifiée, son empreinte ne tient plus"
    if number <= before[0]:
        yield "elle n'est pas à sa place"
    elif before[0] and (number == before[0] + 1) != (line["precedent"] == before[1]):
        yield f"elle ne tient pas à celle d'avant, l'évènement {before[0]}"
    if number > last:
        yield f"le journal n'avait que {last} évènements ce jour-là, dit le manifeste"
