"""The day before, in one commune: its people, its budget, its registers, and a first flow that its mayor has signed."""

from decimal import Decimal
from pathlib import Path
from typing import Final

from crash.syndicat.communes import IBAN, ORDER, SUPPLIER
from dematfin.acts import administer, registers, sign, visa, visa_views
from dematfin.acts import run as acts
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.ports.app import App
from dematfin.steps.control import control
from dematfin.steps.day import Step
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.visa import visa as open_folders

ADMIN: Final = Person(id="dsi", name="Denis Système", roles=frozenset({Role.ADMINISTRATEUR}))
AGENT: Final = Person(
    id="claire", name="Claire Agent", roles=frozenset({Role.AGENT}), email="claire.agent@syndicat.example"
)
HEAD: Final = Person(
    id="marc",
    name="Marc Finances",
    roles=frozenset({Role.VISEUR}),
    desks=frozenset({"FINANCES"}),
    email="marc.finances@syndicat.example",
)
MAYOR: Final = Person(id="jeanne", name="Jeanne Maire", roles=frozenset({Role.ORDONNATEUR}))
REGISTERS: Final = {
    "engagements.csv": (
        "budget;numero;libelle;tiers;montant;nature;fonction;section;marche;solde\n"
        f"COMMUNE;{ORDER};Fournitures;F1;50 000,00;60632;020;F;;\n"
    ),
    "tiers.csv": (
        "reference;nom;identifiant;adresse;code_postal;ville;iban;bic;categorie;nature_juridique\n"
        f"F1;PAPETERIE DU LAC;{SUPPLIER};12 avenue du Port;99000;ESSAIVILLE;{IBAN};TESTFRPP;50;03\n"
    ),
    "credits.csv": "budget;exercice;section;chapitre;disponible\nCOMMUNE;{year};F;011;90 000,00\n",
}


def live(app: App, folder: Path) -> None:
    """Set a commune up, and bring what it was billed as far as its signature."""
    settle(app, folder)
    for step in (intake, control, open_folders):
        _run(app, step)
    today = app.clock.today()
    for one in visa_views.queue(app, HEAD):
        visa.approve(app, HEAD, one.invoice.id, visa.ServiceFait(executed_on=today), "Conforme.")
    _run(app, prepare)
    for sheet in sign.to_sign(app, MAYOR):
        sign.sign(app, MAYOR, sheet.flux.id, sum((one.amount for one in sheet.mandats), ZERO))


def written(folder: Path, year: int) -> Path:
    """Write the registers that the communes import, and return their folder."""
    folder.mkdir()
    for name, text in REGISTERS.items():
        (folder / name).write_text(text.replace("{year}", str(year)), encoding="utf-8")
    return folder


def settle(app: App, folder: Path) -> None:
    """Set a commune up."""
    administer.add_person(app, None, ADMIN)
    for one in (AGENT, HEAD, MAYOR):
        administer.add_person(app, ADMIN, one)
    siret, year = app.policy.collectivite, app.clock.today().year
    opened = BudgetYear(
        id=budget_year_id(siret, year),
        siret=siret,
        exercice=year,
        last_mandat=100,
        last_bordereau=10,
        cumul=Decimal("1000.00"),
    )
    administer.open_budget(app, ADMIN, opened)
    registers.import_engagements(app, AGENT, folder / "engagements.csv")
    registers.import_tiers(app, AGENT, folder / "tiers.csv")
    registers.import_credits(app, AGENT, folder / "credits.csv")


def _run(app: App, step: Step) -> None:
    outcome = acts.run(app, AGENT, step)
    assert not outcome.failures, outcome.failures[:3]
