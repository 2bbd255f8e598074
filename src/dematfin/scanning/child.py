"""The process that opens files from outside: bounded in memory and time, so that a hostile one costs itself only.

It reads one task on its input, and writes one line of JSON for each page or document that it has done.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import ConfigError, DocumentError, PaperRefused

Task = Callable[[dict[str, Any]], Iterator[dict[str, Any]]]


def inspect(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Look at the pages of a part of a file."""
    from dematfin.scanning.inspect import Watch, inspect  # noqa: PLC0415 - each task loads what it needs

    watch = Watch(**task["watch"])
    for sight in inspect(_path(task), _limits(task), watch, task["part"], task["parts"]):
        yield asdict(sight)


def split(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Take a file apart."""
    from dematfin.ports.paper_reader import Order  # noqa: PLC0415 - idem
    from dematfin.scanning.split import split  # noqa: PLC0415 - idem

    orders = [Order(**one | {"digests": tuple(one["digests"])}) for one in task["orders"]]
    for name in split(_path(task), _limits(task), orders, Path(task["folder"])):
        yield {"name": name}


def wrap(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Make a PDF of an image."""
    from dematfin.scanning.wrap import wrap  # noqa: PLC0415 - idem

    for name in wrap(_path(task), _limits(task), Path(task["target"])):
        yield {"name": name}


def thumbnails(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Make images of pages."""
    from dematfin.scanning.thumbnails import thumbnails  # noqa: PLC0415 - idem

    for name in thumbnails(_path(task), _limits(task), task["pages"], Path(task["folder"]), task["dpi"]):
        yield {"name": name}


def words(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Say what a document says."""
    from dematfin.scanning.reading import read  # noqa: PLC0415 - idem

    found = read(_path(task), ocr=task["ocr"])
    if found is not None:
        yield asdict(found)


def lively(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Say what a PDF would do besides being read."""
    from dematfin.scanning.lively import lively  # noqa: PLC0415 - idem

    yield {"words": lively(_path(task))}


TASKS: Final[dict[str, Task]] = {one.__name__: one for one in (inspect, split, wrap, thumbnails, words, lively)}


def main() -> None:
    """Do the task that the input describes."""
    task = json.load(sys.stdin)
    _bound(task["memory"], task["seconds"])
    try:
        for line in TASKS[task["do"]](task):
            _say(line)
        _say({"end": True})
    except PaperRefused as error:
        _say({"refused": error.code, "sentence": str(error)})
    except DocumentError as error:
        _say({"refused": Reason.DAMAGED, "sentence": str(error)})
    except ConfigError as error:
        _say({"lacks": str(error)})


def _bound(memory: int, seconds: int) -> None:
    """Take no more memory (bytes) and processor time (seconds) than given, leave no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _path(task: dict[str, Any]) -> Path:
    return Path(task["path"])


def _limits(task: dict[str, Any]) -> Any:
    from dematfin.scanning.admission import Limits  # noqa: PLC0415 - idem

    return Limits(**task["limits"])


if __name__ == "__main__":
    main()
