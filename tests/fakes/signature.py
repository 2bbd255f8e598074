"""A mayor who signs with a word at the end of the file, and a judge who looks for it."""

from datetime import UTC, date, datetime
from pathlib import Path

from dematfin.domain.finding import Finding, Severity
from dematfin.ports.signature import Collected, Holder, Progress, SignatureFact, SignatureReport, ToSign

WORD = b"<!-- signature de TEST -->"


class FakeSigner:
    """Implements SigningDesk: what is submitted is signed at once."""

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


class FakeCheck:
    """Implements SignatureCheck."""

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        if signed.read_bytes() != unsigned.read_bytes() + WORD:
            finding = Finding(code="SIG-VALEUR", severity=Severity.BLOCKING, sentence="La signature n'est pas bonne.")
            return SignatureReport(signatures=(), findings=(finding,))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        fact = SignatureFact(target="B1", signer="TEST MAIRE", signed_at=at, fingerprint="f" * 64)
        return SignatureReport(signatures=(fact,), findings=())

    def examine(self, flow: Path) -> SignatureReport:
        content = flow.read_bytes()
        if not content.endswith(WORD):
            finding = Finding(code="SIG-COUVERTURE", severity=Severity.BLOCKING, sentence="Le flux n'est pas signé.")
            return SignatureReport(signatures=(), findings=(finding,))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        fact = SignatureFact(target="B1", signer="TEST MAIRE", signed_at=at, fingerprint="f" * 64)
        return SignatureReport(signatures=(fact,), findings=())
