"""Each rule that wants two persons is broken by one, who has every right, or stands in for somebody: it is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from acts.test_ascertain import TOTAL
from dematfin.acts import (
    absences,
    accounts,
    administer,
    ascertain,
    bank,
    doubles,
    eliminations,
    entry,
    figures,
    holds,
    lost_flow,
    mandats,
    payees,
    restoration,
    run,
    sign,
    visa,
)
from dematfin.domain.exceptional import SENTENCES, Exceptional, exceptions
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.report.period import month_of
from dematfin.domain.rights.four_eyes import FOUR_EYES, FourEyes
from dematfin.errors import Forbidden, RuleError, SeparationOfDuties
from dematfin.steps.capture import capture
from dematfin.steps.prepare import prepare
from dematfin.steps.visa import visa as open_folders
from examples import ADMIN, AGENT, COMMUNE, IBAN, MAIRE, SUPPLIER, VISEUR, account, content
from fakes.hall import Hall, flux
from fakes.losing import sent_hall
from rights.exceptional import (
    FIRST,
    NEW_IBAN,
    SECOND,
    SHEET,
    WHY,
    answered_for,
    lost,
    over,
    without_effect,
)
from steps.test_capture import RULES, drop
from steps.test_late_acquits import answered, told, yes
from steps.test_payees import handed, opened
from visa.desks import STAND_IN

ALONE: Final = Person(
    id="seul", name="Tout Seul", roles=frozenset(Role) - {Role.SERVICE}, desks=frozenset({"SCOLAIRE"})
)
Breaks = Callable[..., Callable[[], Any]]
BREAKS: Final[dict[str, Breaks]] = {}
HALLS: Final[dict[str, Hall]] = {}


def rule(key: str) -> Callable[[Breaks], Breaks]:
    def kept(one: Breaks) -> Breaks:
        return BREAKS.setdefault(key, one)

    return kept


def hall_of(folder: Path, *, small: bool, **policy: Any) -> Hall:
    """Return a town hall in which one person may do everything."""
    hall = Hall.build(folder, small=small, **policy)
    with hall.ledger.transaction() as books:
        books.save(ALONE)
    HALLS["last"] = hall
    return hall


def known(hall: Hall, *, small: bool) -> Hall:
    """Let one person who may do everything into a town where something has taken place."""
    with hall.ledger.transaction() as books:
        books.save(ALONE)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, small=small))
    HALLS["last"] = hall
    return hall


def approve(hall: Hall, who: Person, invoice: str = FIRST) -> Callable[[], Any]:
    return lambda: visa.approve(hall.app, who, invoice, visa.ServiceFait(executed_on=hall.clock.today()))


def typed(folder: Path, *, small: bool, by: Person) -> Hall:
    """Return a hall where somebody has typed an invoice in."""
    hall = hall_of(folder, small=small, paper=RULES)
    drop(hall, "F:ECOLE:1", "facture un")
    run.run(hall.app, by, capture)
    today = hall.clock.today()
    entry.say_arrival(hall.app, by, "L2026-000001", today)
    words = entry.Entry(
        supplier=Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN),
        number="P-1",
        issued_on=today - timedelta(days=3),
        ht=Decimal("50.00"),
        tva=Decimal("10.00"),
        ttc=Decimal("60.00"),
        siret=COMMUNE,
        service="SCOLAIRE",
        engagement="BC26-00077",
    )
    entry.enter(hall.app, by, "D2026-000001", words)
    open_folders(hall.app)
    return hall


@rule("saisie-visa")
def enters_and_certifies(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    return approve(typed(folder, small=small, by=ALONE), ALONE)


@rule("controle-visa")
def forces_and_certifies(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    with hall.ledger.transaction() as books:
        books.save(replace(ALONE, desks=frozenset({"FERME"})))
    hall.chorus.deposit("9100001", content("F-1", service_code="FERME"))
    hall.day()
    holds.force(hall.app, ALONE, FIRST, WHY)
    open_folders(hall.app)
    return approve(hall, replace(ALONE, desks=frozenset({"FERME"})))


@rule("visa-mandat")
def certifies_and_prepares(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    hall.deposit("120.00")
    hall.day()
    hall.certify(ALONE)

    def prepares() -> None:
        outcome = run.run(hall.app, ALONE, prepare)
        for failure in outcome.failures:
            raise SeparationOfDuties(failure.sentence)

    return prepares


@rule("visa-signature")
def certifies_and_signs(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    hall.deposit("120.00")
    hall.day()
    hall.certify(ALONE)
    run.run(hall.app, AGENT, prepare)
    return lambda: sign.sign(hall.app, ALONE, flux(hall).id, Decimal("120.00"))


@rule("preparation-signature")
def prepares_and_signs(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    hall.certified("120.00")
    run.run(hall.app, ALONE, prepare)
    return lambda: sign.sign(hall.app, ALONE, flux(hall).id, Decimal("120.00"))


@rule("perte-signature")
def certifies_lost_and_signs_again(folder: Path, patch: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = lost(folder, patch)
    lost_flow.certify_absent(hall.app, ALONE, flux(hall).id, WHY, TOTAL)
    HALLS["last"] = hall
    hall.app = replace(hall.app, policy=replace(hall.app.policy, small=small))
    mandats.resume(hall.app, AGENT, SHEET)
    run.run(hall.app, AGENT, prepare)
    (waiting,) = sign.to_sign(hall.app, ALONE)
    return lambda: sign.sign(hall.app, ALONE, waiting.flux.id, TOTAL)


@rule("droits")
def gives_itself_a_right(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    more = replace(ADMIN, roles=ADMIN.roles | {Role.ORDONNATEUR})
    return lambda: administer.add_person(hall.app, ADMIN, more)


@rule("compte")
def calls_back_twice(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    with hall.ledger.transaction() as books:
        books.save(account())
    hall.chorus.deposit("9100001", content("F-1", supplier=replace(content().supplier, iban=NEW_IBAN)))
    hall.day()
    bank.confirm(hall.app, ALONE, NEW_IBAN, WHY)
    return lambda: bank.confirm(hall.app, replace(ALONE, roles=frozenset({Role.DIRECTEUR})), NEW_IBAN, WHY)


@rule("cession")
def confirms_its_own_claim(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = opened(folder)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, small=small))
    claim = handed(hall)
    return lambda: payees.confirm_assignment(hall.app, replace(AGENT, roles=ALONE.roles), claim.id, WHY)


@rule("absence")
def stands_in_for_itself(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = hall_of(folder, small=small)
    today = hall.clock.today()
    asked = absences.Absence(absent=ALONE.id, substitute=ALONE.id, starts_on=today, ends_on=today, reason=WHY)
    return lambda: absences.delegate(hall.app, ALONE, asked)


@rule("restauration")
def answers_for_a_neighbour_and_opens_again(
    folder: Path, patch: pytest.MonkeyPatch, *, small: bool
) -> Callable[[], Any]:
    hall = known(answered_for(folder, patch, by=ALONE), small=small)
    hall.clock.advance(hours=1)
    return lambda: restoration.reopen(hall.app, ALONE, WHY, ZERO)


@rule("elimination")
def lists_and_eliminates(folder: Path, _: pytest.MonkeyPatch, *, small: bool) -> Callable[[], Any]:
    hall = known(over(folder), small=small)
    made = eliminations.prepare(hall.app, ALONE)
    return lambda: eliminations.execute(hall.app, ALONE, made.id, WHY, hall.clock.today())


def test_each_rule_is_broken_here() -> None:
    assert {one.key for one in FOUR_EYES} == BREAKS.keys()


@pytest.mark.parametrize("key", [one.key for one in FOUR_EYES])
def test_one_person_is_refused(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks = BREAKS[key](tmp_path, monkeypatch, small=False)
    with pytest.raises(RuleError if key == "absence" else SeparationOfDuties):
        breaks()


@pytest.mark.parametrize("one", FOUR_EYES, ids=lambda one: one.key)
def test_a_small_commune_waives_what_may_be_and_the_report_says_so(
    one: FourEyes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = BREAKS[one.key](tmp_path, monkeypatch, small=True)
    if not one.waivable:
        with pytest.raises(RuleError):
            breaks()
        return
    breaks()
    hall = HALLS["last"]
    report = figures.report(hall.app, ALONE, month_of(hall.clock.today()))
    table = next(one for one in report.tables if one.key == "exceptions")
    assert SENTENCES[Exceptional.SMALL_TOWN] in {row[2] for row in table.rows}


# Ways around them.


def test_whoever_stands_in_acts_in_its_own_name(tmp_path: Path) -> None:
    hall = typed(tmp_path, small=False, by=replace(STAND_IN, roles=STAND_IN.roles | {Role.AGENT}))
    with hall.ledger.transaction() as books:
        books.save(STAND_IN)
    today = hall.clock.today()
    asked = absences.Absence(absent=VISEUR.id, substitute=STAND_IN.id, starts_on=today, ends_on=today, reason=WHY)
    absences.delegate(hall.app, VISEUR, asked)
    with pytest.raises(SeparationOfDuties, match="a saisi"):
        approve(hall, STAND_IN)()


def test_a_role_given_meanwhile_does_not_make_another_person(tmp_path: Path) -> None:
    hall = hall_of(tmp_path, small=False)
    hall.to_sign("120.00")
    promoted = replace(VISEUR, roles=frozenset({Role.ORDONNATEUR}))
    administer.add_person(hall.app, ADMIN, promoted)
    with pytest.raises(SeparationOfDuties, match="a visé"):
        sign.sign(hall.app, promoted, flux(hall).id, Decimal("120.00"))


def test_one_account_of_the_system_is_one_person_even_once_it_has_left(tmp_path: Path) -> None:
    hall = hall_of(tmp_path, small=False)
    administer.add_person(hall.app, ADMIN, replace(AGENT, system_user="claire"))
    administer.retire_person(hall.app, ADMIN, AGENT.id)
    with pytest.raises(RuleError, match="est déjà celui de Claire Agent"):
        administer.add_person(hall.app, ADMIN, Person(id="bis", name="Bis", roles=MAIRE.roles, system_user="claire"))


def test_a_second_person_made_by_one_administrateur_leaves_its_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can prove that two persons are one: but each door that is opened to it is told, with its account."""
    monkeypatch.setattr("dematfin.domain.parties.account.COST", 2)
    hall = hall_of(tmp_path, small=False)
    administer.add_person(hall.app, ADMIN, replace(MAIRE, system_user="jeanne"))
    administer.add_person(hall.app, ADMIN, replace(MAIRE, system_user=""))
    puppet = Person(id="double", name="Luc Admin bis", roles=MAIRE.roles, system_user="jeanne")
    administer.add_person(hall.app, ADMIN, puppet)
    accounts.set_password(hall.app, ADMIN, puppet.id, "trois chevaux dans le préau")
    report = figures.report(hall.app, ADMIN, month_of(hall.clock.today()))
    rows = next(one for one in report.tables if one.key == "exceptions").rows
    assert [(row[1], row[3]) for row in rows] == [(ADMIN.name, key) for key in ("maire", "maire", "double", "double")]
    assert "compte système aucun, auparavant jeanne" in str(rows[1][4])
    assert "compte système jeanne" in str(rows[2][4])
    assert "mot de passe donné à Luc Admin bis par Luc Admin" in str(rows[3][4])


def test_an_administrateur_may_take_rights_from_itself_and_change_its_address(tmp_path: Path) -> None:
    hall = hall_of(tmp_path, small=False)
    both = replace(ADMIN, id="deux", name="Deux", roles=frozenset({Role.ADMINISTRATEUR, Role.DIRECTEUR}))
    administer.add_person(hall.app, ADMIN, both)
    administer.add_person(hall.app, both, replace(both, email="deux@valbrume.fr"))
    administer.add_person(hall.app, both, replace(both, roles=frozenset({Role.ADMINISTRATEUR})))
    with pytest.raises(SeparationOfDuties, match=r"droit de plus \(SPORT, viseur\)"):
        administer.add_person(
            hall.app, ADMIN, replace(ADMIN, roles=ADMIN.roles | {Role.VISEUR}, desks=frozenset({"SPORT"}))
        )
    with pytest.raises(Forbidden):
        administer.add_person(hall.app, AGENT, replace(AGENT, roles=frozenset({Role.ADMINISTRATEUR})))


def test_whoever_says_two_invoices_distinct_does_not_certify_them(tmp_path: Path) -> None:
    hall = hall_of(tmp_path, small=False)
    hall.chorus.deposit("9100001", content("F-1"))
    hall.chorus.deposit("9100002", content("F 001"))
    hall.day()
    doubles.decide(hall.app, ALONE, SECOND, FIRST, WHY, distinct=True)
    open_folders(hall.app)
    with pytest.raises(SeparationOfDuties, match="a levé un contrôle"):
        approve(hall, ALONE, SECOND)()
    approve(hall, VISEUR, SECOND)()
    assert hall.all(Waiver) == ()


def test_whoever_finds_that_helios_has_nothing_does_not_sign_again(tmp_path: Path) -> None:
    hall = sent_hall(tmp_path)
    told(hall, answered(yes(41)))
    ascertain.find_refused(hall.app, ALONE, flux(hall).id, WHY, TOTAL)
    mandats.resume(hall.app, AGENT, SHEET)
    run.run(hall.app, AGENT, prepare)
    (waiting,) = sign.to_sign(hall.app, ALONE)
    with pytest.raises(SeparationOfDuties):
        sign.sign(hall.app, ALONE, waiting.flux.id, TOTAL)
    sign.sign(hall.app, MAIRE, waiting.flux.id, TOTAL)


def test_whoever_has_signed_once_signs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To sign is no preparation: the mayor whose flow was lost signs the one that replaces it."""
    hall = lost(tmp_path, monkeypatch)
    lost_flow.certify_absent(hall.app, AGENT, flux(hall).id, WHY, TOTAL)
    mandats.resume(hall.app, AGENT, SHEET)
    run.run(hall.app, AGENT, prepare)
    assert hall.sign(MAIRE) == 1
    assert [one for one in hall.ledger.history() if Exceptional.FLOW_LOST in exceptions(one.event)]


def test_whoever_certifies_that_nothing_will_follow_opens_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = known(without_effect(tmp_path, monkeypatch, by=ALONE), small=False)
    with pytest.raises(SeparationOfDuties, match="sans suite"):
        restoration.reopen(hall.app, ALONE, WHY, ZERO)
    restoration.reopen(hall.app, MAIRE, WHY, ZERO)
    assert hall.all(Waiver) == ()


def test_to_open_again_alone_is_one_event_and_two_exceptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = known(without_effect(tmp_path, monkeypatch, by=ALONE), small=True)
    restoration.reopen(hall.app, ALONE, WHY, ZERO)
    (event,) = (one.event for one in hall.ledger.history() if Exceptional.GATE_REOPENED in exceptions(one.event))
    assert exceptions(event) == (Exceptional.GATE_REOPENED, Exceptional.SMALL_TOWN)
    assert "exception « petite commune » : Tout Seul a certifié" in event.motif
