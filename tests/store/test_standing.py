"""Where a collectivité stands, as each engine counts it: what waits, since when, and nothing of the neighbour's."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

import examples
from dematfin.acts.health import DUE, standing, walk_journal
from dematfin.domain.document import DocumentRef
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.link import Link
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.run import Run
from dematfin.steps.day import KEYS
from dematfin.store.ledger import SqlLedger
from fakes.hall import Hall

DOCUMENT = DocumentRef(sha256="0" * 64, size=1)


def test_each_engine_counts_what_waits_and_since_when(engine: Engine, tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    ours, theirs = (SqlLedger(engine, siret, hall.clock.now) for siret in (examples.COMMUNE, examples.CCAS))
    app = replace(hall.app, ledger=ours)
    now = hall.clock.now()
    flux = Flux(id="A", siret=examples.COMMUNE, bordereaux=(), pieces=(), unsigned=DOCUMENT)
    told = Intention(id="1", invoice_id="F", remote_id="1", status=SupplierStatus.SUSPENDED, formed_at=now)
    with ours.transaction() as books:
        books.save(flux, replace(flux, id="B", state=FluxState.SIGNED), replace(flux, id="C", state=FluxState.READY))
        books.save(replace(flux, id="D", state=FluxState.TRANSMITTED, sent_at=now - timedelta(days=2)))
        books.save(replace(flux, id="E", state=FluxState.TRANSMITTED))  # of an older version, which did not say when
        books.save(told, replace(told, id="2", state=IntentionState.DONE, formed_at=now - timedelta(days=9)))
        books.save(examples.invoice(), Indexed(id="F1", waiting=True), Indexed(id="F2", waiting=False))
        books.save(
            Link(id="tdt", name="S²LOW", certificate_expires_on=date(2026, 5, 1), tried_at=now, troubled_since=now)
        )
        books.save(Link(id="retour:1", name="R", tried_at=now, troubled_since=now), Run(id="import", began_at=now))
    with theirs.transaction() as books:
        books.save(examples.invoice())
    found = standing(app, UNATTENDED)
    assert found.invoices == {"RECEIVED": 1}
    assert {key: count for key, count in found.due.items() if count} == {
        "controle": 1, "informer": 1, "transmission": 2, "suivi": 2, "textes": 1,
    }  # fmt: skip
    assert found.oldest == {"informer": now, "suivi": now - timedelta(days=2)}
    assert found.certificates == {"S²LOW": date(2026, 5, 1)}
    assert found.troubled_links == {"S²LOW": now}
    assert [(one.id, one.began_at) for one in found.runs] == [("import", now)]
    assert found.journal is None
    walk_journal(app, UNATTENDED, only_end=True)
    assert standing(app, UNATTENDED).journal is None, "its end alone is not the whole of it"
    assert walk_journal(app, UNATTENDED).intact
    walked = standing(app, UNATTENDED).journal
    assert walked is not None
    assert (walked.done_at, walked.failed) == (now, 0)


def test_what_waits_is_named_as_its_step_is() -> None:
    assert DUE.keys() <= set(KEYS.values())
