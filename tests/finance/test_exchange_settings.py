"""`[echange]`: each mistake is named, in French, before anything is written under a wrong name."""

import re
from pathlib import Path

import pytest

from dematfin.config.several import load
from dematfin.domain.exchange.exchange_rules import INVOICE_TITLES, JOURNAL_TITLES
from dematfin.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def configured(folder: Path, *lines: str) -> Path:
    path = folder / "config.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    path.write_text(f"{text}\n[echange]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ('colonnes = { numro = "N°" }', "echange.colonnes : colonne inconnue « numro »"),
        ('colonnes = { ht = "M", ttc = "M" }', "donnez à chaque colonne un titre, chacune le sien"),
        ('colonnes_journal = { compte = " " }', "donnez à chaque colonne un titre"),
        ('nom_facture = "{facture!r}.pdf"', "n'est pas une règle de nom"),
        ('nom_facture = "{facture.pdf"', "n'est pas une règle de nom"),
        ('nom_facture = "{numero}.pdf"', "le nom doit contenir {facture}"),
        ('nom_facture = "{facture}.exe"', "finir par .pdf"),
        (f'nom_facture = "{"x" * 170}{{facture}}.pdf"', "peut dépasser ce qu'un disque accepte"),
        ('nom_livraison = "{facture}.csv"', "champ inconnu « facture »"),
        ('nom_journal = "{jour}.csv"', "le nom doit contenir {bordereau}"),
        ('dates = "JJ/MM"', "une date s'écrit avec JJ, MM et AAAA"),
        ('dates = "JJ/JJ/AAAA"', "une date s'écrit avec JJ, MM et AAAA"),
        ('encodage = "ebcdic"', "echange.encodage : valeur inconnue"),
        ('separateur = "::"', "echange.separateur : valeur inconnue"),
        ('depot_pes = "a"\nretours = "a"', "depot_pes est un dossier à part"),
        ('separateur = ","', "le séparateur ne peut pas être la virgule des montants"),
        ("jours_mandatement = 0", "echange.jours_mandatement"),
        ('depots = "a"', "echange.depots : clé inconnue"),
    ],
)
def test_a_mistake_is_named_in_french(tmp_path: Path, line: str, explained: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(configured(tmp_path, line))
    assert explained in str(refused.value)


def test_the_commented_example_is_right_and_names_every_column(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    block = text[text.index("# [echange]") : text.index("[stockage]")]
    lines = [line.removeprefix("# ") for line in block.splitlines() if re.match(r"# \w+ = ", line)]
    settings = load(configured(tmp_path, *lines)).echange
    assert settings is not None
    assert settings.rules().columns["numero"] == "N° pièce"
    assert settings.rules().journal_columns["compte"] == "Compte"
    assert settings.rules().form.day == "%d/%m/%Y"
    for title in (*INVOICE_TITLES, *JOURNAL_TITLES):
        assert re.search(rf"\b{title}\b", block), title


def test_the_folders_are_wired_only_where_there_are_some(tmp_path: Path) -> None:
    assert load(EXAMPLE).echange is None
    path = configured(tmp_path, 'factures = "f"')
    settings = load(path)
    assert settings.echange is not None
    assert settings.echange.factures == tmp_path / "f"
    assert settings.echange.rules().columns == {one: one for one in INVOICE_TITLES}
