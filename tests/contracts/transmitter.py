"""What every TdT must do for the pipeline."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AlreadyThere, Refused, UnknownOutcome
from dematfin.ports.transmitter import Transmitter

WriteFlow = Callable[[str], Path]
Elapse = Callable[[], None]


class TransmitterContract:
    """Inherit and give a `transmitter` and a `write_flow` fixture; answers come by `follow`, or among the returns."""

    @pytest.fixture
    def elapse(self) -> Elapse:
        """Let the others do their part: here the DGFiP answers at once."""
        return lambda: None

    def test_a_flow_is_deposited_once_and_found_again(self, transmitter: Transmitter, write_flow: WriteFlow) -> None:
        first, second = write_flow("FLUX1"), write_flow("FLUX2")
        assert transmitter.find(first, "FLUX1") == ""
        remote_id = transmitter.send(first, "FLUX1")
        assert remote_id
        assert transmitter.send(second, "FLUX2") != remote_id
        assert transmitter.find(first, "FLUX1") == remote_id

    def test_the_very_same_bytes_are_refused(self, transmitter: Transmitter, write_flow: WriteFlow) -> None:
        assert transmitter.refuses_twins
        transmitter.send(write_flow("FLUX1"), "FLUX1")
        with pytest.raises(AlreadyThere, match="FLUX1"):
            transmitter.send(write_flow("FLUX1"), "FLUX1")

    def test_it_is_still_found_once_it_was_answered(
        self, transmitter: Transmitter, write_flow: WriteFlow, elapse: Elapse
    ) -> None:
        """A run that dies after the deposit asks much later."""
        remote_id = transmitter.send(write_flow("FLUX1"), "FLUX1")
        elapse()
        assert transmitter.find(write_flow("FLUX1"), "FLUX1") == remote_id
        with pytest.raises(AlreadyThere, match="FLUX1"):
            transmitter.send(write_flow("FLUX1"), "FLUX1")

    def test_a_deposit_is_answered_by_its_own_acquit(
        self, transmitter: Transmitter, write_flow: WriteFlow, elapse: Elapse
    ) -> None:
        keys = {nomfic: transmitter.send(write_flow(nomfic), nomfic) for nomfic in ("FLUX1", "FLUX2")}
        elapse()
        brought = {item.acquit_of: transmitter.fetch(item) for item in transmitter.returns() if item.acquit_of}
        for nomfic, remote_id in keys.items():
            progress = transmitter.follow(remote_id, nomfic)
            assert progress.phase is (Phase.WAITING if nomfic in brought else Phase.ANSWERED)
            acquit = brought.get(nomfic) or progress.acquit or b""
            assert b"PES_ACQUIT" in acquit
            assert nomfic.encode() in acquit

    def test_a_number_given_by_hand_is_compared_with_our_bytes(
        self, transmitter: Transmitter, write_flow: WriteFlow
    ) -> None:
        first, second = write_flow("FLUX1"), write_flow("FLUX2")
        remote_id = transmitter.send(first, "FLUX1")
        assert transmitter.confirm(remote_id, first, "FLUX1")
        assert not transmitter.confirm(remote_id, second, "FLUX2")
        with pytest.raises((Refused, UnknownOutcome)):
            transmitter.confirm("999999", first, "FLUX1")

    def test_what_it_has_is_listed_by_number_and_name(self, transmitter: Transmitter, write_flow: WriteFlow) -> None:
        keys = {(transmitter.send(write_flow(nomfic), nomfic), nomfic) for nomfic in ("FLUX1", "FLUX2")}
        listed = transmitter.deposits(date.min)
        assert listed is not None
        assert {(one.remote_id, one.nomfic) for one in listed} == keys
        assert transmitter.name

    def test_the_bytes_of_a_deposit_are_given_back(
        self, transmitter: Transmitter, write_flow: WriteFlow, tmp_path: Path
    ) -> None:
        target = tmp_path / "rendu.xml"
        flow = write_flow("FLUX1")
        assert transmitter.recover(transmitter.send(flow, "FLUX1"), target)
        assert target.read_bytes() == flow.read_bytes()
        assert not transmitter.recover("999999", target)

    def test_an_answer_waits_until_it_is_acknowledged(
        self, transmitter: Transmitter, write_flow: WriteFlow, elapse: Elapse
    ) -> None:
        transmitter.send(write_flow("FLUX1"), "FLUX1")
        elapse()
        waiting = list(transmitter.returns())
        (retour,) = (item for item in waiting if not item.acquit_of)
        assert b"PES_Retour" in transmitter.fetch(retour)
        assert numbers(transmitter) == {item.remote_id for item in waiting}
        for item in waiting:
            fetched = transmitter.fetch(item)
            transmitter.acknowledge(item)
            transmitter.acknowledge(item)
            assert item.remote_id not in numbers(transmitter)
            assert transmitter.fetch(item) == fetched  # a crash may come between the storing and the acknowledging
        assert numbers(transmitter) == set()


def numbers(transmitter: Transmitter) -> set[str]:
    return {item.remote_id for item in transmitter.returns()}
