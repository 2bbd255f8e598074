"""`config modele|unites`: what an installation starts from."""

from pathlib import Path

from cli.office import Office, plain

ROOT = Path(__file__).parents[2]


def test_a_unit_that_somebody_has_changed_stays_as_it_is(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "system"
    assert office.alone("config", "unites", str(folder)).code == 0
    theirs = folder / "dematfin.service"
    theirs.write_text("[Service]\n", encoding="utf-8")
    answer = office.alone("config", "unites", str(folder))
    assert "Laissé comme vous l'avez écrit : dematfin.service." in answer.out
    assert theirs.read_text(encoding="utf-8") == "[Service]\n"


def test_a_folder_where_nothing_can_be_written_is_told(office: Office, tmp_path: Path) -> None:
    (tmp_path / "occupe").write_text("", encoding="utf-8")
    answer = office.alone("config", "unites", str(tmp_path / "occupe"))
    assert (answer.code, "Rien n'y a été écrit" in answer.err) == (2, True)
    plain(answer.said)


def test_the_model_is_that_of_one_or_of_several(office: Office) -> None:
    assert office.alone("config", "modele").out == (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert "[collectivites." in office.alone("config", "modele", "--syndicat").out
