"""Judging a signed flow as a stranger would: places, form, digests and value, certificate, and what nobody signed.

Signatures of bordereaux cover neither the documents of PES_PJ nor the headers: the whole flow without its signatures
must be the one that was prepared, comments included: canonical forms drop those, and ours have none.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.errors import DocumentError, SignatureError
from dematfin.ports.signature import Issued, Scope, SignatureFact, SignatureReport
from dematfin.signature import conformity, grammar, policy, structure, value
from dematfin.signature.authorities import Authorities
from dematfin.signature.certificate import common_name, fingerprint, pem, read_certificate
from dematfin.signature.flow import Flow
from dematfin.signature.form import CERTIFICATE_PATH
from dematfin.signature.layout import survey
from dematfin.signature.reading import Said, read
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.structure import Signed, wrong
from dematfin.signature.vocabulary import SIGNATURE
from dematfin.support.splice import without

Judged = tuple[SignatureFact | None, tuple[Finding, ...]]
CHANGED: Final = "Le contenu du flux a changé depuis qu'il a été préparé : ne le transmettez pas, signez l'original."
OURS_ALONE: Final = "SIG-PERSONNE"
"""What is asked of our signatory only: the flow of somebody else is signed by somebody else."""


class Verifier:
    """Implements ports.signature.SignatureCheck."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._authorities = authorities
        self._now = now

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        """Verify every signature of a flow, and that nothing but signatures was added to the unsigned one."""
        try:
            flow = Flow.read(signed)
            found = self._judged(flow, leaving=True)
            seal = () if _same(flow, unsigned) else (wrong("SIG-SCEAU", CHANGED),)
        except DocumentError as error:
            return _unreadable(error)
        return replace(found, findings=(*found.findings, *seal))

    def examine(self, flow: Path) -> SignatureReport:
        """Verify every signature of anybody's flow."""
        try:
            opened = Flow.read(flow, ours=False)
        except DocumentError as error:
            return _unreadable(error)
        found = self._judged(opened, leaving=False)
        return replace(found, findings=(*found.findings, *_uncovered(opened, found)))

    def bare(self, flow: Path) -> str:
        """Return the fingerprint of a flow without its signatures."""
        try:
            return _digest(without(flow, survey(flow, ours=False).signatures)).hex()
        except DocumentError:
            return ""

    def certificates(self, flow: Path) -> tuple[Issued, ...]:
        """Return the certificates that sign a flow, each with those who issued it."""
        try:
            root = Flow.read(flow, ours=False).root
        except DocumentError:
            return ()
        found: dict[str, Issued] = {}
        for one in root.iter(SIGNATURE):
            with suppress(SignatureError):
                certificate = read_certificate(one.findtext(CERTIFICATE_PATH) or "")
                found[fingerprint(certificate)] = Issued(
                    fingerprint=fingerprint(certificate),
                    certificate=pem(certificate),
                    authorities=tuple(map(pem, self._authorities.above(certificate))),
                )
        return tuple(found.values())

    def _judged(self, flow: Flow, *, leaving: bool) -> SignatureReport:
        """Judge places first; a flow where something is out of place has no signature worth reading."""
        findings = [
            wrong("SIG-ID", f"L'identifiant « {name} » est donné deux fois : on ne sait ce qui est signé.")
            for name in flow.layout.repeated
        ]
        findings += structure.check(flow.root)
        judged: list[Judged] = []
        if all(finding.code == "SIG-DEMAT" for finding in findings):
            judged = [self._judge(flow, one, leaving=leaving) for one in structure.signed(flow.root)]
        return SignatureReport(
            signatures=tuple(fact for fact, found in judged if fact and not blocking(found)),
            refused=tuple(fact for fact, found in judged if fact and blocking(found)),
            findings=tuple(dict.fromkeys([*findings, *(one for _, found in judged for one in found)])),
        )

    def _judge(self, flow: Flow, signed: Signed, *, leaving: bool) -> Judged:
        """Judge one signature, and tell who signed."""
        form = tuple(grammar.check(signed.signature, signed.name))
        if blocking(form):
            return None, form
        try:
            said = read(signed.signature)
        except SignatureError as error:
            return None, (wrong("SIG-FORME", f"{signed.name} : {error}"),)
        findings = (*form, *conformity.check(said, signed))
        if not any(one.code == "SIG-FORME" for one in blocking(findings)):
            findings = (*findings, *value.check(flow, signed, said))
        return _fact(said, signed), (
            *findings,
            *policy.check(said, self._settings.politique, signed.name, leaving=leaving),
            *self._in_the_past(said.signed_at, signed.name),
            *self._person(said, leaving=leaving),
        )

    def _person(self, said: Said, *, leaving: bool) -> Iterator[Finding]:
        for finding in self._authorities.judge(said.certificate, said.signed_at):
            ours_alone = finding.code == OURS_ALONE and not leaving
            yield replace(finding, severity=Severity.WARNING) if ours_alone else finding

    def _in_the_past(self, signed_at: datetime, name: str) -> Iterator[Finding]:
        if signed_at > self._now():
            yield wrong("SIG-DATE", f"{name} : la date de signature est dans le futur. Vérifiez l'horloge du poste.")


def _fact(said: Said, signed: Signed) -> SignatureFact:
    certificate = said.certificate
    return SignatureFact(
        target=signed.element.get("Id"),
        signer=common_name(certificate.subject),
        signed_at=said.signed_at,
        fingerprint=fingerprint(certificate),
        scope=signed.scope,
        xades=said.xades,
        issuer=common_name(certificate.issuer),
        role=said.role,
        place=" ".join(said.place),
        policy=said.policy,
        valid_from=certificate.not_valid_before_utc.date(),
        valid_until=certificate.not_valid_after_utc.date(),
    )


def _uncovered(flow: Flow, report: SignatureReport) -> Iterator[Finding]:
    """Tell that signatures of bordereaux do not cover the documents."""
    facts = (*report.signatures, *report.refused)
    if flow.layout.documents and any(one.scope is Scope.BORDEREAU for one in facts):
        yield Finding(
            code="SIG-PJ",
            severity=Severity.INFO,
            sentence="Les pièces jointes ne sont pas couvertes par les signatures des bordereaux : rien ici ne dit "
            "qu'elles n'ont pas changé depuis. Comparez avec le fichier d'origine si vous en doutez.",
        )


def _same(flow: Flow, unsigned: Path) -> bool:
    """Say whether a flow is, signatures apart, the one that was prepared: in bytes, or as XML means it."""
    if _digest(without(flow.path, flow.layout.signatures)) == _digest(without(unsigned, ())):
        return True
    for signature in list(flow.root.iter(SIGNATURE)):
        signature.getparent().remove(signature)
    original = Flow.read(unsigned, ours=False)
    return flow.digest(flow.root, with_comments=True) == original.digest(original.root, with_comments=True)


def _unreadable(error: DocumentError) -> SignatureReport:
    return SignatureReport(signatures=(), findings=(wrong("SIG-XML", str(error)),))


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
