"""The gate: each method of each port either reads, or is barred as long as the gate is shut; nobody goes around it."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import pytest

from dematfin.acts import consult, hand_over, restoration, sign
from dematfin.acts.health import standing
from dematfin.acts.run import run
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.parties.person import Act
from dematfin.domain.unattended.health import Vitals, troubles
from dematfin.errors import Barred
from dematfin.ports.app import App
from dematfin.ports.gate import SENDS, Gate
from dematfin.steps.day import SEND
from dematfin.steps.late_pieces import send_late
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import deposit
from dematfin.steps.urgent import urgent
from examples import ADMIN, AGENT, MAIRE
from fakes.exchange import FakeExchange
from fakes.hall import Hall, flux

HARMLESS: Final[dict[str, frozenset[str]]] = {
    "transmitter": frozenset({
        "name", "certificate_expires_on", "refuses_twins", "find", "confirm", "deposits", "recover", "follow",
        "returns", "fetch", "acknowledge",
    }),
    "notice": frozenset(),
    "parapheur": frozenset({"check", "routes", "moved", "history", "documents"}),
    "exchange": frozenset({"exports", "taken", "refuse", "ignored", "receives", "begun", "receipts"}),
    "signer": frozenset({"place", "holder", "collect"}),
    "mailer": frozenset({"send"}),
    "source": frozenset({"doors", "check", "structures", "changed", "to_process", "fetch", "read", "readable"}),
    "folders": frozenset({"arrivals", "named", "done", "ignored"}),
    "finance": frozenset({"engagements", "tiers", "credits"}),
    "witness": frozenset({"trail", "keep"}),
}  # fmt: skip
"""What reads, or takes in what is for us; a mail harms nobody."""
AT_HOME: Final = frozenset({
    "policy", "clock", "ledger", "documents", "letters", "reports", "paper", "writer", "reader", "signatures",
    "holder", "by", "proofs",
})  # fmt: skip
"""What reaches nobody else."""


def ports() -> dict[str, Any]:
    hints = get_type_hints(App)
    return {
        name: next((part for part in get_args(kind) if part is not type(None)), kind) for name, kind in hints.items()
    }


def public(port: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(port) if not name.startswith("_")}


def test_each_method_of_each_port_is_barred_or_known_to_send_nothing() -> None:
    """A method that is added to a port has to be put on one side."""
    for name, port in ports().items():
        if name not in AT_HOME:
            told = HARMLESS.get(name, frozenset()) | SENDS.get(name, frozenset())
            assert public(port) == told, name
            assert not HARMLESS.get(name, frozenset()) & SENDS.get(name, frozenset())


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """Return a town hall with a bordereau to sign, every port there, whose base was put back."""
    folder = tmp_path_factory.mktemp("mairie")
    built = Hall.build(folder)
    built.to_sign("120.00")
    built.app = replace(built.app, parapheur=built.parapheur, exchange=FakeExchange(root=folder))
    restoration.signal(built.app, ADMIN, built.clock.now(), "panne")
    return built


@pytest.mark.parametrize(("port", "method"), [(port, one) for port, names in SENDS.items() for one in sorted(names)])
def test_what_sends_is_barred_however_the_app_was_made(hall: Hall, port: str, method: str) -> None:
    for app in (hall.app, hall.app.on_behalf_of(AGENT, Act.READ)):
        gate = getattr(app, port)
        assert isinstance(gate, Gate)
        assert not isinstance(gate.port, Gate)
        with pytest.raises(Barred):
            getattr(gate, method)(None)


def test_no_act_signs_nor_gives_numbers_nor_hands_over(hall: Hall, tmp_path: Path) -> None:
    built, sheet = flux(hall), hall.all(Bordereau)[0]
    acts: tuple[Callable[[], object], ...] = (
        hall.sign,
        lambda: hand_over.export(hall.app, AGENT, sheet.id, tmp_path),
        lambda: prepare(hall.app),
        lambda: send_late(hall.app, sheet.mandats[0]),
        lambda: deposit(hall.app, replace(built, signed=built.unsigned)),
    )
    for act in acts:
        with pytest.raises(Barred):
            act()
    with hall.ledger.transaction() as books:
        books.save(replace(built, on_paper=True))
    with pytest.raises(Barred):
        sign.sign_on_paper(hall.app, MAIRE, built.id, sheet.total)
    assert flux(hall).state is FluxState.BUILT


def test_steps_that_send_say_once_that_they_wait(hall: Hall) -> None:
    for step in SEND:
        assert "reprise etat" in run(hall.app, AGENT, step).notes[0]
    assert hall.tdt.received == {}
    assert [status for _, status, _ in hall.chorus.told if status == "MANDATEE"] == []


def test_everybody_who_looks_is_told(hall: Hall) -> None:
    told = [
        consult.picture(hall.app, AGENT).alerts[0],
        urgent(hall.app)[0].sentence,
        *(
            one.sentence
            for one in troubles(Vitals(now=hall.clock.now(), disk_free=1, standing=standing(hall.app, AGENT)))
            if one.code == "restauration"
        ),
    ]
    assert len(told) == 3
    assert all("dematfin reprise etat" in one and "payé deux fois" in one for one in told)
