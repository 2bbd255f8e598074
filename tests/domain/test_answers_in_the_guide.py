"""The guide of answers says what the program says: each code, who acts, what that person does, what is typed."""

import re
from collections.abc import Iterator
from pathlib import Path

from dematfin.domain.mandat.anomalies import ACK, DOMAINS, NUMBERED
from dematfin.domain.mandat.explanation import BACK, NEXT
from dematfin.domain.mandat.mandat import MANDAT_MACHINE
from dematfin.domain.mandat.meaning import REISSUE, RESUME, Meaning, Responsible
from dematfin.domain.mandat.observations import OBSERVATIONS

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guide-reponses.md"
TEXT = GUIDE.read_text(encoding="utf-8")
NAMES = {"mandat": "M…", "bordereau": "B…", "facture": "F…"}


def row(code: str, found: Meaning, usual: str) -> str:
    then = usual if found.then is None else found.then
    typed = ", puis ".join(f"`{command.format(**NAMES)}`" for command in (found.command, then) if command)
    return f"| {code} | {found.why} | {found.who} | {found.remedy} | {typed or '—'} |"


def rows() -> Iterator[str]:
    for code, found in {**ACK, **NUMBERED}.items():
        yield row(code, found, RESUME)
    for domain, found in DOMAINS.items():
        yield row(f"domaine {domain}", found, RESUME)
    for code, found in OBSERVATIONS.items():
        yield row(code, found, REISSUE)


def test_each_code_has_its_row_in_the_guide_and_no_other_is_there() -> None:
    listed = [line for line in TEXT.splitlines() if line.count(" | ") == 4 and not line.startswith("| Code")]
    assert listed == list(rows())


def test_each_state_of_a_mandat_is_told() -> None:
    told = dict(re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]*) \|$", TEXT, re.MULTILINE))
    words = {MANDAT_MACHINE.words[state] for state in MANDAT_MACHINE.words}
    assert words | {"écarté"} == told.keys() - {"État du mandat"}
    for state, (who, command) in NEXT.items():
        assert str(who) in told[MANDAT_MACHINE.words[state]]
        assert command.format(**NAMES) in told[MANDAT_MACHINE.words[state]]
    for state, command in BACK.items():
        assert command.format(**NAMES) in told[MANDAT_MACHINE.words[state]]
    assert all(str(who) in TEXT for who in Responsible)
