"""What a stranger may lack: the official schemas and samples, xmlsec1, PostgreSQL, Tesseract, libzbar,
Chromium, SoftHSM.

A test that needs one of them carries its mark. Without it the test is not collected and the run says how many were
left out; with `CI=true` nothing may be missing, so the run fails.
"""

import os
import shutil
from ctypes.util import find_library
from pathlib import Path
from typing import Final

import pytest

OFFICIAL: Final = Path(os.environ.get("DEMATFIN_OFFICIEL", "absent"))

needs_official = pytest.mark.needs_official
needs_xmlsec1 = pytest.mark.needs_xmlsec1
needs_postgres = pytest.mark.needs_postgres
needs_tesseract = pytest.mark.needs_tesseract
needs_zbar = pytest.mark.needs_zbar
needs_chromium = pytest.mark.needs_chromium
needs_softhsm = pytest.mark.needs_softhsm
SOFTHSM: Final = Path("/usr/lib/softhsm/libsofthsm2.so")


def missing() -> dict[str, str]:
    """Return, for each mark whose component is absent, how to get it."""
    gaps = {}
    if not (OFFICIAL / "xsd" / "pes").is_dir():
        gaps["needs_official"] = "the official schemas and samples (set DEMATFIN_OFFICIEL to their folder)"
    if shutil.which("xmlsec1") is None:
        gaps["needs_xmlsec1"] = "xmlsec1 (Debian package xmlsec1)"
    if postgres_bin() is None:
        gaps["needs_postgres"] = "PostgreSQL's programs (Debian package postgresql)"
    if shutil.which("tesseract") is None:
        gaps["needs_tesseract"] = "Tesseract (Debian packages tesseract-ocr and tesseract-ocr-fra)"
    if find_library("zbar") is None:
        gaps["needs_zbar"] = "the second reader of bar codes (Debian package libzbar0)"
    if shutil.which("chromium") is None:
        gaps["needs_chromium"] = "a browser (Debian package chromium)"
    if not SOFTHSM.is_file():
        gaps["needs_softhsm"] = "a token in software (Debian package softhsm2)"
    return gaps


def postgres_bin() -> Path | None:
    """Return the folder of initdb and pg_ctl, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None
