"""Each command that a guide, or a message, tells to type exists; in guides, with the options that it is given."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from dematfin.cli.families import FAMILIES
from dematfin.cli.main import program
from dematfin.demo.families import DEMO

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", *sorted(ROOT.glob("config.*.toml")))
FENCED: Final = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`([^`\n]+)`")
SPLIT: Final = re.compile(r"['\"]\s*\n\s*f?['\"]")
"""Between two parts of one message."""
TOLD: Final = re.compile(r"dematfin ([a-z-]+) ([a-z-]+)\b")
PAGE_TOLD: Final = re.compile(r"<code>dematfin ([^<{]+)")
VERB: Final = re.compile(r"[a-z][a-z|-]+")
OPTION: Final = re.compile(r"(?<!\S)\[?(--[a-z][a-z-]*)")


def tree() -> Any:
    """Return the whole program."""
    return get_command(program((*FAMILIES, *DEMO)))


ROOT_COMMAND: Final = tree()
GROUPS: Final = {name for name, one in ROOT_COMMAND.commands.items() if getattr(one, "commands", None)}


def code_of(text: str, *, is_page: bool) -> Iterator[str]:
    """Yield what is to be typed, or the name of something: blocks line by line, then spans."""
    if not is_page:
        yield from re.findall(r"\((dematfin [^)]+)\)|« ?(dematfin [^»]+)", text)
        return
    for block in FENCED.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCED.sub("", text))


def typed(line: str) -> tuple[str, ...] | None:
    """Return the words of a command line, if it is one; a family alone with a verb is one too."""
    line = re.sub(r"\s#.*$", "", line.strip().removeprefix("$ "))
    line = re.sub(r"^(sudo -u dematfin |/opt/dematfin/bin/(?=dematfin))+", "", line)
    words = tuple(line.removeprefix(".venv/bin/").split())
    if words and words[0] == "dematfin":
        return words[1:] if len(words) > 1 and VERB.fullmatch(words[1]) else None
    return words if len(words) > 1 and words[0] in GROUPS and VERB.fullmatch(words[1]) else None


def unknown(words: tuple[str, ...]) -> str:
    """Say what of a command line does not exist."""
    node = ROOT_COMMAND
    for rank, word in enumerate(words):
        below = getattr(node, "commands", None)
        if below is None or word.startswith("-"):
            break
        several = word.split("|")
        if any(one not in below for one in several):
            return " ".join(words[: rank + 1])
        node = below[several[0]]
    known = {name for one in node.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    return " ".join(one for one in OPTION.findall(" ".join(words)) if one not in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_it_tells_to_type_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = [typed("".join(line)) for line in code_of(text, is_page=page.suffix == ".md")]
    assert [wrong for words in found if words and (wrong := unknown(words))] == []


def test_what_a_page_tells_to_type_exists() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.html"))
    found = [tuple(line.split()) for line in PAGE_TOLD.findall(pages)]
    assert len(found) > 1
    assert [wrong for words in found if (wrong := unknown(words))] == []


def test_what_a_message_tells_to_type_exists() -> None:
    said = "\n".join(SPLIT.sub("", path.read_text(encoding="utf-8")) for path in (ROOT / "src").rglob("*.py"))
    found = {one for one in TOLD.findall(said) if one[0] in GROUPS}
    assert len(found) > 50
    assert [one for one in sorted(found) if unknown(one)] == []


def test_what_a_unit_of_systemd_runs_exists() -> None:
    units = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "exploitation").iterdir())
    found = [tuple(line.split()) for line in re.findall(r"^ExecStart=\S*/dematfin (.+)$", units, re.MULTILINE)]
    assert {words[0] for words in found} == {"service", "web", "journee", "ouvrier", "sauvegarde", "restauration"}
    assert [wrong for words in found if (wrong := unknown(words))] == []


def test_the_guides_are_read() -> None:
    guide = (ROOT / "docs" / "guide-logiciel-financier.md").read_text(encoding="utf-8")
    assert sum(typed(line) is not None for line in code_of(guide, is_page=True)) > 20
    assert unknown(("bordereau", "imprter")) == "bordereau imprter"
    assert unknown(("bordereau", "importer", "--vite")) == "--vite"
