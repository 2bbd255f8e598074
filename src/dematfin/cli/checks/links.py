"""Neighbours: each is called as `config verifier` does, and the folders that are shared with others are looked at."""

from collections.abc import Callable, Iterator
from pathlib import Path

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.hours import compared
from dematfin.cli.checks.line import Line, bad, good
from dematfin.errors import Unreachable
from dematfin.support.http import hearing
from dematfin.support.shares import REMEDY, check_writable, is_there, reaching

OURS = ".dematfin"


def chorus(examined: Examined) -> Iterator[Line]:
    """Call Chorus Pro."""
    yield from _called(examined, "Chorus Pro", examined.diagnosis.chorus)


def tdt(examined: Examined) -> Iterator[Line]:
    """Call S²LOW; the folders that stand for a TdT are looked at apart."""
    if examined.settings.s2low:
        yield from _called(examined, examined.diagnosis.tdt_way, examined.diagnosis.tdt)


def parapheur(examined: Examined) -> Iterator[Line]:
    """Call the bought i-Parapheur."""
    if examined.diagnosis.has_parapheur:
        yield from _called(examined, "i-Parapheur", examined.diagnosis.parapheur)


def mail(examined: Examined) -> Iterator[Line]:
    """Enter the mail server; nothing is sent."""
    if examined.settings.courriel:
        yield good("courriel", examined.diagnosis.mail())


def folders(examined: Examined) -> Iterator[Line]:
    """Look at the folders that stand for a TdT; to use them for the first time is not ours."""
    settings = examined.settings.tdt_dossier
    for name, place in (("dépôt", settings.depot), ("retour", settings.retour)) if settings else ():
        yield _folder(f"dossier du TdT, {name}", place)


def paper(examined: Examined) -> Iterator[Line]:
    """Look at the readers of scans, and at the folders that are watched."""
    yield good("numérisation", examined.diagnosis.paper())


def exchange(examined: Examined) -> Iterator[Line]:
    """Look at the folders that are shared with the finance software."""
    if examined.diagnosis.has_exchange:
        yield good("dossiers d'échange", examined.diagnosis.exchange())


def _called(examined: Examined, subject: str, call: Callable[[], str]) -> Iterator[Line]:
    with hearing() as heard:
        said = call()
    yield good(subject, said)
    yield from compared(examined, heard)


def _folder(subject: str, place: Path) -> Line:
    with reaching(place):
        check_writable(place)
        if is_there(place / OURS):
            return good(subject, str(place))
    found = f"{place} n'a pas de dossier {OURS} : ou il n'a jamais servi, ou son partage n'est pas monté"
    return bad(subject, found, REMEDY, Unreachable.exit_code)
