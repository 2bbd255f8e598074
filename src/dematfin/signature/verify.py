"""Judging a signed flow as a stranger would: places, form, digests and value, certificate, and what nobody signed.

The signatures cover the bordereaux, neither the documents of PES_PJ nor the headers: the whole file without its
signatures must be, byte for byte, the one that was prepared.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

from dematfin.domain.finding import Finding, blocking
from dematfin.errors import DocumentError, SignatureError
from dematfin.ports.signature import SignatureFact, SignatureReport
from dematfin.signature import conformity, structure
from dematfin.signature.authorities import Authorities
from dematfin.signature.canonical import canonical
from dematfin.signature.certificate import common_name, fingerprint, read_certificate
from dematfin.signature.form import CERTIFICATE_PATH, PROPERTIES_PATH, blank
from dematfin.signature.layout import light_copy, survey
from dematfin.signature.properties import UTC_FORMAT
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.splice import without
from dematfin.signature.structure import wrong
from dematfin.signature.vocabulary import xad
from dematfin.support.xml import parse_bytes, parser

SIGNING_TIME_PATH: Final = f"{PROPERTIES_PATH}/{xad('SignedSignatureProperties')}/{xad('SigningTime')}"
REFERENCES: Final = 2


class Verifier:
    """Implements ports.signature.SignatureCheck."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._authorities = authorities
        self._now = now

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        """Verify every signature of a flow, and that nothing but signatures was added to the unsigned one."""
        try:
            layout = survey(signed)
            root = parse_bytes(light_copy(signed, layout), f"Flux {signed.name}")
        except DocumentError as error:
            return SignatureReport(signatures=(), findings=(wrong("SIG-XML", str(error)),))
        findings = [wrong("SIG-ID", f"L'identifiant « {name} » est donné deux fois.") for name in layout.repeated]
        findings += structure.check(root)
        judged = [] if findings else [self._judge(sheet) for sheet in structure.bordereaux(root)]
        findings += (finding for _, found in judged for finding in found)
        if _digest(without(signed, layout.signatures)) != _digest(without(unsigned, ())):
            findings.append(wrong("SIG-SCEAU", "Le contenu du flux a changé depuis qu'il a été préparé."))
        facts = tuple(fact for fact, _ in judged if fact)
        return SignatureReport(signatures=facts, findings=tuple(dict.fromkeys(findings)))

    def _judge(self, sheet: Any) -> tuple[SignatureFact | None, tuple[Finding, ...]]:
        """Judge the one signature of a bordereau; tell who signed when nothing stands against it."""
        name = f"Bordereau {sheet.get('Id')}"
        signature = structure.signature_of(sheet)
        try:
            certificate = read_certificate(signature.findtext(CERTIFICATE_PATH) or "")
            signed_at = _signing_time(signature)
        except SignatureError as error:
            return None, (wrong("SIG-FORME", f"{name} : {error}"),)
        model = blank(sheet.get("Id"), certificate, signed_at, self._settings)
        findings = tuple(conformity.check(signature, model, name)) or (
            *_cryptography(sheet, signature, certificate),
            *self._in_the_past(signed_at, name),
            *self._authorities.judge(certificate, signed_at),
        )
        fact = SignatureFact(
            target=sheet.get("Id"),
            signer=common_name(certificate.subject),
            signed_at=signed_at,
            fingerprint=fingerprint(certificate),
        )
        return None if blocking(findings) else fact, findings

    def _in_the_past(self, signed_at: datetime, name: str) -> Iterator[Finding]:
        if signed_at > self._now():
            yield wrong("SIG-DATE", f"{name} : la date de signature est dans le futur. Vérifiez l'horloge du poste.")


def _signing_time(signature: Any) -> datetime:
    text = signature.findtext(SIGNING_TIME_PATH) or ""
    try:
        return datetime.strptime(text, UTC_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        message = f"la date de signature « {text} » n'est pas un instant UTC."
        raise SignatureError(message) from error


def _cryptography(sheet: Any, signature: Any, certificate: x509.Certificate) -> Iterator[Finding]:
    """Have signxml recompute digests and value, then compare what it says was signed with what stands in the flow.

    It is given the bordereau alone: the exclusive canonical form owes nothing to what is around.
    """
    name = f"Bordereau {sheet.get('Id')}"
    config = SignatureConfiguration(
        location="./",
        expect_references=REFERENCES,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=certificate.not_valid_before_utc,  # the dates are judged apart, at the date of signature
    )
    extract = etree.tostring(sheet, with_tail=False)
    try:
        results = XMLVerifier().verify(
            extract, x509_cert=certificate, id_attribute="Id", expect_config=config, parser=parser()
        )
    except (SignXMLException, etree.LxmlError, ValueError) as error:
        yield wrong("SIG-VALEUR", f"{name} : ce n'est pas le contenu qui a été signé ({error}).")
        return
    properties = canonical(signature.find(PROPERTIES_PATH))
    sheet.remove(signature)
    if not isinstance(results, list) or [one.signed_data for one in results] != [canonical(sheet), properties]:
        yield wrong("SIG-VALEUR", f"{name} : la signature couvre autre chose que ce bordereau.")


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
