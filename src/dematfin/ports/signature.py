"""Signing flows, and judging signatures."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dematfin.domain.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFact:
    """One signature that holds: what it signs, by whom, when, with which certificate."""

    target: str
    signer: str
    signed_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """What was found on a file; a blocking finding means that it must not leave."""

    signatures: tuple[SignatureFact, ...]
    findings: tuple[Finding, ...]


class Signer(Protocol):
    """Holds, for the time of one act, the key of the person who signs."""

    def sign(self, flow: Path, target: Path, at: datetime) -> None:
        """Write the flow with each bordereau signed, whole or not at all; raise SignatureError."""
        ...


class SignatureCheck(Protocol):
    """Judges a signed file as a stranger would."""

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        """Verify every signature, and that nothing but signatures was added to the unsigned file."""
        ...
