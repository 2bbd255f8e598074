"""Certificates and passwords: what ends soon, at sixty, thirty and seven days."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.output import day
from dematfin.domain.figures.alerts import password_alert
from dematfin.domain.figures.urgency import remaining, urgency
from dematfin.domain.finding import Severity
from dematfin.domain.link import SIGNATURE, Link
from dematfin.domain.registers import StructureRules
from dematfin.errors import DematfinError, SignatureError
from dematfin.signature.ends import of_authorities, of_lists
from dematfin.tdt.folder import FolderTdt
from dematfin.wiring import reach_tdt

SIGNING: Final = "certificat de signature"
RENEW: Final = "Demandez-en un autre à son autorité avant cette date."
RENEWED: Final = f"{RENEW} Déjà remplacé ? La prochaine signature le dira ici."
LINK: Final = "certificat du TdT"
TRUST: Final = "autorités de signature"
LISTS: Final = "listes de révocation"
PASSWORD: Final = "mot de passe Chorus Pro"  # noqa: S105 - the name of a line


def signing(examined: Examined) -> Iterator[Line]:
    """Judge the certificate that signs here; nobody is named."""
    if not examined.diagnosis.has_signatory:
        said, end = examined.diagnosis.signature(), _last_signed_until(examined)
        before = f"{said} ; celui qui a signé en dernier : "
        yield _ending(examined, SIGNING, end, RENEWED, before) if end else good(SIGNING, said)
        return
    found = examined.diagnosis.signatory()
    for one in found.findings:
        said = one.sentence.replace(found.name, "la personne qui signe")
        if one.severity is Severity.BLOCKING:
            yield bad(SIGNING, said, "", SignatureError.exit_code)
        else:
            yield look(SIGNING, said, "")
    yield _ending(examined, SIGNING, found.ends_on, RENEW)


def _last_signed_until(examined: Examined) -> date | None:
    """Return the end of the certificate that signed last, which nobody may open here; None where it is not known."""
    if not examined.settings.pes.dematerialise:
        return None
    try:
        with examined.base.books() as books:
            known = books.find(Link, id=SIGNATURE)
    except DematfinError:  # told of the base itself
        return None
    return known[0].certificate_expires_on if known else None


def link(examined: Examined) -> Iterator[Line]:
    """Look at our client certificate, without calling the TdT."""
    tdt = reach_tdt(examined.settings, examined.folder)
    if not isinstance(tdt, FolderTdt):
        remedy = "Donnez le nouveau à l'administrateur du TdT avant de l'installer ici (docs/guide-tdt.md)."
        yield _ending(examined, LINK, tdt.certificate_expires_on, remedy)


def trust(examined: Examined) -> Iterator[Line]:
    """Look at what judges signatures: authorities, then lists of the revoked."""
    settings = examined.settings.signature
    authorities = tuple(of_authorities(settings.autorites))
    if not authorities and examined.settings.pes.dematerialise:
        yield look(TRUST, "aucune", "Donnez « autorites » dans [signature] : sans elles une chaîne n'est pas vérifiée.")
    elif authorities:
        name, end = min(authorities, key=lambda one: one[1])
        remedy = f"Ajoutez celle qui remplace « {name} »."
        yield _ending(examined, TRUST, end, remedy, f"{len(authorities)}, la première à finir : ")
    for name, due in of_lists(settings.listes_de_revocation):
        if due < examined.now.date():
            remedy = "Téléchargez la nouvelle, ou mettez telecharger_crl = true."
            yield look(LISTS, f"{name} n'est plus à jour depuis le {day(due)}", remedy)
        else:
            yield good(LISTS, f"{name}, à jour jusqu'au {day(due)}")


def password(examined: Examined) -> Iterator[Line]:
    """A technical account of Chorus Pro lapses after 424 days."""
    with examined.base.books() as books:
        known = books.find(StructureRules)
    told = [one for one in (password_alert(rules, examined.now.date()) for rules in known) if one]
    for sentence in told:
        yield look(PASSWORD, sentence, "")
    ends = [rules.password_expires_on for rules in known if rules.password_expires_on]
    if ends and not told:
        yield good(PASSWORD, f"jusqu'au {day(min(ends))}")
    elif not ends:
        yield good(PASSWORD, "sa fin n'est pas connue : Chorus Pro la dit au prochain import")


def _ending(examined: Examined, subject: str, end: date, remedy: str, before: str = "") -> Line:
    """Say how long something lasts, louder as its end comes near."""
    today = examined.now.date()
    if end < today:
        return bad(subject, f"{before}expiré le {day(end)}", remedy, SignatureError.exit_code)
    said = f"{before}jusqu'au {day(end)}, {remaining(end, today)}"
    return good(subject, said) if urgency(end, today) is None else look(subject, said, remedy)
