"""The tables that count, in the order in which a director reads them."""

from collections.abc import Callable
from typing import Final

from dematfin.domain.report.exceptions import exceptions
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.incoming import doors, paper_senders, refusals, refusals_by_supplier
from dematfin.domain.report.mandated import (
    mandats_by_account,
    mandats_by_budget,
    mandats_by_service,
    taken_back,
    without_engagement,
)
from dematfin.domain.report.paperwork import pieces, scanned
from dematfin.domain.report.quality import accounts, duplicates, first_pass
from dematfin.domain.report.returned import at_the_gate, by_the_comptable, flows
from dematfin.domain.report.table import Table
from dematfin.domain.report.visas import awaited, visas
from dematfin.domain.report.year_end import attached, to_attach

COUNTS: Final[tuple[Callable[[Facts], Table], ...]] = (
    visas,
    awaited,
    refusals,
    refusals_by_supplier,
    by_the_comptable,
    flows,
    at_the_gate,
    doors,
    paper_senders,
    first_pass,
    duplicates,
    accounts,
    pieces,
    scanned,
    mandats_by_budget,
    mandats_by_account,
    mandats_by_service,
    taken_back,
    without_engagement,
    attached,
    to_attach,
    exceptions,
)
