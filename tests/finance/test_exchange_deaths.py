"""The process dies at each call of the system: a file appears once, whole; an export is never lost."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.finance.exchange import ExchangeFolders
from dematfin.finance.exchange_settings import ExchangeSettings
from fakes.hall import Axe, Killed

FLOW = b"<n:PES_Aller xmlns:n='x'></n:PES_Aller>"
INVOICE = HandOverKind.INVOICE
NAMES = ("a.pdf", "b.csv")
CALLS = ("rename", "replace", "fsync", "unlink", "mkdir")


@contextmanager
def axed(axe: Axe) -> Iterator[None]:
    """Count what is asked of the system, and die where the axe says."""

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def strike(*arguments: Any, **named: Any) -> Any:
            axe.calls += 1
            axe.strike("before")
            result = call(*arguments, **named)
            axe.strike("after")
            return result

        return strike

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, watched(getattr(os, name)))
        yield


def opened(folder: Path) -> ExchangeFolders:
    for name in ("export", "factures"):
        (folder / name).mkdir(parents=True)
    settings = {"depot_pes": folder / "export", "factures": folder / "factures", "stable": 0}
    return ExchangeFolders(ExchangeSettings.model_validate(settings))


def staged(folders: ExchangeFolders, source: Path) -> None:
    folders.prepare(INVOICE)
    for name in NAMES:
        folders.stage(INVOICE, name, source)


def hand(folder: Path, axe: Axe) -> Counter[str]:
    """Hand two files over, again after each death, to a finance software that takes at once what it sees."""
    folders, taken = opened(folder), Counter[str]()
    source = folder / "source"
    source.write_bytes(b"x" * 100_000)
    acts: list[Callable[[], None]] = [
        lambda: staged(folders, source),
        lambda: folders.put(INVOICE, "000001", NAMES, b"{}"),
    ]
    while acts:
        try:
            with axed(axe):
                acts[0]()
            acts.pop(0)
        except Killed:
            axe.at = None
        for path in (folder / "factures").iterdir():
            if path.is_file():
                assert path.read_bytes() == source.read_bytes()
                taken[path.name] += 1
                path.rename(folder / f"{path.name} {taken[path.name]}")
    return taken


@pytest.mark.parametrize("moment", ["before", "after"])
def test_each_file_appears_once_and_whole(tmp_path: Path, moment: str) -> None:
    whole = Axe()
    assert hand(tmp_path / "entier", whole) == Counter(NAMES)
    assert whole.calls > 12
    for call in range(1, whole.calls + 1):
        axe = Axe()
        axe.at = (call, moment)
        assert hand(tmp_path / str(call), axe) == Counter(NAMES), f"killed {moment} call {call}"


def take(folder: Path, axe: Axe) -> tuple[set[str], set[str]]:
    """Take one export and refuse another, again after each death; return what was read and what was refused."""
    folders, read = opened(folder), set()
    for name in ("bon.xml", "mauvais.xml"):
        (folder / "export" / name).write_bytes(FLOW)
    with axed(axe):
        for _ in range(3):
            try:
                for one in folders.exports():
                    assert one.path.read_bytes() == FLOW
                    if one.name == "bon.xml":
                        read.add(one.name)
                        folders.taken(one)
                    else:
                        folders.refuse(one, "Non.")
            except Killed:
                axe.at = None
    assert sorted(path.name for path in (folder / "export" / ".dematfin" / "pris").iterdir()) == ["horloge", "verrou"]
    return read, {path.name for path in (folder / "export" / "refusés").iterdir()}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_no_export_is_lost(tmp_path: Path, moment: str) -> None:
    whole = Axe()
    expected = ({"bon.xml"}, {"mauvais.xml", "mauvais.xml.txt"})
    assert take(tmp_path / "entier", whole) == expected
    assert whole.calls > 8
    for call in range(1, whole.calls + 1):
        axe = Axe()
        axe.at = (call, moment)
        assert take(tmp_path / str(call), axe) == expected, f"killed {moment} call {call}"
