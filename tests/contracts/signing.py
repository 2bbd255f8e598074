"""What every place where flows are signed must do for the pipeline, and what people do in the distant ones."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from dematfin.errors import Refused
from dematfin.ports.signature import Place, Progress, SigningDesk, ToSign

REFERENCE = "DF-PESALR1_TEST_001-20260302090000"
Judge = Callable[[Path, Path], str]
"""Returns who signed a file, proved against the unsigned one."""


class Signers(Protocol):
    """Those who sign in a distant place."""

    def sign(self, reference: str) -> None: ...

    def refuse(self, reference: str, reason: str) -> None: ...

    def open(self, reference: str) -> None: ...

    def delete(self, reference: str) -> None: ...


def request(flow: Path, reference: str = REFERENCE) -> ToSign:
    """Return a flow to sign."""
    title = "COMMUNE-2026-42"
    return ToSign(nomfic="PESALR1_TEST_001", flow=flow, title=title, total=Decimal("120.00"), reference=reference)


class SigningContract:
    """Inherit and give `desk`, `flow`, `judge`, and `signs`, which has a flow signed where somebody has to do it."""

    def test_what_is_handed_over_comes_back_signed_and_nothing_else_has_changed(
        self, desk: SigningDesk, flow: Path, judge: Judge, signs: Callable[[str], None]
    ) -> None:
        reference = desk.submit(request(flow))
        signs(reference)
        target = flow.with_name("rendu.xml")
        assert desk.collect(reference, target).progress is Progress.SIGNED
        assert "MAIRE" in judge(target, flow).upper()
        desk.release(reference)
        desk.release(reference)

    def test_handed_over_twice_it_is_one(self, desk: SigningDesk, flow: Path) -> None:
        assert desk.submit(request(flow)) == desk.submit(request(flow))

    def test_it_says_whose_certificate_signs_or_leaves_it_to_the_place(self, desk: SigningDesk) -> None:
        assert (desk.holder() is None) == (desk.place is not Place.HERE)


class DistantContract(SigningContract):
    """Of a place where it takes days; give a `people` fixture too."""

    def test_as_long_as_nobody_decides_it_waits(self, desk: SigningDesk, flow: Path) -> None:
        reference, target = desk.submit(request(flow)), flow.with_name("rendu.xml")
        for _ in range(2):
            answer = desk.collect(reference, target)
            assert (answer.progress, answer.reason) == (Progress.PENDING, "")
        assert not target.exists()

    def test_a_signature_brings_its_history(self, desk: SigningDesk, flow: Path, people: Signers) -> None:
        reference = desk.submit(request(flow))
        people.sign(reference)
        answer = desk.collect(reference, flow.with_name("rendu.xml"))
        assert answer.history
        assert answer.slip.startswith(b"%PDF")

    def test_a_refusal_is_told_in_its_own_words(self, desk: SigningDesk, flow: Path, people: Signers) -> None:
        reference, target = desk.submit(request(flow)), flow.with_name("rendu.xml")
        people.refuse(reference, "Imputation fausse.")
        answer = desk.collect(reference, target)
        assert answer.progress is Progress.REFUSED
        assert "Imputation fausse." in answer.reason
        assert answer.history
        assert not target.exists()
        desk.release(reference)
        desk.release(reference)

    def test_what_nobody_has_opened_is_taken_back(self, desk: SigningDesk, flow: Path) -> None:
        reference = desk.submit(request(flow))
        desk.release(reference)
        answer = desk.collect(reference, flow.with_name("rendu.xml"))
        assert answer.progress is Progress.PENDING
        assert "introuvable" in answer.reason

    def test_what_somebody_has_opened_is_not(self, desk: SigningDesk, flow: Path, people: Signers) -> None:
        reference = desk.submit(request(flow))
        people.open(reference)
        with pytest.raises(Refused):
            desk.release(reference)

    def test_what_was_deleted_there_is_told(self, desk: SigningDesk, flow: Path, people: Signers) -> None:
        reference = desk.submit(request(flow))
        people.delete(reference)
        assert "introuvable" in desk.collect(reference, flow.with_name("rendu.xml")).reason
        desk.release(reference)
