"""The exchange folders, and the fake that steps are tested with, keep the same promises."""

import shutil
from pathlib import Path

import pytest

from contracts.exchange import ExchangeContract
from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.finance.exchange import ExchangeFolders
from dematfin.finance.exchange_settings import ExchangeSettings
from dematfin.ports.exchange import Exchange
from fakes.exchange import FakeExchange

FOLDERS = dict.fromkeys(HandOverKind, "retours") | {
    HandOverKind.INVOICE: "factures",
    HandOverKind.JOURNAL: "journal",
}


class TestFolders(ExchangeContract):
    """The real ones."""

    @pytest.fixture(autouse=True)
    def _folders(self, tmp_path: Path) -> None:
        self.root = tmp_path / "partage"
        for name in ("export", *set(FOLDERS.values())):
            (self.root / name).mkdir(parents=True)

    @pytest.fixture
    def exchange(self, _folders: None) -> Exchange:
        folders = {"depot_pes": self.root / "export", **{name: self.root / name for name in FOLDERS.values()}}
        return ExchangeFolders(ExchangeSettings.model_validate(folders | {"stable": 0}))

    def export(self, exchange: Exchange, name: str, data: bytes) -> None:
        (self.root / "export" / name).write_bytes(data)

    def seen(self, exchange: Exchange, kind: HandOverKind) -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in (self.root / FOLDERS[kind]).iterdir() if one.is_file()}

    def empty(self, exchange: Exchange, kind: HandOverKind, name: str) -> None:
        (self.root / FOLDERS[kind] / name).unlink()

    def lose(self, exchange: Exchange) -> None:
        shutil.rmtree(self.root)


class TestFake(ExchangeContract):
    """The fake."""

    @pytest.fixture
    def exchange(self, tmp_path: Path) -> Exchange:
        (tmp_path / "pris").mkdir()
        return FakeExchange(root=tmp_path / "pris")

    def export(self, exchange: Exchange, name: str, data: bytes) -> None:
        assert isinstance(exchange, FakeExchange)
        exchange.depot[name] = data

    def seen(self, exchange: Exchange, kind: HandOverKind) -> dict[str, bytes]:
        assert isinstance(exchange, FakeExchange)
        return {name: exchange.given[place, name] for place, name in exchange.given if name in exchange.names(kind)}

    def empty(self, exchange: Exchange, kind: HandOverKind, name: str) -> None:
        assert isinstance(exchange, FakeExchange)
        exchange.take_away(kind, name)

    def lose(self, exchange: Exchange) -> None:
        assert isinstance(exchange, FakeExchange)
        exchange.gone = True
