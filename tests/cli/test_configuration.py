"""The configuration file: complete, strict, and explained in French."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from cli.office import Office, plain
from dematfin.cli.context import system_account
from dematfin.cli.diagnosis import Diagnosis
from dematfin.config.settings import Settings
from dematfin.config.several import house, load
from dematfin.errors import ConfigError, Unreachable
from dematfin.support.settings import Section
from dematfin.tdt.folder import FolderTdt
from dematfin.wiring import reach_tdt
from examples import CCAS, invoice

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def keys(section: type[BaseModel], prefix: str = "") -> set[str]:
    """Return every key that the configuration knows, nested ones with dots."""
    found: set[str] = set()
    for name, field in section.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        inner = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)), None)
        found |= keys(inner, f"{prefix}{name}.") if inner else {f"{prefix}{name}"}
    return found


def written(table: dict[str, Any], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in table.items():
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if name == "routes":
            (inner,) = value.values()  # its keys are those of the collectivité
        found |= written(inner, f"{prefix}{name}.") if isinstance(inner, dict) else {f"{prefix}{name}"}
    return found


def test_the_example_names_every_key_and_no_other() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    commented_keys = [line.removeprefix("# ") for line in lines if line.startswith("# ") and " = " in line[:40]]
    tables = [line.removeprefix("# ") for line in lines if line.startswith("# [")]
    text = "\n".join(line for line in lines if line.strip("# ") not in [*commented_keys, *tables])
    known = written(tomllib.loads(text))
    known |= {f"{where}.{key.split(' = ')[0]}" for where, key in optional(lines)}
    assert known == keys(Settings)


def optional(lines: list[str]) -> list[tuple[str, str]]:
    """Return the keys that the example leaves in comments, each with its table."""
    table, found = "", []
    for line in lines:
        bare = line.removeprefix("# ")
        if bare.startswith("[") and bare.rstrip().endswith("]"):
            table = bare.strip("[] \n")
        elif line.startswith("# ") and " = " in bare and bare.split(" = ")[0].isidentifier():
            found.append((table, bare))
    return found


def test_the_example_is_a_right_configuration() -> None:
    settings = load(EXAMPLE)
    assert settings.stockage.base == EXAMPLE.parent / "var/registre.db"
    assert [budget.code for budget in settings.policy().budgets] == ["COMMUNE", "CCAS"]


@pytest.mark.parametrize(
    ("change", "explained"),
    [
        ({"inconnu": 1}, "inconnu : clé inconnue"),
        ({"collectivite": {"siret": "21990042000016", "nom": "X"}}, "collectivite.siret : SIRET invalide"),
        ({"visa": {"jours": 99}}, "visa.jours : valeur trop grande"),
        ({"visa": {"zone": "lune"}}, "visa.zone : valeur inconnue"),
        ({"chorus": {"client_id": "x"}}, "chorus.client_secret : clé obligatoire absente"),
        (
            {"numerisation": {"routes": {"ECOLE": {"siret": "21990051000013"}}}},
            "numerisation.routes.ECOLE.siret n'est celui d'aucun budget",
        ),
        (
            {"signature": {"lieu": "parapheur", "pkcs12": "m.p12", "ville": "V", "code_postal": "99000"}},
            "signature.lieu vaut « parapheur » : remplissez type_pes",
        ),
        ({"interets": {"taux": {"2025-S3": "10.15"}}}, "interets.taux.2025-S3.[key] : valeur mal formée"),
        ({"interets": {"taux": {"2025-S2": "31"}}}, "interets.taux.2025-S2 : valeur trop grande (30 au plus)"),
        ({"interets": {"taux": {"2025-S2": "dix"}}}, "interets.taux.2025-S2 : nombre attendu, entre guillemets"),
        ({"delais": {"marches": {"2025-17": 45}}}, "delais.marches.2025-17 dépasse controles.delai_paiement"),
        ({"delais": {"part_comptable": 31}}, "delais.part_comptable dépasse controles.delai_paiement"),
        ({"alertes": {"destinataires": ["claire"]}}, "alertes.destinataires.0 : une adresse est attendue"),
        ({"numerisation": {"routes": {"bas": {"siret": "21990042000015"}}}}, "numerisation.routes.bas"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, change: dict[str, Any], explained: str) -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8")) | change
    path = tmp_path / "config.toml"
    path.write_text(_toml(table), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert explained in str(refused.value)


def test_rates_and_shorter_delays_reach_the_rules(tmp_path: Path) -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    table["budgets"][1]["delai_paiement"] = 25
    table |= {"interets": {"taux": {"2026-S2": "10.15"}}, "delais": {"marches": {"2025-17": 20}, "part_comptable": 8}}
    path = tmp_path / "config.toml"
    path.write_text(_toml(table), encoding="utf-8")
    policy = load(path).policy()
    assert (policy.rates["2026-S2"], policy.rates["2022-S2"]) == (Decimal("10.15"), Decimal("8.00"))
    assert policy.comptable_days == 8
    ordinary, of_ccas = invoice(), replace(invoice(), siret=CCAS)
    under_marche = replace(of_ccas, marche="2025/17")
    assert [policy.days_for(one) for one in (ordinary, of_ccas, under_marche)] == [30, 25, 20]
    assert policy.days_for(ordinary, "2025-17") == 20  # known by its engagement


FOLDERS = {"depot": "depot", "retour": "retour"}


@pytest.fixture
def by_folders(tmp_path: Path) -> Path:
    """Return a configuration whose flows leave by folders."""
    return _by_folders(tmp_path, FOLDERS)


def test_flows_may_leave_by_folders_in_place_of_a_platform(by_folders: Path) -> None:
    settings = load(by_folders)
    found = settings.tdt_dossier
    assert found is not None
    assert (settings.s2low, found.depot) == (None, by_folders.parent / "depot")
    assert (found.done, found.failed) == (found.retour / "traites", found.retour / "erreurs")
    assert settings.policy().verify_after == timedelta(0)  # a folder knows at once what it has
    tdt = reach_tdt(settings, by_folders.parent)
    assert isinstance(tdt, FolderTdt)
    assert str(found.depot) in tdt.name
    assert tdt.certificate_expires_on is None


@pytest.mark.parametrize("sections", [[], ["s2low", "tdt_dossier"]], ids=["none", "both"])
def test_flows_leave_by_one_way(tmp_path: Path, sections: list[str]) -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    ways = {"s2low": table.pop("s2low"), "tdt_dossier": FOLDERS}
    path = tmp_path / "config.toml"
    path.write_text(_toml(table | {name: ways[name] for name in sections}), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"\[s2low\] ou la section \[tdt_dossier\], et une seule"):
        load(path)


@pytest.mark.parametrize(
    "change", [{"traites": "retour"}, {"erreurs": "depot"}, {"traites": "lus", "erreurs": "lus"}], ids=str
)
def test_what_was_read_goes_to_a_place_of_its_own(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="traites et erreurs sont deux dossiers différents"):
        load(_by_folders(tmp_path, FOLDERS | change))


def test_the_check_of_folders_says_what_will_serve_or_what_is_missing(by_folders: Path) -> None:
    diagnosis = Diagnosis(house(by_folders))
    assert diagnosis.tdt_way == "dossiers du TdT"
    with pytest.raises(Unreachable, match="depot ne peut pas servir : fichier ou dossier absent"):
        diagnosis.tdt()
    for name in FOLDERS.values():
        (by_folders.parent / name).mkdir()
    assert str(by_folders.parent / "depot") in diagnosis.tdt()
    assert (by_folders.parent / "depot" / ".dematfin").is_dir()


def _by_folders(folder: Path, section: dict[str, Any]) -> Path:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    del table["s2low"]
    path = folder / "config.toml"
    path.write_text(_toml(table | {"tdt_dossier": section}), encoding="utf-8")
    return path


def test_a_file_that_is_no_toml_or_is_absent_is_a_french_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("siret = ", encoding="utf-8")
    with pytest.raises(ConfigError, match="n'est pas un fichier TOML correct"):
        load(tmp_path / "bad.toml")
    with pytest.raises(ConfigError, match="option -c"):
        load(tmp_path / "absent.toml")


def _toml(table: dict[str, Any]) -> str:
    """Write just enough TOML for these tests."""
    scalars = [f"{name} = {_value(value)}" for name, value in table.items() if not _is_table(value)]
    parts = ["\n".join(scalars)]
    for name, value in table.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                head = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
                parts.append("\n".join([head, *(f"{key} = {_value(item)}" for key, item in one.items())]))
    return "\n\n".join(parts)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_the_folder_of_an_account_that_is_unknown_here_is_said(copy: Office) -> None:
    copy.change(r'base = "var/registre.db"', 'base = "~nulle-part-ici/registre.db"')
    answer = copy("config", "verifier")
    assert answer.code == 2
    assert "~nulle-part-ici" in answer.said and "donnez un chemin entier" in answer.said
    plain(answer.said)


def test_an_account_without_a_name_is_known_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 54_321)
    assert system_account() == "54321"
