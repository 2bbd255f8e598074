"""A mayor who signs with a word at the end of the file, and a judge who looks for it."""

from datetime import UTC, datetime
from pathlib import Path

from dematfin.domain.finding import Finding, Severity
from dematfin.ports.signature import SignatureFact, SignatureReport

WORD = b"<!-- signature de TEST -->"


class FakeSigner:
    """Implements Signer."""

    def sign(self, flow: Path, target: Path, at: datetime) -> None:
        target.write_bytes(flow.read_bytes() + WORD)


class FakeCheck:
    """Implements SignatureCheck."""

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        if signed.read_bytes() != unsigned.read_bytes() + WORD:
            finding = Finding(code="SIG-VALEUR", severity=Severity.BLOCKING, sentence="La signature n'est pas bonne.")
            return SignatureReport(signatures=(), findings=(finding,))
        at = datetime(2026, 3, 2, tzinfo=UTC)
        fact = SignatureFact(target="B1", signer="TEST MAIRE", signed_at=at, fingerprint="f" * 64)
        return SignatureReport(signatures=(fact,), findings=())
