"""Places and patience: who waits on somebody else gives way, nobody is worked on twice at once."""

import threading
from collections.abc import Iterator

import pytest

from dematfin.service.lanes import NORMAL_PATIENCE, SLOW_PATIENCE, Lanes


class Works:
    """Work that lasts until it is let go, on a clock that tests move."""

    def __init__(self, places: int) -> None:
        self.time = 0.0
        self.began: list[str] = []
        self._change = threading.Condition()
        self._held: set[str] = set()
        self.lanes = Lanes(places, self._work, lambda: self.time)

    def _work(self, key: str) -> None:
        with self._change:
            self.began.append(key)
            self._held.add(key)
            self._change.notify_all()
            self._change.wait_for(lambda: key not in self._held)

    def let_go(self, *keys: str) -> None:
        with self._change:
            self._held.difference_update(keys or set(self._held))
            self._change.notify_all()

    def runs(self, *keys: str) -> bool:
        """Wait until exactly these are worked on."""
        with self._change:
            return self._change.wait_for(lambda: self._held == set(keys), 20)


@pytest.fixture
def works() -> Iterator[Works]:
    made = Works(places=2)
    yield made
    made.lanes.close()
    while not made.lanes.wait(0.05):
        made.let_go()


def test_a_run_that_lasts_gives_its_place_and_goes_on(works: Works) -> None:
    for key in ("sourde", "muette", "saine"):
        works.lanes.ask(key)
    assert works.runs("sourde", "muette")
    works.time = NORMAL_PATIENCE + 1
    works.lanes.tend()
    assert works.runs("sourde", "muette", "saine")


def test_the_slow_lane_is_small_and_takes_no_place_of_the_other(works: Works) -> None:
    for key in ("lente", "lasse"):
        works.lanes.ask(key, slow=True)
    for key in ("une", "deux"):
        works.lanes.ask(key)
    assert works.runs("lente", "une", "deux")
    works.time = SLOW_PATIENCE + 1
    works.lanes.tend()
    assert works.runs("lente", "lasse", "une", "deux")


def test_one_that_runs_or_waits_is_not_asked_twice_and_may_be_asked_again_after(works: Works) -> None:
    for _ in range(3):
        works.lanes.ask("une")
    assert works.runs("une")
    works.time = NORMAL_PATIENCE + 1
    works.lanes.tend()
    works.lanes.ask("une")
    assert works.began == ["une"]
    works.let_go("une")
    assert works.lanes.wait(20)
    works.lanes.ask("une")
    assert works.runs("une")
    assert works.began == ["une", "une"]


def test_once_closed_what_runs_ends_and_nothing_begins(works: Works) -> None:
    for key in ("une", "deux", "trois"):
        works.lanes.ask(key)
    assert works.runs("une", "deux")
    works.lanes.close()
    works.lanes.ask("quatre")
    assert not works.lanes.wait(0)
    works.let_go("une", "deux")
    assert works.lanes.wait(20)
    assert sorted(works.began) == ["deux", "une"]


def test_more_places_serve_those_who_wait(works: Works) -> None:
    for key in ("une", "deux", "trois"):
        works.lanes.ask(key)
    assert works.runs("une", "deux")
    works.lanes.resize(3)
    works.lanes.tend()
    assert works.runs("une", "deux", "trois")


def test_a_work_that_breaks_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def broken(_: str) -> None:
        raise ZeroDivisionError

    lanes = Lanes(1, broken, lambda: 0.0)
    for key in ("une", "deux"):
        lanes.ask(key)
    assert lanes.wait(20)
