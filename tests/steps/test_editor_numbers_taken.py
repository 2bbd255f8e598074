"""What an export meets here: a number of another kind is another mandat; what is alive counts in what is ordered."""

from pathlib import Path

import pytest

from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import MandatState
from dematfin.errors import RuleError
from dematfin.steps.editor_again import former_mandat, replaced
from examples import invoice, mandat
from fakes.hall import Hall


def test_a_reduction_of_the_same_number_is_another_mandat() -> None:
    back = mandat(editor=True, state=MandatState.REJECTED)
    assert former_mandat([back], mandat(id="")) == back
    assert former_mandat([back], mandat(id="", kind=MandatKind.REDUCTION)) is None


def test_an_invoice_that_a_living_mandat_pays_is_not_ordered_twice(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    with hall.ledger.transaction() as books:
        alive = mandat(editor=True, state=MandatState.SENT)
        books.save(invoice().moved(InvoiceState.IN_VISA).moved(InvoiceState.SERVICE_FAIT), alive)
        with pytest.raises(RuleError, match="ordonneraient"):
            replaced(books, [mandat(id="", number=1190)], ())
        assert replaced(books, [alive], ()) == ()
