"""What the pages of agents remember: the end of each click, the images drawn last; never more than they may."""

from threading import Barrier, Thread

import pytest

from dematfin.domain.document import DocumentRef
from dematfin.errors import RuleError
from dematfin.web import clicks, images
from dematfin.web.clicks import Clicks, End
from dematfin.web.images import Images, Sheaf

END = End(path="/a-traiter", notice="Fait.")


def test_clicks_sent_together_are_one_act() -> None:
    memory, start, done, ends = Clicks(), Barrier(8), [], []

    def act() -> End:
        done.append(1)
        return END

    def click() -> None:
        start.wait()
        ends.append(memory.once("F1", "agent", "le même", act))

    threads = [Thread(target=click) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(done), ends) == (1, [END] * 8)


def test_a_click_that_was_refused_may_be_sent_again_and_no_click_is_no_memory() -> None:
    memory = Clicks()

    def refused() -> End:
        raise RuleError

    with pytest.raises(RuleError):
        memory.once("F1", "agent", "un", refused)
    assert memory.once("F1", "agent", "un", lambda: END) == END
    assert memory.once("F1", "agent", "un", refused) == END
    for other in (("F2", "agent", "un"), ("F1", "autre", "un"), ("F1", "agent", "deux"), ("F1", "agent", "")):
        with pytest.raises(RuleError):
            memory.once(*other, refused)


def test_the_oldest_clicks_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clicks, "REMEMBERED", 3)
    memory = Clicks()
    for name in ("a", "b", "c", "d"):
        memory.once("F1", "agent", name, lambda: END)
    other = End(path="/papier", notice="Refait.")
    assert memory.once("F1", "agent", "d", lambda: other) == END
    assert memory.once("F1", "agent", "a", lambda: other) == other


def test_images_are_drawn_a_handful_at_a_time_and_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "KEPT", 100)
    memory, drawn = Images(), []
    sheaf = Sheaf(pdf=DocumentRef(sha256="0" * 64, size=1), pages=20, dpi=60)

    def draw(pages: range) -> tuple[bytes, ...]:
        drawn.append((pages[0], pages[-1]))
        return tuple(f"{page:08d}".encode() for page in pages)

    for page in (1, 8, 9, 20, 3):
        assert memory.drawn(sheaf, page, draw) == f"{page:08d}".encode()
    assert drawn == [(1, 8), (9, 16), (17, 20), (1, 8)]
