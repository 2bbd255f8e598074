"""Measures as Prometheus reads them: from real bases, cheap, and with nobody's name in them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import examples
from dematfin.acts import health
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.link import Link
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.run import Run
from dematfin.domain.visa.task import VisaTask
from dematfin.errors import Unreachable
from dematfin.service.metrics import BUILD, MEASURES, REMOTE_CALLS, STEP_SECONDS, Measures
from dematfin.steps.aloud import LISTENERS, aloud
from dematfin.steps.control import control
from dematfin.steps.day import KEYS
from dematfin.support.calls import counted
from service.fleet import FIRST, SECOND, Fleet, ran
from support.lines import listening

Values = dict[tuple[str, ...], float]
GUIDE = Path(__file__).parents[2] / "docs" / "guide-surveillance.md"


def read(exposition: bytes) -> Values:
    """Return each value under the name and the labels that a collector would keep."""
    families = list(text_string_to_metric_families(exposition.decode()))
    assert families
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def measured(fleet: Fleet, *, by_collectivite: bool = True) -> Values:
    measures = Measures(fleet.watch(), by_collectivite=by_collectivite)
    try:
        return read(measures.exposition())
    finally:
        measures.close()


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Return two collectivités in good health, with some invoices in the first one."""
    fleet = Fleet.of(tmp_path, FIRST, SECOND)
    fleet.well()
    invoices = [examples.invoice(f"N{n}", key=f"F2026-{n:06d}") for n in range(1, 4)]
    told = Intention(
        id="I1", invoice_id=invoices[0].id, remote_id="1", status=SupplierStatus.SUSPENDED, formed_at=fleet.clock.now()
    )
    late = VisaTask(
        id="T1", folder="V1", invoice_id=invoices[2].id, desk="SPORT", waiting=True, due_on=date(2026, 3, 1),
        pay_by=date(2026, 3, 20), urgency="x",
    )  # fmt: skip
    link = Link(id="tdt", name="S²LOW", certificate_expires_on=date(2026, 3, 12), tried_at=fleet.clock.now())
    fleet.save(invoices[0], invoices[1], invoices[2].moved(InvoiceState.IN_VISA), told, late, link)
    fleet.save(replace(late, id="T2", due_on=date(2026, 3, 2)), replace(late, id="T3", waiting=False))
    return fleet


def test_a_collectivite_is_counted_by_its_ledger(fleet: Fleet) -> None:
    fleet.clock.advance(minutes=2)
    values = measured(fleet)
    assert values["dematfin_invoices", FIRST, "RECEIVED"] == 2
    assert values["dematfin_invoices", FIRST, "IN_VISA"] == 1
    assert ("dematfin_invoices", SECOND, "RECEIVED") not in values
    assert (values["dematfin_due", FIRST, "controle"], values["dematfin_due", SECOND, "controle"]) == (2, 0)
    assert values["dematfin_due_oldest_seconds", FIRST, "informer"] == 120
    assert values["dematfin_visa_overdue", FIRST] == 1
    assert values["dematfin_cert_days_left", FIRST, "S²LOW"] == 10
    assert values["dematfin_last_success_timestamp", FIRST, "journee"] == fleet.clock.now().timestamp() - 60
    assert values["dematfin_disk_free_bytes", FIRST] > 0
    assert values["dematfin_health", SECOND] == 0
    assert values["dematfin_base_ok", SECOND] == values["dematfin_configuration_ok", SECOND] == 1


def test_thousands_of_collectivites_may_be_told_together(fleet: Fleet) -> None:
    late = replace(ran(fleet.clock.now()), done_at=None)
    fleet.save(late, siret=SECOND)
    values = measured(fleet, by_collectivite=False)
    assert values["dematfin_invoices", "RECEIVED"] == 2
    assert values["dematfin_last_success_timestamp", "journee"] == 0
    assert values["dematfin_health",] == 1
    assert not any(siret in key for key in values for siret in (FIRST, SECOND))


def test_a_journal_that_was_walked_along_is_told(fleet: Fleet) -> None:
    assert ("dematfin_audit_ok", FIRST) not in measured(fleet)
    health.walk_journal(fleet.app(), UNATTENDED)
    assert measured(fleet)["dematfin_audit_ok", FIRST] == 1
    fleet.save(ran(fleet.clock.now(), "journal", "La chaîne est rompue à l'évènement n° 3."))
    values = measured(fleet)
    assert values["dematfin_audit_ok", FIRST] == 0
    assert values["dematfin_health", FIRST] == 2
    assert ("dematfin_last_success_timestamp", FIRST, "journal") not in values


def test_a_step_that_waits_for_a_person_is_told(fleet: Fleet) -> None:
    now = fleet.clock.now()
    fleet.save(replace(Run(id="import", began_at=now, attempts=5), aside_since=now))
    assert measured(fleet)["dematfin_steps_aside", FIRST] == 1


def test_steps_and_calls_of_this_process_are_measured(fleet: Fleet) -> None:
    measures = Measures(fleet.watch())
    aloud(fleet.app(), Run(id=KEYS[control], began_at=fleet.clock.now()), control)
    with pytest.raises(Unreachable), counted("Voisin d'essai"):
        raise Unreachable
    with counted("Voisin d'essai"):
        pass
    values = read(measures.exposition())
    measures.close()
    assert values[f"{STEP_SECONDS}_count", "controle"] == 1
    assert values[f"{REMOTE_CALLS}_total", "unreachable", "Voisin d'essai"] == 1
    assert values[f"{REMOTE_CALLS}_total", "answered", "Voisin d'essai"] == 1
    assert LISTENERS == []


def test_one_that_is_broken_hides_no_other(fleet: Fleet, tmp_path: Path) -> None:
    watch = fleet.watch()
    watch.looks()
    fleet.app(SECOND).ledger._engine.dispose()  # type: ignore[attr-defined]
    for path in (tmp_path / SECOND).glob("registre.db*"):
        path.unlink()
    (tmp_path / SECOND / "registre.db").write_bytes(b"pas une base" * 1000)
    measures = Measures(watch)
    with listening() as lines:
        values = read(measures.exposition())
    measures.close()
    assert [one["event"] for one in lines.read_all()] == ["item_failed"]
    assert values["dematfin_invoices", FIRST, "RECEIVED"] == 2
    assert (values["dematfin_base_ok", FIRST], values["dematfin_base_ok", SECOND]) == (1, 0)
    assert values["dematfin_health", SECOND] == 2


def test_a_configuration_that_is_wrong_hides_no_other(fleet: Fleet) -> None:
    first, second = fleet.houses
    wrong = replace(second, values={**second.values, "inconnu": 1})
    values = measured(replace(fleet, houses=(first, wrong)))
    assert values["dematfin_configuration_ok", SECOND] == 0
    assert values["dematfin_health", SECOND] == 2
    assert values["dematfin_health", FIRST] == 1  # its certificate


def test_nobody_is_named(fleet: Fleet) -> None:
    measures = Measures(fleet.watch())
    text = measures.exposition().decode()
    measures.close()
    invoice = examples.invoice()
    said = (invoice.content.supplier.name, invoice.number, invoice.content.supplier.identifier, "F2026-", "SPORT")
    assert not [one for one in said if one in text]


def test_the_file_is_whole_at_any_time_and_a_collector_reads_it(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "dematfin.prom"
    path.write_text("avant\n", encoding="utf-8")
    measures = Measures(fleet.watch())
    measures.write(path)
    measures.close()
    assert read(path.read_bytes())["dematfin_invoices", FIRST, "RECEIVED"] == 2
    assert [one.name for one in tmp_path.glob("dematfin.prom*")] == ["dematfin.prom"]


def test_the_guide_names_each_measure_and_no_other(fleet: Fleet) -> None:
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `dematfin_")]
    named = {row.split("`")[1].partition("{")[0]: row for row in rows}
    known = {*MEASURES, STEP_SECONDS, f"{REMOTE_CALLS}_total", BUILD}
    assert named.keys() == known
    for name, measure in MEASURES.items():
        labels = named[name].split("`")[1].partition("{")[2].rstrip("}")
        assert tuple(filter(None, labels.split(","))) == measure.labels, name
