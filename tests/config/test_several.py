"""Several collectivités in one configuration: each has what is shared and its own, one that is wrong hides no other."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.syndicat import SHARED, A, B, C, block, in_a_folder, in_one_file, invented, own
from dematfin.config.settings import Settings
from dematfin.config.several import house, houses, load
from dematfin.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.syndicat.example.toml"


def wrong(path: Path) -> dict[str, str]:
    """Return what is wrong with each collectivité; empty when it is ready."""
    found = {}
    for one in houses(path):
        try:
            one.settings()
            found[one.siret or one.where] = ""
        except ConfigError as error:
            found[one.siret or one.where] = str(error)
    return found


def test_the_example_of_a_syndicate_is_right_and_short() -> None:
    found = houses(EXAMPLE)
    settings = [one.settings() for one in found]
    assert [one.siret for one in found] == [A, B, C]
    assert [one.stockage.base for one in settings] == [
        EXAMPLE.parent / f"var/{siret}/registre.db" for siret in (A, B, C)
    ]
    assert [bool(one.s2low) for one in settings] == [True, True, False]
    assert settings[1].horaires.journee == ("35 8 * * 1-5",) != settings[0].horaires.journee
    assert settings[0].chorus.compte == f"TECH_{A}@cpro.fr"
    text = EXAMPLE.read_text(encoding="utf-8")
    blocks = text[text.index("[collectivites.") :].strip().split("\n\n")
    assert max(len(one.splitlines()) for one in blocks) <= 8
    assert set(tomllib.loads(text)["commun"]) <= set(Settings.model_fields)


def test_a_file_and_a_folder_say_the_same(tmp_path: Path) -> None:
    one = in_one_file(tmp_path, block(A), block(B, 'fuseau = "Indian/Reunion"'))
    folder = in_a_folder(tmp_path / "d", {"a": own(A), "b": own(B, 'fuseau = "Indian/Reunion"')})
    by_file = [load(one, siret).model_dump_json() for siret in (A, B)]
    by_folder = [load(folder, siret).model_dump_json() for siret in (A, B)]
    assert [text.replace(f"{folder}/", f"{tmp_path}/") for text in by_folder] == by_file
    alone = [load(folder / f"{name}.toml").model_dump_json() for name in "ab"]
    assert alone == by_folder


@pytest.mark.parametrize(
    ("blocks", "sick", "words"),
    [
        (block(B, "visa.zonne = 3"), B, f"collectivité {B} contient des erreurs :\n  - visa.zonne : clé inconnue"),
        (
            block(B, f'collectivite.siret = "{C}"'),
            B,
            f"la clé [collectivites.{B}] et collectivite.siret ({C}) disent deux",
        ),
        (block("21990051000014"), "collectivité 21990051000014", "collectivite.siret : SIRET invalide (clé fausse)"),
        (block("valbrume"), "collectivité valbrume", "SIRET invalide (14 chiffres attendus) : valbrume"),
        (block(B, "service.port = 9"), B, "[service] est le même pour toutes les collectivités. Écrivez-le une fois"),
        (f"[collectivites]\n{B} = 3", f"collectivité {B}", "une section est attendue"),
        (block(B, "tdt_dossier = false"), B, "il y faut la section [s2low] ou la section [tdt_dossier]"),
        (block(B, "numerisation = [3]"), B, "numerisation : "),
        (block(B).replace("collectivite.nom", "collectivite.non"), B, "collectivite.nom : clé obligatoire absente"),
        (f"[collectivites.{B}]\ncollectivite = 3", B, "collectivite.nom : clé obligatoire absente"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_one_that_is_wrong_is_named_and_hides_no_other(tmp_path: Path, blocks: str, sick: str, words: str) -> None:
    found = wrong(
        in_one_file(tmp_path, blocks, block(A))
        if "[collectivites]\n" in blocks
        else in_one_file(tmp_path, block(A), blocks)
    )
    assert len(found) == 2
    assert found[A] == ""
    (said,) = [said for name, said in found.items() if name.endswith(sick)] or [""]
    assert words in said


def test_a_base_of_its_own_never_gives_way_unseen_to_the_one_that_all_share(tmp_path: Path) -> None:
    there = 'stockage.postgresql = "postgresql+psycopg://d@h/x"'
    path = in_one_file(tmp_path, block(A), block(B, there), block(C, f'{there}\nstockage.base = ""'))
    found = wrong(path)
    assert (found[A], found[C]) == ("", "")
    assert "base et postgresql sont donnés tous les deux" in found[B]
    assert load(path, C).stockage.base is None


def test_a_siret_may_be_typed_with_spaces(tmp_path: Path) -> None:
    path = in_one_file(
        tmp_path, block(A).replace(A, f'"{A[:3]} {A[3:]}"'), block(B, f'collectivite.siret = "{B[:9]} {B[9:]}"')
    )
    assert [one.siret for one in houses(path)] == [A, B]
    assert load(path, f"{B[:9]} {B[9:]}").collectivite.siret == B
    assert load(path, A).tdt_dossier == load(path, A).tdt_dossier
    assert str(load(path, A).tdt_dossier).count(A) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            SHARED + block(A) + "\n[visa]\njours = 3\n",
            r"« visa » n'y est à personne. Écrivez \[commun.visa\] pour toutes",
        ),
        ('fuseau = "Europe/Paris"\n' + SHARED + block(A), "« fuseau » n'y est à personne"),
        (SHARED, "ne contient aucune collectivité"),
        ("collectivites = 3", r"collectivites est une section"),
        ("commun = 3\n" + block(A), r"commun est une section"),
        (f"[[collectivites]]\nsiret = '{A}'", r"collectivites est une section"),
        (SHARED + block(A) + block(A), "TOML correct : voyez la ligne"),
    ],
    ids=["section", "key", "nobody", "number", "shared", "list", "twice"],
)
def test_a_file_that_is_of_nobody_is_refused_in_whole(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "syndicat.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        houses(path)


def _deep(path: Path) -> None:
    path.write_text("a = " + "[" * 5000, encoding="utf-8")


def _dotted(path: Path) -> None:
    path.write_text(".".join(["a"] * 2000) + " = 1", encoding="utf-8")


def _huge(path: Path) -> None:
    path.write_text("# " + "x" * 4_000_000, encoding="utf-8")


def _number(path: Path) -> None:
    path.write_text("a = " + "9" * 5000, encoding="utf-8")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("absent"))


def _latin(path: Path) -> None:
    path.write_bytes("nom = 'é'".encode("latin-1"))


HOSTILE = (_deep, _dotted, _huge, _number, _pipe, _endless, _loop, _nowhere, _latin, Path.mkdir)


@pytest.mark.parametrize("lay", HOSTILE, ids=lambda one: one.__name__)
def test_a_file_that_cannot_be_read_is_a_sentence_and_hides_no_other(
    tmp_path: Path, lay: Callable[[Path], None]
) -> None:
    folder = in_a_folder(tmp_path / "d", {"a": own(A)})
    bad = folder / "b.toml"
    lay(bad)
    found = wrong(folder)
    assert found[A] == ""
    assert str(bad) in found[str(bad)]
    with pytest.raises(ConfigError, match=r"b\.toml"):
        load(folder, B)  # it may be the one that was asked for
    if lay is not Path.mkdir:
        with pytest.raises(ConfigError, match=r"b\.toml"):
            houses(bad)


def test_what_editors_leave_is_nobody_and_a_mark_of_windows_is_no_mistake(tmp_path: Path) -> None:
    folder = in_a_folder(tmp_path / "d", {"a": own(A), ".#a": "garbage", "b": "\ufeff" + own(B)})
    (folder / "c.toml~").write_text("garbage", encoding="utf-8")
    assert wrong(folder) == {A: "", B: ""}


def test_a_shared_file_that_is_wrong_is_wrong_for_all(tmp_path: Path) -> None:
    folder = in_a_folder(tmp_path / "d", {"a": own(A)})
    (folder / "commun.toml").write_text("[visa", encoding="utf-8")
    for path in (folder, folder / "a.toml"):
        with pytest.raises(ConfigError, match=r"commun\.toml n'est pas un fichier TOML"):
            houses(path)


def test_a_folder_without_a_file_or_without_a_right_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ne contient aucune collectivité"):
        houses(in_a_folder(tmp_path / "d", {}))
    with pytest.raises(ConfigError, match="option -c"):
        houses(tmp_path / "absent")


def test_one_is_chosen_and_few_are_named(tmp_path: Path) -> None:
    path = in_one_file(tmp_path, *map(block, invented(40)))
    with pytest.raises(ConfigError) as asked:
        house(path)
    said = str(asked.value)
    assert "contient 40 collectivités : Commune 0000 (21990000000018), " in said.replace(
        invented(1)[0], "21990000000018"
    )
    assert "… et 37 de plus. Choisissez-en une avec --siret, ou avec la variable DEMATFIN_SIRET" in said
    with pytest.raises(ConfigError, match=f"n'a pas de collectivité {A} : Commune"):
        house(path, A)
    assert house(in_one_file(tmp_path, block(A))).siret == A
    with pytest.raises(ConfigError, match=f"n'a pas de collectivité {B}"):
        house(path, B)


@pytest.mark.parametrize("form", ["file", "folder"])
def test_four_hundred_are_read_once_and_only_the_one_that_is_asked_for_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    many = invented(400)
    path = (
        in_one_file(tmp_path, *map(block, many))
        if form == "file"
        else in_a_folder(tmp_path / "d", {siret: own(siret) for siret in many})
    )
    parsed: list[str] = []
    judged: list[Any] = []
    loads, validate = tomllib.loads, Settings.model_validate

    def loading(text: str) -> dict[str, Any]:
        parsed.append(text)
        return loads(text)

    def judging(values: Any, **context: Any) -> Settings:
        judged.append(values)
        return validate(values, **context)

    monkeypatch.setattr(tomllib, "loads", loading)
    monkeypatch.setattr(Settings, "model_validate", judging)
    assert load(path, many[399]).collectivite.siret == many[399]
    assert len(parsed) == (1 if form == "file" else 401)
    assert len(judged) == 1
    assert set(wrong(path).values()) == {""}
