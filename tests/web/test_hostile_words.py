"""A town whose suppliers, colleagues and circuits have the worst of names: shown as the text that they are."""

from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser

from dematfin.acts import absences, supporting
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import Content, InvoiceLine, Supplier
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.folder import VisaFolder
from examples import AGENT, VISEUR
from official import needs_chromium
from visa.desks import STAND_IN
from web.served import Served
from web.town import LATE, OF_TWO, PLAIN, Town, pdf
from web.visitor import Visitor
from web.windows import KINDS, Kind, window

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{% raw %}\u202e\u2066&lt;\x00\r\nX: y"
SHOWN = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{% raw %}&lt;"
"""What a reader sees of it, on one line."""


R = TypeVar("R", Content, Supplier)


def soiled(value: R) -> R:
    """Return a record with that text in every field that is a plain text and names nothing else."""
    kept = {"identifier", "identifier_kind", "currency", "frame", "siret", "iban", "country"}
    texts = [one.name for one in fields(value) if type(getattr(value, one.name)) is str and one.name not in kept]
    return replace(value, **dict.fromkeys(texts, EVIL))  # type: ignore[arg-type]


@pytest.fixture
def foul(town: Town) -> Town:
    """Return the town after its words have gone bad, and its desks with them."""
    paul = replace(VISEUR, name=EVIL, desks=frozenset({"SCOLAIRE", "VOIRIE", EVIL}), email=EVIL)
    town.save(paul, replace(STAND_IN, name=EVIL))
    for invoice in town.all(Invoice):
        clean: Invoice = invoice
        said = soiled(clean.content)
        lines = (InvoiceLine(number=1, reference=EVIL, quantity=Decimal(1), unit_price=Decimal(2), ht=Decimal(2)),)
        files = tuple(replace(one, name=EVIL) for one in clean.content.attachments)
        said = replace(said, supplier=soiled(clean.content.supplier), lines=lines, attachments=files)
        finding = Finding(code="X", severity=Severity.WARNING, sentence=EVIL, article=EVIL)
        town.save(replace(clean, content=said, engagement=EVIL, marche=EVIL, findings=(finding,)))
    supporting.attach(town.app, paul, LATE, EVIL, pdf("Bon"))
    today = town.clock.today()
    asked = absences.Absence(
        absent=paul.id, substitute=STAND_IN.id, starts_on=today, ends_on=today, desks=frozenset({EVIL}), reason=EVIL,
        decree=EVIL,
    )  # fmt: skip
    absences.delegate(town.app, paul, asked)
    folder: VisaFolder = town.folder_of(PLAIN)
    town.save(replace(folder, steps=(replace(folder.steps[0], desks=("SCOLAIRE", EVIL)),)))
    return town


@needs_chromium
@pytest.mark.parametrize("kind", KINDS[:2], ids=lambda kind: kind.name)
def test_nothing_that_others_wrote_runs_or_turns_a_line_around(
    kind: Kind, browser: Browser, pages: Served, foul: Town, tmp_path: Path
) -> None:
    with window(browser, pages, tmp_path, kind) as at:
        at.sign_in(VISEUR)
        for path in (
            "/visas",
            f"/visas?cherche={EVIL[:90]}",
            "/absences",
            "/compte",
            f"/dossier/{LATE}",
            f"/dossier/{PLAIN}",
        ):
            at.open(path)
            at.picture(path.replace("/", "-").partition("?")[0])
            assert at.page.locator("main script, main img").count() == 0
            assert "49" not in at.words
            assert not {"\u202e", "\u2066", "\x00"} & set(at.page.content())
            wide: int = at.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= kind.width, path
        assert SHOWN[:60] in at.words
        at.unfold("Refuser")
        at.field("Motif du refus").select_option("autre motif")
        at.field("Explication").fill(EVIL)
        at.press("Refuser cette facture")
        assert SHOWN[:60] in at.words
        at.open("/visas")
        at.page.get_by_label(f"Ajouter {OF_TWO} au lot").check()
        at.press("Viser ensemble les factures cochées…")
        assert at.heading == "Viser ensemble 1 facture"
        at.press("Se déconnecter")
        at.sign_in(VISEUR, EVIL)
        assert "inconnu" in at.alert
        at.sign_in(AGENT)
        for path in (f"/factures?{urlencode({'mots': EVIL, 'montant': EVIL, 'depuis': EVIL})}", f"/facture/{LATE}"):
            at.open(path)
            at.picture(path.replace("/", "-").partition("?")[0])
            assert SHOWN[:30] in at.page.content().replace("&lt;", "<").replace("&gt;", ">")
            assert at.page.locator("main script, main img").count() == 0
            assert not {"\u202e", "\u2066", "\x00"} & set(at.page.content())
            assert at.page.evaluate("document.documentElement.scrollWidth") <= kind.width, path
    assert at.problems == []


def hostile_forms() -> Iterator[tuple[str, dict[str, str | list[str]]]]:
    yield f"/dossier/{LATE}/viser", {"service-fait": EVIL, "montant-admis": EVIL, "commentaire": EVIL}
    yield f"/dossier/{LATE}/refuser", {"motif": EVIL, "commentaire": EVIL}
    yield f"/dossier/{LATE}/transferer", {"bureau": EVIL, "motif-transfert": EVIL}
    yield "/visas/lot", {"facture": EVIL}
    yield "/visas/lot/viser", {"facture": EVIL, "vu": EVIL, "service-fait": EVIL, "clic": EVIL}
    yield "/absences", {"remplacant": EVIL, "du": EVIL, "au": EVIL, "motif": EVIL, "bureau": EVIL}
    yield "/absences/x/finir", {}
    yield "/connexion", {"identifiant": EVIL, "mot-de-passe": EVIL, "suite": EVIL}
    yield "/compte", {"present": EVIL, "nouveau": EVIL, "encore": EVIL}


def test_what_is_typed_is_given_back_as_text(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        for path, typed in hostile_forms():
            answer = visitor.post(path, typed)
            assert 400 <= answer.status_code < 500 or path == "/visas/lot/viser", path
            check_tame(answer)
        for path in (
            f"/visas?cherche={SHOWN[:90]}&bureau={SHOWN[:20]}",
            f"/connexion?suite={SHOWN[:30]}",
            f"/dossier/{SHOWN[:30]}",
        ):
            check_tame(visitor.get(path))
        visitor.sign_in(AGENT)
        for field in ("mots", "fournisseur", "numero", "montant", "engagement", "iban", "mandat", "depuis", "texte"):
            for words in (EVIL, "*", '"', "NEAR(a b)", "x" * 5000, "\u0664", "9" * 5000):
                answer = visitor.get(f"/factures?{urlencode({field: words})}")
                assert answer.status_code in {200, 422}, (field, words)
                check_tame(answer)
        check_tame(visitor.get(f"/facture/{SHOWN[:30]}"))


def check_tame(answer: httpx.Response) -> None:
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "X" not in answer.headers
