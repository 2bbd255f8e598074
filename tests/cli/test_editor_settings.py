"""`[editeur]` in the configuration."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dematfin.config.editor import EditorSettings
from dematfin.config.several import load
from dematfin.domain.editor.rules import DEFAULTS, WithoutInvoice

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_nothing_said_is_our_own_rules() -> None:
    rules = EditorSettings().rules()
    assert (rules.keeps_nomfic, rules.without_invoice) == (True, DEFAULTS)
    assert load(EXAMPLE).policy().editor == rules


def test_what_a_collectivite_says_takes_the_place_of_ours() -> None:
    rules = EditorSettings.model_validate(
        tomllib.loads('nomfic = "renouveler"\n[[sans_facture]]\nlibelle = "paie"\nnatures = ["11"]\ncomptes = ["64"]')
    ).rules()
    assert not rules.keeps_nomfic
    assert rules.without_invoice == (WithoutInvoice(label="paie", natures=("11",), accounts=("64",)),)


def test_the_rules_of_the_example_are_right() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    section = lines[lines.index("[editeur]") : lines.index("[numerisation]")]
    rules = [line.removeprefix("# ") for line in section if line.startswith("# [[") or " = " in line[:20]]
    found = EditorSettings.model_validate(tomllib.loads("\n".join(["[editeur]", *rules]))["editeur"])
    assert [one.libelle for one in found.sans_facture] == ["paie", "opération d'ordre", "subvention"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"nomfic": "perdre"}, "garder"),
        ({"sans_facture": [{"libelle": "tout"}]}, "laisserait passer tous les mandats sans facture"),
        ({"sans_facture": [{"libelle": "", "natures": ["11"]}]}, "libelle"),
        ({"sans_facture": [{"libelle": "paie", "natures": ["paie"]}]}, "natures"),
        ({"sans_facture": [{"libelle": "paie", "comptes": ["64*"]}]}, "comptes"),
        ({"sans_facture": [{"libelle": "paie", "natures": ["11"], "autre": 1}]}, "autre"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_meant_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("*", r"\*")):
        EditorSettings.model_validate(table)
