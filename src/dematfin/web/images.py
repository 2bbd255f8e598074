"""Images of pages: made by a process that may die, a few at a time, and kept for a while."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from dematfin.domain.document import DocumentRef

TOGETHER: Final = 8
"""Pages drawn by one process: starting it costs more than drawing one."""
KEPT: Final = 64_000_000
"""Bytes of images kept; the oldest are forgotten."""
AT_ONCE: Final = 4
Key = tuple[str, int, int]
Draw = Callable[[range], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheaf:
    """A file whose pages are looked at, at so many dots per inch."""

    pdf: DocumentRef
    pages: int
    dpi: int

    def around(self, page: int) -> range:
        """Return the pages that are drawn together with one."""
        first = (page - 1) // TOGETHER * TOGETHER + 1
        return range(first, min(first + TOGETHER, self.pages + 1))


class Images:
    """The images that were drawn last; those asked for meanwhile wait for them, and are not drawn twice."""

    def __init__(self) -> None:
        self._queues = tuple(Lock() for _ in range(AT_ONCE))
        self._lock = Lock()
        self._kept: OrderedDict[Key, tuple[bytes, ...]] = OrderedDict()

    def drawn(self, sheaf: Sheaf, page: int, draw: Draw) -> bytes:
        """Return the image of one page, drawn now when it is not kept."""
        around = sheaf.around(page)
        key = (sheaf.pdf.sha256, sheaf.dpi, around.start)
        with self._queues[hash(key) % AT_ONCE]:
            made = self._kept.get(key)
            if made is None:
                made = draw(around)
                self._keep(key, made)
        return made[page - around.start]

    def _keep(self, key: Key, made: tuple[bytes, ...]) -> None:
        with self._lock:
            self._kept[key] = made
            weight = sum(len(image) for images in self._kept.values() for image in images)
            while weight > KEPT:
                _, forgotten = self._kept.popitem(last=False)
                weight -= sum(len(image) for image in forgotten)
