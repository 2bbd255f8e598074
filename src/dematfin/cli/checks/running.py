"""Each check has its time: a neighbour, a share or a disk that hangs keeps nothing else waiting."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Final

from dematfin.cli.checks.contents import FILE, MACHINE, REST
from dematfin.cli.checks.examined import Check, Examined
from dematfin.cli.checks.line import Line, Verdict, bad, failed
from dematfin.domain.parties.iban import hide
from dematfin.domain.parties.person import Person
from dematfin.errors import DematfinError, Unreachable
from dematfin.steps.outcome import Tally

SILENT: Final = "Regardez ce qui le bloque : réseau, partage, disque, ou un autre programme. Rien d'autre n'est touché."


def machine(examined: Examined) -> Iterator[Line]:
    """Look at what all the collectivités of a configuration share."""
    yield from _each(examined, MACHINE)


def collectivite(examined: Examined) -> Iterator[Line]:
    """Look at one collectivité; without its file, at nothing else."""
    names: tuple[str, ...] = ()
    for line in bounded(FILE, examined):
        yield line
        if line.verdict is Verdict.BAD:
            return
    names = _names(examined)
    for line in _each(examined, [one for one in REST if examined.online or not one.remote]):
        yield _discreet(line, names)


def bounded(check: Check, examined: Examined) -> list[Line]:
    """Return the lines of a check, or that it did not answer; what it is still waiting for ends with this process."""
    answer: SimpleQueue[list[Line]] = SimpleQueue()
    threading.Thread(target=lambda: answer.put(_looked(check, examined)), daemon=True).start()
    try:
        return answer.get(timeout=check.seconds)
    except Empty:
        return [bad(check.subject, f"ne répond pas en {check.seconds} secondes", SILENT, Unreachable.exit_code)]


def _looked(check: Check, examined: Examined) -> list[Line]:
    found: list[Line] = []
    tally = Tally("diagnostic")
    with tally.whole(check.subject):
        try:
            found += check.look(examined)
        except DematfinError as error:
            found.append(failed(check.subject, error))
    return [*found, *(bad(check.subject, one.sentence, "", code=1) for one in tally.outcome().failures)]


def _each(examined: Examined, checks: Iterable[Check]) -> Iterator[Line]:
    for check in checks:
        yield from bounded(check, examined)


def _names(examined: Examined) -> tuple[str, ...]:
    """Return what nobody else has to read: the names and addresses of people."""
    found: list[str] = []
    bounded(Check(subject="", look=lambda one: _gather(one, found), seconds=10), examined)
    return tuple(sorted(found, key=len, reverse=True))


def _gather(examined: Examined, found: list[str]) -> Iterator[Line]:
    with examined.base.books() as books:
        found += [text for one in books.find(Person) for text in (one.name, one.email) if text]
    if examined.diagnosis.has_signatory:
        found.append(examined.diagnosis.signatory().name)
    yield from ()


def _discreet(line: Line, names: Iterable[str]) -> Line:
    """Hide people and accounts: a diagnosis goes to whoever helps."""
    found, remedy = hide(line.found), hide(line.remedy)
    for name in names:
        found, remedy = found.replace(name, "(nom)"), remedy.replace(name, "(nom)")
    return replace(line, found=found, remedy=remedy, detail=hide(line.detail))
