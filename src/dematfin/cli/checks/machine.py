"""The program and the machine that it runs on: versions, extras, locale, account."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

from dematfin import __version__
from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look

LIBRARIES: Final = (
    "sqlalchemy",
    "alembic",
    "pysqlite3",
    "httpx",
    "pydantic",
    "lxml",
    "xmlschema",
    "cryptography",
    "signxml",
    "pikepdf",
    "pypdfium2",
    "zxing-cpp",
    "apscheduler",
)
PROGRAM: Final = "programme"
ACCOUNT: Final = "compte du système"


def versions(_: Examined) -> Iterator[Line]:
    """Name what runs."""
    yield good(PROGRAM, f"dematfin {__version__}, Python {platform.python_version()} ({sys.executable})")
    yield good("système", f"{_distribution()}, noyau {platform.release()}, {platform.machine()}")
    yield good("bibliothèques", ", ".join(f"{name} {_version(name)}" for name in LIBRARIES))


def extras(examined: Examined) -> Iterator[Line]:
    """Look whether what the configuration calls for is installed."""
    settings = examined.settings
    wanted = {
        "postgres": ("psycopg", bool(settings.stockage.postgresql), "la base est PostgreSQL"),
        "s3": ("obstore", settings.stockage.s3 is not None, "les documents sont dans un stockage S3"),
        "pkcs11": ("pkcs11", bool(settings.signature.jeton), "la signature est sur un jeton"),
    }
    missing = {extra: why for extra, (module, used, why) in wanted.items() if used and find_spec(module) is None}
    for extra, why in missing.items():
        found = f"l'extension « {extra} » manque, et {why}"
        yield bad("extensions", found, f"Installez-la : pip install 'dematfin[{extra}]'.")
    if not missing:
        used = ", ".join(extra for extra, (_, used, _) in wanted.items() if used) or "aucune n'est nécessaire"
        yield good("extensions", used)


def locale(_: Examined) -> Iterator[Line]:
    """Names of files and accents need UTF-8."""
    found = {sys.getfilesystemencoding().lower(), (sys.stdout.encoding or "utf-8").lower()}
    if found <= {"utf-8", "utf8"}:
        yield good("langue du système", f"UTF-8 ({os.environ.get('LANG') or 'LANG absent'})")
    else:
        said = " et ".join(sorted(found))
        remedy = "Mettez LANG=C.UTF-8 dans l'unité systemd ou la crontab : sans elle les accents se perdent."
        yield look("langue du système", f"les textes sont lus en {said}", remedy)


def account(_: Examined) -> Iterator[Line]:
    """Nothing here needs to be root."""
    if os.geteuid() == 0:
        remedy = "Lancez-le sous un compte à lui (User=dematfin), qui possède la base et les documents."
        yield look(ACCOUNT, "le programme tourne en root", remedy)
    else:
        yield good(ACCOUNT, f"n° {os.geteuid()}, sans droit particulier")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()
