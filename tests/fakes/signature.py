"""A mayor who signs with a word at the end of the file, here or in her own place, and a judge who looks for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import Refused
from dematfin.ports.signature import Collected, Holder, Issued, Place, Progress, SignatureFact, SignatureReport, ToSign

WORD = b"\n\t\n\t\n"
"""Blanks after the end of a flow: its rules, which judge what comes back signed, read nothing there."""


class FakeSigner:
    """Implements SigningDesk: what is submitted is signed at once."""

    place = Place.HERE

    def __init__(self) -> None:
        self.signed: dict[str, bytes] = {}

    def holder(self) -> Holder:
        return Holder(name="TEST MAIRE", issuer="AC TEST", expires_on=date(2027, 3, 2))

    def submit(self, request: ToSign) -> str:
        self.signed[request.nomfic] = request.flow.read_bytes() + WORD
        return request.nomfic

    def collect(self, reference: str, target: Path) -> Collected:
        target.write_bytes(self.signed[reference])
        return Collected(progress=Progress.SIGNED)

    def release(self, reference: str) -> None:
        self.signed.pop(reference, None)


@dataclass
class FakePlace:
    """Implements SigningDesk: somewhere else, where somebody signs, refuses, or takes days.

    Attributes:
        made: each folder that was really made, in order; `put_away` those that were.
    """

    folders: dict[str, bytes] = field(default_factory=dict)
    ended: dict[str, Collected] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    made: list[str] = field(default_factory=list)
    put_away: list[str] = field(default_factory=list)

    place = Place.PARAPHEUR

    def holder(self) -> None:
        """The place chooses."""

    def submit(self, request: ToSign) -> str:
        if request.reference not in self.folders:
            self.folders[request.reference] = request.flow.read_bytes()
            self.made.append(request.reference)
        return request.reference

    def collect(self, reference: str, target: Path) -> Collected:
        if reference not in self.folders:
            return Collected(progress=Progress.PENDING, reason="Il est introuvable là-bas.")
        answer = self.ended.get(reference, Collected(progress=Progress.PENDING))
        if answer.progress is Progress.SIGNED:
            target.write_bytes(self.folders[reference])
        return answer

    def release(self, reference: str) -> None:
        if reference not in self.folders:
            return
        if reference in self.read and reference not in self.ended:
            message = f"Le dossier {reference} est déjà lu."
            raise Refused(message)
        self.put_away.append(reference)
        del self.folders[reference]

    def sign(self, reference: str) -> None:
        self.folders[reference] += WORD
        self.ended[reference] = Collected(progress=Progress.SIGNED, history=b"<histoire/>", slip=b"%PDF-1.4 fiche")

    def refuse(self, reference: str, reason: str) -> None:
        self.ended[reference] = Collected(progress=Progress.REFUSED, reason=reason, history=b"<histoire/>")

    def open(self, reference: str) -> None:
        self.read.add(reference)

    def delete(self, reference: str) -> None:
        del self.folders[reference]


@dataclass
class FakeCheck:
    """Implements SignatureCheck."""

    now: Callable[[], datetime]
    signer: str = "MAIRE Jeanne"

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        if signed.read_bytes() != unsigned.read_bytes() + WORD:
            finding = Finding(code="SIG-VALEUR", severity=Severity.BLOCKING, sentence="La signature n'est pas bonne.")
            return SignatureReport(signatures=(), findings=(finding,))
        fact = SignatureFact(target="B1", signer=self.signer, signed_at=self.now(), fingerprint="f" * 64)
        return SignatureReport(signatures=(fact,), findings=())

    def examine(self, flow: Path) -> SignatureReport:
        content = flow.read_bytes()
        if not content.endswith(WORD):
            finding = Finding(code="SIG-COUVERTURE", severity=Severity.BLOCKING, sentence="Le flux n'est pas signé.")
            return SignatureReport(signatures=(), findings=(finding,))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        fact = SignatureFact(target="B1", signer=self.signer, signed_at=at, fingerprint="f" * 64)
        return SignatureReport(signatures=(fact,), findings=())

    def certificates(self, flow: Path) -> tuple[Issued, ...]:
        return ()

    def bare(self, flow: Path) -> str:
        return ""
