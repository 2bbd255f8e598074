"""What every TdT must do for the pipeline."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dematfin.errors import AlreadyThere, Refused, UnknownOutcome
from dematfin.ports.transmitter import Phase, Transmitter

WriteFlow = Callable[[str], Path]


class TransmitterContract:
    """Inherit and give a `transmitter` and a `write_flow` fixture."""

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

    def test_a_deposit_is_answered_by_its_own_acquit(self, transmitter: Transmitter, write_flow: WriteFlow) -> None:
        keys = {nomfic: transmitter.send(write_flow(nomfic), nomfic) for nomfic in ("FLUX1", "FLUX2")}
        for nomfic, remote_id in keys.items():
            progress = transmitter.follow(remote_id, nomfic)
            assert progress.phase is Phase.ANSWERED
            assert nomfic.encode() in (progress.acquit or b"")

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

    def test_a_retour_waits_until_it_is_acknowledged(self, transmitter: Transmitter, write_flow: WriteFlow) -> None:
        transmitter.send(write_flow("FLUX1"), "FLUX1")
        (item,) = transmitter.returns()
        fetched = transmitter.fetch(item)
        assert b"PES_Retour" in fetched
        assert [one.remote_id for one in transmitter.returns()] == [item.remote_id]
        transmitter.acknowledge(item)
        transmitter.acknowledge(item)
        assert list(transmitter.returns()) == []
        assert transmitter.fetch(item) == fetched  # a crash may come between the storing and the acknowledging
