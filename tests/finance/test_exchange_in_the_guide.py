"""The installer's guide names each key of `[echange]`, and what it quotes is what is said."""

import re
from pathlib import Path
from typing import Final

from dematfin.finance.exchange_settings import ExchangeSettings

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs" / "guide-echange.md").read_text(encoding="utf-8")
CELLS: Final = re.findall(r"^\| (`.+?`(?:, `.+?`)*) \|", TEXT, re.MULTILINE)
QUOTED: Final = re.findall(r"^\| « (.+) » \|", TEXT, re.MULTILINE)


def test_each_key_has_its_row_and_no_other_is_there() -> None:
    keys = [key for cell in CELLS for key in re.findall(r"`(.+?)`", cell)]
    assert sorted(keys) == sorted(ExchangeSettings.model_fields)


def test_each_phrase_is_one_that_the_program_says() -> None:
    paths = (ROOT / "src").rglob("*.py")
    said = re.sub(r'"\s+f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in paths)).replace(
        "{OURS}", ".dematfin"
    )
    assert len(QUOTED) > 5
    assert [phrase for phrase in QUOTED if phrase not in said] == []
