"""A bundle of proof whose files or journal were changed, even with its manifest made up: each change is named."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from auditor import change, copied, make_up, names, refusals


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
