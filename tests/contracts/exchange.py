"""What every exchange with a finance software must do, the fake as well as the folders."""

from abc import abstractmethod
from pathlib import Path

import pytest

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.errors import ConfigError, Refused, Unreachable
from dematfin.ports.exchange import Exchange

FLOW = b"<?xml version='1.0'?><n:PES_Aller xmlns:n='x'></n:PES_Aller>"
KIND = HandOverKind.INVOICE


class ExchangeContract:
    """Inherit, give an `exchange` fixture whose folders are all there, and say how the other side acts."""

    @abstractmethod
    def export(self, exchange: Exchange, name: str, data: bytes) -> None:
        """Put a flow down as the finance software does."""

    @abstractmethod
    def seen(self, exchange: Exchange, kind: HandOverKind) -> dict[str, bytes]:
        """Return what the finance software finds in a folder."""

    @abstractmethod
    def empty(self, exchange: Exchange, kind: HandOverKind, name: str) -> None:
        """Take a file away as the finance software does."""

    @abstractmethod
    def lose(self, exchange: Exchange) -> None:
        """Make the shares unreachable."""

    def test_an_export_is_claimed_once_and_let_go(self, exchange: Exchange) -> None:
        self.export(exchange, "a.xml", FLOW)
        (one,) = exchange.exports()
        assert (one.name, one.path.read_bytes()) == ("a.xml", FLOW)
        exchange.taken(one)
        assert not one.path.exists()
        assert list(exchange.exports()) == []

    def test_what_was_claimed_and_not_let_go_comes_again_first(self, exchange: Exchange) -> None:
        self.export(exchange, "z.xml", FLOW)
        (claimed,) = exchange.exports()
        self.export(exchange, "a.xml", FLOW + b"\n")
        again = list(exchange.exports())
        assert [one.name for one in again] == ["z.xml", "a.xml"]
        assert again[0].path == claimed.path

    def test_a_refused_export_does_not_come_back(self, exchange: Exchange) -> None:
        self.export(exchange, "a.xml", FLOW)
        (one,) = exchange.exports()
        exchange.refuse(one, "Ce n'est pas un flux de dépense.")
        exchange.refuse(one, "Dit deux fois, cela ne change rien.")
        assert list(exchange.exports()) == []

    def test_what_is_staged_is_not_seen_until_it_is_put(self, exchange: Exchange, tmp_path: Path) -> None:
        source = _source(tmp_path, b"contenu")
        exchange.prepare(KIND)
        exchange.stage(KIND, "a.pdf", source)
        assert self.seen(exchange, KIND) == {}
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        assert self.seen(exchange, KIND) == {"a.pdf": b"contenu"}

    def test_put_twice_or_after_it_was_taken_away_changes_nothing(self, exchange: Exchange, tmp_path: Path) -> None:
        exchange.prepare(KIND)
        exchange.stage(KIND, "a.pdf", _source(tmp_path, b"1"))
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        self.empty(exchange, KIND, "a.pdf")
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        assert self.seen(exchange, KIND) == {}

    def test_staged_again_the_last_bytes_are_given(self, exchange: Exchange, tmp_path: Path) -> None:
        exchange.prepare(KIND)
        exchange.stage(KIND, "a.pdf", _source(tmp_path, b"interrompu"))
        exchange.stage(KIND, "a.pdf", _source(tmp_path, b"entier"))
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        assert self.seen(exchange, KIND) == {"a.pdf": b"entier"}

    def test_somebody_elses_file_is_never_overwritten(self, exchange: Exchange, tmp_path: Path) -> None:
        exchange.prepare(KIND)
        exchange.stage(KIND, "a.pdf", _source(tmp_path, b"1"))
        exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        with pytest.raises(Refused):
            exchange.stage(KIND, "a.pdf", _source(tmp_path, b"2"))
        assert self.seen(exchange, KIND) == {"a.pdf": b"1"}

    @pytest.mark.parametrize("name", ["../a.pdf", "/etc/a.pdf", ".a.pdf"])
    def test_a_name_is_never_a_path(self, exchange: Exchange, tmp_path: Path, name: str) -> None:
        exchange.prepare(KIND)
        with pytest.raises(Refused):
            exchange.stage(KIND, name, _source(tmp_path, b"1"))

    def test_a_folder_that_never_served_must_be_prepared(self, exchange: Exchange, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"\.dematfin"):
            exchange.stage(KIND, "a.pdf", _source(tmp_path, b"1"))
        with pytest.raises(ConfigError, match=r"\.dematfin"):
            exchange.put(KIND, "000001", ["a.pdf"], b"{}")

    def test_a_share_that_is_gone_is_said_in_french(self, exchange: Exchange, tmp_path: Path) -> None:
        exchange.prepare(KIND)
        exchange.stage(KIND, "a.pdf", _source(tmp_path, b"1"))
        self.lose(exchange)
        with pytest.raises(Unreachable, match="ne peut pas servir"):
            exchange.put(KIND, "000001", ["a.pdf"], b"{}")
        with pytest.raises(Unreachable, match="ne peut pas servir"):
            exchange.stage(KIND, "b.pdf", _source(tmp_path, b"1"))
        with pytest.raises(Unreachable, match="ne peut pas servir"):
            list(exchange.exports())


def _source(folder: Path, data: bytes) -> Path:
    path = folder / "source"
    path.write_bytes(data)
    return path
