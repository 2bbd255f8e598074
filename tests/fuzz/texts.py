"""Doors of plain files: registers, configuration, secrets, certificates, sheets, words, our notes in shared folders."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from dematfin.config.several import houses
from dematfin.domain import money
from dematfin.domain.exchange.file_names import safe, unique
from dematfin.domain.paper.batch import Door
from dematfin.domain.paper.proposals import Source, propose
from dematfin.domain.paper.sheet import Mark, Sheet, is_damaged, payload, sheet_in
from dematfin.domain.parties import iban, siret
from dematfin.errors import DocumentError
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from dematfin.mail.addresses import is_address
from dematfin.pes.official import installed
from dematfin.sandbox import pki
from dematfin.scanning.claims import LABEL, parcel
from dematfin.scanning.sightings import MEMORY, Sightings
from dematfin.signature.authorities import authorities_in
from dematfin.signature.certificate import fitness
from dematfin.signature.keys import open_pkcs12
from dematfin.signature.revocation import RevocationLists
from dematfin.signature.settings import SignatureSettings
from dematfin.steps import receipts
from dematfin.support import clock, tls
from dematfin.support.resources import file
from dematfin.support.resources import folder as resource
from dematfin.support.secrets import resolve
from dematfin.tdt.marks import Marks
from domain.layouts import KNOWN, LAYOUTS
from examples import BUDGETS
from fuzz import bending
from fuzz.reader import Reader, placed

SOFTWARE: Final = CsvFinanceSoftware(BUDGETS, FinanceSettings())
NOW: Final = clock.SystemClock("Europe/Paris").now
SHA: Final = "0" * 64
RECEIPT: Final = (
    '{"livraison": "000001", "remises": [{"id": "R1", "nature": "facture", "objet": "F2026-000001", "empreinte": "x", '
    f'"fichiers": [["a.pdf", "{SHA}", 12]], "prepare_le": "2026-03-02T09:00:00+00:00"}}]}}'
)
MARK: Final = (
    f'{{"nomfic": "F1", "sha256": "{SHA}", "octets": 12, "depose_le": "2026-03-02T09:00:00+00:00", "demarrage": "b"}}'
)
INSTALLED: Final = f'{{"version": "v5.17", "sha256": "{SHA}", "installe_le": "2026-03-02", "dossier": "jeu-1"}}'
SEPARATOR: Final = ";"


def registers(name: str) -> list[bytes]:
    """Return the registers of the invented commune."""
    text = (resource("fixtures") / "demo" / f"{name}.csv").read_bytes()
    return [text, text.decode().encode("cp1252", "replace"), b"\xef\xbb\xbf" + text.replace(b";", b",")]


@cache
def certificates() -> dict[str, Any]:
    """Return a root, a list of the revoked, the file of a key."""
    root = pki.make(pki.ROOT)
    mayor = pki.make(pki.MAYOR, root)
    return {"root": root, "pem": root.pem, "crl": pki.revocation_list(root), "p12": mayor.p12("x"), "mayor": mayor.pem}


def _house(data: bytes, folder: Path) -> object:
    return [one.settings() for one in houses(placed(data, folder, "config.toml"))]


def _private(data: bytes, folder: Path, name: str = "secret") -> Path:
    path = placed(data, folder, name)
    path.chmod(0o600)
    return path


def _secret(data: bytes, folder: Path) -> object:
    _private(data, folder)
    return len(resolve("fichier:secret", folder))


def _certificate(data: bytes, folder: Path) -> object:
    return [list(fitness(one, NOW())) for one in authorities_in((placed(data, folder, "a.pem"),))]


def _revoked(data: bytes, folder: Path) -> object:
    root = certificates()["root"]
    told = {"ville": "V", "code_postal": "21999", "pkcs12": folder, "listes_de_revocation": (placed(data, folder),)}
    settings = SignatureSettings.model_validate(told)
    found, _ = RevocationLists(settings, NOW).of(root.certificate, root.certificate)
    return [(one.next_update_utc, one.get_revoked_certificate_by_serial_number(12)) for one in found]


def _key(data: bytes, folder: Path) -> object:
    path = _private(data, folder, "cle.p12")
    return tls.load(path, "x").expires_on, open_pkcs12(path, lambda: "x").certificate


def _parcel(data: bytes, folder: Path) -> object:
    placed(data, folder, LABEL)
    placed(b"%PDF-1.4", folder, "contenu.pdf")
    return parcel(folder, Door.SINGLE)


def _sightings(data: bytes, folder: Path) -> object:
    path = placed(data, folder, MEMORY)
    os.utime(path, (4_000_000_000, 4_000_000_000))
    memory = Sightings(folder, NOW)
    age = memory.age(path)
    memory.keep()
    return age


def _mark(data: bytes, folder: Path) -> object:
    placed(data, folder, "F1.json")
    mark = Marks(folder, NOW).read("F1")
    return mark and (NOW() - mark.put_at)


def _receipt(data: bytes, _: Path) -> object:
    return receipts._read(data)


def _schemas(data: bytes, folder: Path) -> object:
    placed(data, folder, "installe.json")
    return installed(folder)


def _sheets(data: bytes, _: Path) -> object:
    text = data.decode("utf-8", "replace")
    found = sheet_in(iter([text]), patcht=True)
    return found, found and found.count, is_damaged(text)


def _proposals(data: bytes, _: Path) -> object:
    return propose([data.decode("utf-8", "replace")], Source.OCR, KNOWN)


def _typed(data: bytes, _: Path) -> object:
    """Numbers and names that people type: each refusal is a ValueError, told beside its field."""
    text = data.decode("utf-8", "replace")
    found = [is_address(text), safe(text), unique(text or "a", {"a"})]
    for parse in (money.typed, money.parse, iban.parse, siret.parse):
        try:
            found.append(parse(text))
        except ValueError as error:
            found.append(str(error))
    if all(isinstance(one, str) for one in found[3:]):
        message = "Rien de ce qui est tapé n'est un nombre."
        raise DocumentError(message)
    return found


CSV: Final = (
    "finance/text_file.py",
    "finance/csv_lines.py",
    "finance/csv_file.py",
    "finance/records.py",
    "finance/registers.py",
)


def register(name: str, take: Callable[[Path], object]) -> Reader:
    """Return the door of a register."""
    return Reader(
        name=name,
        read=lambda data, folder: take(placed(data, folder)),
        samples=lambda: registers(name),
        bend=bending.lines(SEPARATOR),
        modules=(*CSV, "finance/creditors.py"),
    )


TEXTS: Final = (
    register("engagements", SOFTWARE.engagements),
    register("tiers", SOFTWARE.tiers),
    register("credits", SOFTWARE.credits),
    Reader(
        name="configuration",
        read=_house,
        bend=bending.lines("="),
        modules=("config/reading.py", "config/several.py"),
        costs=4,
        samples=lambda: [
            file("config.example.toml").read_bytes(),
            file("config.syndicat.example.toml").read_bytes(),
            (resource("fixtures") / "demo" / "config.toml").read_bytes(),
        ],
    ),
    Reader(
        name="secret", read=_secret, samples=lambda: [b"un secret\n"], bend=bending.raw, modules=("support/secrets.py",)
    ),
    Reader(
        name="certificat",
        read=_certificate,
        samples=lambda: [certificates()["pem"], certificates()["mayor"]],
        bend=bending.der,
        modules=("signature/authorities.py", "signature/certificate.py"),
        costs=2,
    ),
    Reader(
        name="liste-revoques",
        read=_revoked,
        samples=lambda: [certificates()["crl"]],
        bend=bending.der,
        modules=("signature/revocation.py",),
    ),
    Reader(
        name="cle",
        read=_key,
        samples=lambda: [certificates()["p12"]],
        bend=bending.raw,
        modules=("support/tls.py", "signature/keys.py", "signature/opening.py"),
        costs=10,
    ),
    Reader(
        name="etiquette",
        read=_parcel,
        samples=lambda: [b'{"nom": "a.pdf", "place": "", "entier": true}'],
        bend=bending.json_text,
        modules=("scanning/claims.py",),
    ),
    Reader(
        name="vus",
        read=_sightings,
        samples=lambda: [b'{"a.pdf": [12, 34, 5.6]}'],
        bend=bending.json_text,
        modules=("scanning/sightings.py",),
    ),
    Reader(
        name="marque-depot",
        read=_mark,
        samples=lambda: [MARK.encode()],
        bend=bending.json_text,
        modules=("tdt/marks.py", "support/json_object.py"),
    ),
    Reader(
        name="recu-remise",
        read=_receipt,
        samples=lambda: [RECEIPT.encode()],
        bend=bending.json_text,
        modules=("steps/receipts.py",),
    ),
    Reader(
        name="schemas-installes",
        read=_schemas,
        samples=lambda: [INSTALLED.encode()],
        bend=bending.json_text,
        modules=("pes/official.py",),
    ),
    Reader(
        name="feuille",
        read=_sheets,
        bend=bending.words,
        modules=("domain/paper/sheet.py",),
        samples=lambda: [payload(Sheet(mark=mark, route="12", serial=42)).encode() for mark in Mark],
    ),
    Reader(
        name="mots-lus",
        read=_proposals,
        samples=lambda: [one.text.encode() for one in LAYOUTS],
        bend=bending.words,
        modules=("domain/paper/proposals.py",),
        costs=2,
    ),
    Reader(
        name="saisie",
        read=_typed,
        samples=lambda: [b"1 234,50", b"FR76 1999 9000 1700 0987 6543 276", b"219 900 420 00015", b"a@valbrume.test"],
        bend=bending.words,
        modules=("domain/money.py", "domain/parties/iban.py", "domain/parties/siret.py", "mail/addresses.py"),
    ),
)
