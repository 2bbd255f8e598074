"""Where flows are signed, and judging signatures."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from dematfin.domain.finding import Finding, Severity


class Scope(StrEnum):
    """What one signature covers."""

    BORDEREAU = "bordereau"
    FLOW = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFact:
    """One signature: what it signs, by whom, when, with which certificate.

    Attributes:
        fingerprint: SHA-256 of the certificate, in hexadecimal.
        xades: version of the form: "1.2.2", "1.1.1".
        policy: OID of the signature policy.
        valid_from, valid_until: days of the certificate.
    """

    target: str
    signer: str
    signed_at: datetime
    fingerprint: str
    scope: Scope = Scope.BORDEREAU
    xades: str = ""
    issuer: str = ""
    role: str = ""
    place: str = ""
    policy: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """What was found on a file; a blocking finding means that it must not leave.

    Attributes:
        signatures: those that hold.
        refused: those that can be read, and that something stands against.
    """

    signatures: tuple[SignatureFact, ...]
    findings: tuple[Finding, ...]
    refused: tuple[SignatureFact, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What does not stop a flow, and a person should look at."""
        return tuple(one.sentence for one in self.findings if one.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate that signs a flow, and those who issued it, up to a root that is trusted here; in PEM.

    Attributes:
        fingerprint: SHA-256 of the certificate, in hexadecimal.
        authorities: nearest first; empty when none of them is known.
    """

    fingerprint: str
    certificate: str
    authorities: tuple[str, ...]


class Place(StrEnum):
    """Where flows are signed."""

    HERE = "ici"
    PARAPHEUR = "parapheur"
    ELSEWHERE = "ailleurs"


class Progress(StrEnum):
    """What has become of a flow that was handed over to be signed."""

    SIGNED = "SIGNED"
    REFUSED = "REFUSED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """A flow to sign.

    Attributes:
        nomfic: its own name, the same each time that it is handed over.
        flow: its bytes, unsigned.
        title, total: what a person is shown of it; euros.
        reference: what we call it there; another one each time that it is handed over anew.
    """

    nomfic: str
    flow: Path
    title: str
    total: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The answer about a flow that was handed over.

    Attributes:
        reason: why it is refused, in the words of whoever refused it; or why one may wait for it in vain.
        history: what the place kept of it, byte for byte; empty when it keeps nothing.
        slip: the sheet of signature that the place wrote, a PDF; empty when there is none.
    """

    progress: Progress
    reason: str = ""
    history: bytes = b""
    slip: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose certificate is about to sign: shown before anybody says yes."""

    name: str
    issuer: str
    expires_on: date


class SigningDesk(Protocol):
    """A place where flows are signed: a key here, a bought i-Parapheur, or anywhere else by hand."""

    @property
    def place(self) -> Place:
        """Where it is."""
        ...

    def holder(self) -> Holder | None:
        """Return whose certificate signs here; None where the place chooses. The PIN is asked for here, once.

        Raises:
            SignatureError: the key does not open, or its certificate may not sign.
        """
        ...

    def submit(self, request: ToSign) -> str:
        """Hand a flow over and return the reference to ask about it; handed over twice, it is one.

        Raises:
            SignatureError: it cannot be signed; Unreachable, UnknownOutcome, Refused: the place did not take it.
        """
        ...

    def collect(self, reference: str, target: Path) -> Collected:
        """Say what became of a flow; once it is signed, its bytes are written to `target`, whole or not at all."""
        ...

    def release(self, reference: str) -> None:
        """Take a flow out of there: put away once it has ended, else taken back; may be said twice.

        Raises:
            Refused: somebody is deciding on it.
        """
        ...


class SignatureCheck(Protocol):
    """Judges a signed file as a stranger would."""

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        """Verify every signature, and that nothing but signatures was added to the unsigned file."""
        ...

    def examine(self, flow: Path) -> SignatureReport:
        """Verify every signature of anybody's flow, with what is known of the tools that sign; what it covers and what
        it does not is told."""
        ...

    def bare(self, flow: Path) -> str:
        """Return the SHA-256 of a flow without the bytes of its signatures, in hexadecimal; empty when it is none."""
        ...

    def certificates(self, flow: Path) -> tuple[Issued, ...]:
        """Return the certificates that sign a flow, each once; those that cannot be read are left out."""
        ...
