"""`[logiciel_financier]`: a key that is no title of ours is refused before any file is read."""

import re
from pathlib import Path

import pytest

from dematfin.config.several import load
from dematfin.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def configured(folder: Path, *lines: str) -> Path:
    """Write the example with these lines under `[logiciel_financier]`."""
    path = folder / "config.toml"
    head = "[logiciel_financier]\n"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert head in text
    kept = re.sub(r"^connait_nos_mandats.*\n", "", text, flags=re.MULTILINE)
    path.write_text(kept.replace(head, head + "\n".join(lines) + "\n"), encoding="utf-8")
    return path


def test_the_commented_examples_are_right(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "config.toml"
    path.write_text(re.sub(r"^# (colonnes_(?!journal))", r"\1", text, flags=re.MULTILINE), encoding="utf-8")
    settings = load(path).logiciel_financier
    assert settings.colonnes_engagements["numero"] == "N° Engagt"
    assert settings.colonnes_tiers
    assert settings.colonnes_credits


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        (
            'colonnes_engagements = { numro = "N°" }',
            "colonnes_engagements : colonne inconnue « numro »",
        ),
        (
            'colonnes_tiers = { montant = "Montant" }',
            "colonnes_tiers : colonne inconnue « montant »",
        ),
        ('colonnes_credits = { chapitre = " " }', "donnez à « chapitre » le titre"),
        ("colonnes_credits = { chapitre = 3 }", "logiciel_financier.colonnes_credits.chapitre : texte attendu"),
        ("colonnes_factures = {}", "logiciel_financier.colonnes_factures : clé inconnue"),
    ],
)
def test_a_mistake_is_named_in_french(tmp_path: Path, line: str, explained: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(configured(tmp_path, line))
    assert explained in str(refused.value)


@pytest.mark.parametrize("knows", [True, False])
def test_whether_the_export_counts_our_mandats_reaches_the_rules(tmp_path: Path, knows: bool) -> None:  # noqa: FBT001
    path = configured(tmp_path, f"connait_nos_mandats = {str(knows).lower()}")
    assert load(path).policy().finance_knows_our_mandats is knows
    assert load(EXAMPLE).policy().finance_knows_our_mandats is False
