"""Optical recognition by Tesseract, an external program, when the collectivité asks for it."""

import io
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2

from dematfin.domain.paper.layout import LARGEST
from dematfin.domain.paper.reasons import Reason
from dematfin.errors import ConfigError, PaperRefused
from dematfin.scanning.pictures import Pictures
from dematfin.scanning.words import DAMAGED

PROGRAM: Final = "tesseract"
LANGUAGE: Final = "fra"
DPI: Final = 300
ONE_BLOCK: Final = "6"
"""Page segmentation mode: a single block of text, read line by line, as totals stand beside their labels."""
SECONDS: Final = 60
PATIENCE: Final = 10
"""Seconds given to the program to say who it is."""
MISSING: Final = (
    "Reconnaissance optique : le programme tesseract ou sa langue française manque. Installez les paquets Debian "
    "tesseract-ocr et tesseract-ocr-fra, ou mettez « ocr = false » dans la section [numerisation]."
)


def available() -> str:
    """Return the version of Tesseract, or raise ConfigError when it or its French is not installed."""
    said = _ask("--version")
    if LANGUAGE not in _ask("--list-langs").split():
        raise ConfigError(MISSING)
    version = re.search(r"tesseract v?([0-9][0-9.]{0,20})", said)
    return version[1] if version else "inconnue"


def recognise(pdf: Path, pages: Sequence[int]) -> tuple[str, ...]:
    """Return the text of pages (from 0); empty for a page that takes too long, or that the program gives up.

    Raises:
        PaperRefused: not a PDF that can be shown.
        ConfigError: the program is not installed.
    """
    program = _program()
    try:
        with pikepdf.open(pdf, suppress_warnings=True) as document, Pictures(pdf, document) as pictures:
            return tuple(_text(program, _image(pictures, number)) for number in pages)
    except (pikepdf.PdfError, pikepdf.PasswordError, pypdfium2.PdfiumError, IndexError) as error:
        raise PaperRefused(Reason.DAMAGED, DAMAGED) from error


def _image(pictures: Pictures, number: int) -> bytes:
    """Return a grey picture of the page as PGM: nothing is compressed to be inflated at once."""
    target = io.BytesIO()
    pictures.rendered(number, DPI).image.save(target, "PPM")
    return target.getvalue()


def _text(program: str, image: bytes) -> str:
    command = (program, "stdin", "stdout", "-l", LANGUAGE, "--psm", ONE_BLOCK, "--dpi", str(DPI))
    try:
        done = subprocess.run(  # noqa: S603 - the program asked for, its arguments are ours
            command, input=image, capture_output=True, timeout=SECONDS, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")[:LARGEST] if done.returncode == 0 else ""


def _environment() -> dict[str, str]:
    """One thread a page: several slow each other down, and documents are read side by side."""
    return dict(os.environ) | {"OMP_THREAD_LIMIT": "1"}


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found is None:
        raise ConfigError(MISSING)
    return found


def _ask(question: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - idem
            (_program(), question), capture_output=True, text=True, timeout=PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigError(MISSING) from error
    return done.stdout
