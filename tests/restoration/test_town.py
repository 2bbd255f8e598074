"""A town beside the simulators: yesterday's copy of its base is put back, and the neighbours' own records judge."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import pytest

from crash.town import Town
from dematfin.acts import restoration
from dematfin.acts import run as acts
from dematfin.config.several import load
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.restoration import Neighbour
from dematfin.errors import RuleError
from dematfin.pes.aller import read_aller
from dematfin.store.restored import mark
from dematfin.wiring import build

ARCHIVIST: Final = re.compile(r"(?m)^(mot_de_passe_)?archiviste *=.*\n")


@dataclass
class Life:
    """A town, the copy of its base and documents, and since when it is one."""

    town: Town
    copied_at: datetime

    @classmethod
    def begun(cls, town: Town) -> Self:
        """Have a town certify its invoices, be copied, and go on to send its bordereaux."""
        config = town.folder.config
        text = config.read_text(encoding="utf-8").replace("attente_verification = 5", "attente_verification = 0")
        config.write_text(text, encoding="utf-8")
        life = cls(town=town, copied_at=town.app.clock.now())
        life.reopened()
        life.day()
        life.town.certify_everything()
        life.reopened()
        shutil.copytree(life.var, life.copy)
        life.copied_at = town.app.clock.now()
        life.sends()
        return life

    @property
    def var(self) -> Path:
        return self.town.folder.root / "var"

    @property
    def copy(self) -> Path:
        return self.town.folder.root / "sauvegarde"

    def reopened(self) -> None:
        """Wire the town again, as the next command does."""
        self.closed()
        self.town = replace(self.town, app=build(load(self.town.folder.config), self.town.folder.root, str))

    def closed(self) -> None:
        """End the process that had the base open."""
        self.town.app.source.close()  # type: ignore[attr-defined]
        self.town.app.ledger._engine.dispose()  # type: ignore[attr-defined]

    def person(self, role: Role) -> Person:
        with self.town.app.ledger.reading() as books:
            return next(one for one in books.find(Person) if role in one.roles and one.id != "vous")

    def day(self) -> None:
        list(acts.day(self.town.app, self.person(Role.AGENT)))

    def sends(self) -> None:
        self.day()
        self.town.sign_everything()
        self.day()

    def put_back(self) -> None:
        """Put the copy back, as the command does: the base and its documents, then the mark."""
        self.closed()
        shutil.rmtree(self.var)
        shutil.copytree(self.copy, self.var)
        base = load(self.town.folder.config).stockage.base
        assert mark(str(base), data_as_of=self.copied_at, by="admin")
        self.reopened()

    def received(self) -> Counter[tuple[str, int, str, int]]:
        """Count each mandat that S²LOW has, of all that it ever took."""
        flows = [read_aller(path) for path in (self.town.folder.sandbox / "tdt" / "depots").iterdir()]
        return Counter(
            (flow.siret, sheet.exercice, sheet.kind, one.number)
            for flow in flows
            for sheet in flow.bordereaux
            for one in sheet.mandats
        )

    def ordered(self) -> Counter[tuple[str, str]]:
        """Count how often each invoice was ordered to be paid."""
        flows = [read_aller(path) for path in (self.town.folder.sandbox / "tdt" / "depots").iterdir()]
        lines = (line for flow in flows for sheet in flow.bordereaux for one in sheet.mandats for line in one.lines)
        return Counter((line.tiers.identifier if line.tiers else "", line.invoice) for line in lines if line.invoice)

    def state(self) -> Any:
        return restoration.state(self.town.app, self.person(Role.AGENT))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with Town.open(tmp_path_factory.mktemp("restauree") / "mairie") as town:
        begun = Life.begun(town)
        yield begun
        begun.closed()


def test_a_tdt_that_lists_nothing_keeps_the_gate_shut_until_persons_answer(life: Life) -> None:
    config = life.town.folder.config
    whole, there = config.read_text(encoding="utf-8"), life.received()
    assert set(there.values()) == {1}
    config.write_text(ARCHIVIST.sub("", whole), encoding="utf-8")
    try:
        life.put_back()
        life.sends()
        known = life.state()
        assert known.restored.word(Neighbour.TDT).settled is False
        assert known.restored.word(Neighbour.CHORUS).settled is True
        deposits = [str(line["transaction"]) for line in life.town.journal("tdt") if line["what"] == "depot"]
        for number in deposits:
            restoration.read(life.town.app, life.person(Role.AGENT), number, None)
        assert {one.id for one in life.state().found if one.neighbour is Neighbour.TDT} == set(deposits)
        with pytest.raises(RuleError):
            restoration.reopen(life.town.app, life.person(Role.ORDONNATEUR), "lu", life.state().total)
        day = life.town.app.clock.local(life.copied_at).date()
        restoration.certify(life.town.app, life.person(Role.AGENT), Neighbour.TDT, "portail lu", day)
        assert restoration.state(life.town.app, life.person(Role.AGENT)).total > 0
        assert life.received() == there
    finally:
        config.write_text(whole, encoding="utf-8")


def test_each_bordereau_is_there_once_and_the_payments_go_on(life: Life) -> None:
    there, told = life.received(), life.town.statuses_told()
    life.put_back()
    for _ in range(2):
        life.sends()
    assert life.received() == there
    assert life.town.statuses_told() == told
    known = life.state()
    assert known.restored is not None
    assert (
        Counter(
            (one.siret, mandat.exercice, mandat.kind.value, mandat.number)
            for one in known.found
            for mandat in one.mandats
        )
        == there
    )
    restoration.reopen(life.town.app, life.person(Role.ORDONNATEUR), "vu avec le comptable", known.total)
    life.town.certify_everything()
    with life.town.app.ledger.transaction() as books:
        late = [one for one in books.find(Invoice) if one.state is InvoiceState.TO_CORRECT][:1]
    assert late
    for _ in range(2):
        life.sends()
    after = life.received()
    assert set(after.values()) == {1}
    assert set(life.ordered().values()) == {1}
    assert set(life.town.statuses_told().values()) == {1}
    assert life.town.app.ledger.verify_journal().intact
