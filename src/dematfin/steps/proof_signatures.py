"""The signatures of a flow, told to an auditor: who, when, with which certificate, and all that was found."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from dematfin.domain.finding import Severity
from dematfin.domain.mandat.flux import Flux
from dematfin.ports.app import App
from dematfin.ports.signature import SignatureFact, SignatureReport


def signature_report(app: App, flux: Flux, path: Path, unsigned: str) -> str:
    """Return what is known of the signatures of a flow, in French; `unsigned`: why it has none."""
    lines = [f"Flux {flux.id}"]
    lines += (
        [f"  Pas de signature électronique : {unsigned}."] if unsigned else _told(app, app.signatures.examine(path))
    )
    return "\n".join((*lines, ""))


def signed_events(app: App, flux: Flux, at: datetime, certificate: str, remarks: str) -> str:
    """Return what was written down on the day of the signature."""
    day = f"{app.clock.local(at):%d/%m/%Y à %H:%M}"
    known = f" Certificat {certificate}." if certificate else ""
    return f"  Noté le {day} : {flux.id} signé.{known} {remarks or 'Aucune remarque.'}"


def _told(app: App, report: SignatureReport) -> Iterator[str]:
    for fact in report.signatures:
        yield "  Signature bonne"
        yield from _fact(app, fact)
    for fact in report.refused:
        yield "  Signature à laquelle quelque chose s'oppose (voir les constats)"
        yield from _fact(app, fact)
    yield "  Constats du jour de ce dossier :" if report.findings else "  Rien d'autre n'est constaté."
    for one in report.findings:
        yield f"  - {'contre' if one.severity is Severity.BLOCKING else 'à noter'} : {one.sentence} ({one.code})"


def _fact(app: App, fact: SignatureFact) -> Iterator[str]:
    days = f"valable du {fact.valid_from:%d/%m/%Y} au {fact.valid_until:%d/%m/%Y}" if fact.valid_until else ""
    yield f"    de {fact.signer}, {fact.role}, à {fact.place}"
    yield f"    datée par lui du {app.clock.local(fact.signed_at):%d/%m/%Y à %H:%M:%S}"
    yield f"    couvre : {fact.scope} {fact.target}"
    yield f"    certificat {fact.fingerprint}, délivré par {fact.issuer}, {days}"
    yield f"    XAdES {fact.xades}, politique {fact.policy}"
