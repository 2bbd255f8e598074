"""What is said of a collectivité that nobody looks at: each trouble once, its remedy, and nothing when all is well."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dematfin.domain.unattended.health import Grade, Trouble, Vitals, grade, troubles
from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.domain.unattended.standing import Standing

NOW = datetime(2026, 3, 2, 10, 40, tzinfo=UTC)
GUIDE = Path(__file__).parents[2] / "docs" / "guide-surveillance.md"
MEGABYTE = 1_000_000


def each_hour(instant: datetime) -> datetime:
    """Return the next round hour."""
    return (instant + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)


def ran(key: str, hour: int, minute: int = 0, *said: str) -> Run:
    at = NOW.replace(hour=hour, minute=minute)
    return Run(id=key, began_at=at).begun(at).told(len(said), said).ended(at)


def vitals(*runs: Run, **changes: object) -> Vitals:
    standing = Standing(runs=runs or (ran(DAY, 10),), **changes)  # type: ignore[arg-type]
    hours: dict[str, Callable[[datetime], datetime | None]] = {DAY: each_hour}
    free = 10_000 * MEGABYTE
    return Vitals(now=NOW, standing=standing, disk_free=free, disk_minimum=MEGABYTE, schedules=hours)


def only(found: tuple[Trouble, ...]) -> Trouble:
    (one,) = found
    return one


def test_nothing_is_said_when_all_is_well() -> None:
    assert troubles(vitals()) == ()
    assert grade(()) is Grade.GOOD


@pytest.mark.parametrize(
    ("hour", "minute", "late"),
    [(10, 0, False), (9, 0, False), (8, 59, True), (9, 1, False), (8, 0, True), (8, 1, True)],
)
def test_two_hours_that_passed_without_a_run_are_one_too_many(hour: int, minute: int, *, late: bool) -> None:
    """At 10:40 with half an hour of grace: what began at 8:59 has missed 9:00 and 10:00."""
    found = troubles(vitals(ran(DAY, hour, minute)))
    assert [one.code for one in found] == (["retard"] if late else [])


def test_a_run_that_has_waited_less_than_its_grace_is_not_late() -> None:
    early = replace(vitals(ran(DAY, 8, 30)), now=NOW.replace(minute=29))
    assert troubles(early) == ()


def test_a_schedule_that_has_no_hour_any_more_is_never_late() -> None:
    ended = replace(vitals(ran(DAY, 1)), schedules={DAY: lambda _: None})
    assert troubles(ended) == ()


def test_what_never_ran_and_what_never_succeeds_are_to_be_seen() -> None:
    assert only(troubles(vitals(ran("import", 10)))).code == "jamais"
    failing = replace(ran(DAY, 10, 0, "Facture 12 de Mme Martin : illisible"), done_at=NOW.replace(hour=7))
    trouble = only(troubles(vitals(failing)))
    assert (trouble.code, trouble.grade) == ("echec", Grade.TO_SEE)
    assert "07:40" in trouble.sentence
    assert "Martin" not in trouble.sentence
    assert trouble.detail == "Facture 12 de Mme Martin : illisible"
    assert troubles(vitals(replace(failing, done_at=NOW.replace(hour=9)))) == ()


def test_a_step_set_aside_waits_for_a_person() -> None:
    aside = replace(Run(id="import", began_at=NOW, attempts=5), aside_since=NOW)
    trouble = only(troubles(replace(vitals(ran(DAY, 10), aside), names={"import": "import"})))
    assert (trouble.code, trouble.grade) == ("de-cote", Grade.BROKEN)
    assert "ouvrier relancer import" in trouble.sentence


def test_a_broken_journal_is_told_until_it_is_found_whole() -> None:
    broken = ran(JOURNAL, 9, 0, "La chaîne est rompue à l'évènement n° 3.")
    assert only(troubles(vitals(ran(DAY, 10), broken))).code == "journal"
    assert troubles(vitals(ran(DAY, 10), ran(JOURNAL, 10))) == ()


@pytest.mark.parametrize(("days", "told"), [(-1, Grade.BROKEN), (0, Grade.TO_SEE), (60, Grade.TO_SEE), (61, None)])
def test_a_certificate_is_told_before_and_after_its_end(days: int, told: Grade | None) -> None:
    ends: dict[str, date] = {"S²LOW": NOW.date() + timedelta(days=days)}
    assert [one.grade for one in troubles(vitals(certificates=ends))] == ([told] if told else [])


@pytest.mark.parametrize(("free", "told"), [(0, Grade.BROKEN), (1, Grade.TO_SEE), (2, None)])
def test_the_disk_is_told_before_it_is_full(free: int, told: Grade | None) -> None:
    found = troubles(replace(vitals(), disk_free=free * MEGABYTE))
    assert [one.grade for one in found] == ([told] if told else [])


def test_a_neighbour_is_told_from_the_next_day_on() -> None:
    assert troubles(vitals(troubled_links={"S²LOW": NOW})) == ()
    assert only(troubles(vitals(troubled_links={"S²LOW": NOW - timedelta(days=1)}))).code == "liaison"


def test_the_worst_comes_first_and_decides() -> None:
    both = vitals(ran(DAY, 1), certificates={"S²LOW": NOW.date()})
    found = troubles(both)
    assert [one.code for one in found] == ["retard", "certificat"]
    assert grade(found) is Grade.BROKEN


def test_without_a_base_or_a_configuration_nothing_else_is_judged() -> None:
    away = replace(vitals(ran(DAY, 1)), standing=None, silence="connexion refusée")
    assert (only(troubles(away)).code, only(troubles(away)).detail) == ("base", "connexion refusée")
    wrong = replace(away, misconfigured="clé inconnue", disk_free=None)
    assert only(troubles(wrong)).code == "configuration"
    assert [one.code for one in troubles(replace(vitals(), disk_free=None))] == ["disque"]


def test_an_elimination_that_was_cut_short_is_named_after_an_hour() -> None:
    begun = vitals(unended={"EL2037-1": NOW - timedelta(minutes=59)})
    assert troubles(begun) == ()
    one = only(troubles(vitals(unended={"EL2037-1": NOW - timedelta(minutes=61)})))
    assert (one.code, one.grade) == ("elimination", Grade.TO_SEE)
    assert "EL2037-1" in one.sentence


def test_one_that_is_cared_for_elsewhere_is_to_be_seen_and_nothing_else_is_said_of_it() -> None:
    one = only(troubles(Vitals(now=NOW, put_off="Un service s'en occupe déjà (mairie:12)")))
    assert (one.code, one.grade, one.detail) == ("attente", Grade.TO_SEE, "Un service s'en occupe déjà (mairie:12)")


def test_the_guide_names_each_trouble_and_no_other() -> None:
    source = Path(troubles.__code__.co_filename).read_text(encoding="utf-8")
    known = set(re.findall(r'_(?:broken|to_see)\(\s*"([a-z-]+)"', source))
    section = GUIDE.read_text(encoding="utf-8").partition("### Ce que disent `sante`")[2].partition("###")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == known
