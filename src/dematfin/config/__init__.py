"""The configuration: one TOML file a collectivité, unknown keys refused, secrets only by reference."""

import re
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from dematfin.chorus.settings import ChorusSettings
from dematfin.config.pieces import PieceSettings
from dematfin.config.visa import VisaSettings
from dematfin.config.web import WebSettings
from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties import siret
from dematfin.domain.policy import Policy
from dematfin.domain.registers import LocalRules
from dematfin.errors import ConfigError
from dematfin.finance.settings import FinanceSettings
from dematfin.mail.settings import MailSettings
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.scanning.settings import ScanSettings
from dematfin.signature.settings import SignatureSettings
from dematfin.store.settings import StoreSettings
from dematfin.support.refusals import reason
from dematfin.support.settings import LocalPath, Section
from dematfin.tdt.settings import S2lowSettings

LARGEST: Final = 1_000_000
Siret = Annotated[str, AfterValidator(siret.parse)]


class CollectiviteSettings(Section):
    """`[collectivite]`: who we are."""

    siret: Siret
    nom: str
    petite_commune: bool = False


class BudgetSettings(Section):
    """`[[budgets]]`: one set of accounts, with the codes that Hélios knows it by."""

    code: str = Field(pattern=r"^[A-Z0-9]{1,20}$")
    siret: Siret
    libelle: str = Field(max_length=38)
    poste: str = Field(pattern=r"^(02[AB][0-9]{3,4}|[0-9]{6,7})$")
    code_collectivite: str = Field(pattern=r"^([1-9][0-9]{2}|0[1-9][0-9]|00[1-9])$")
    code_budget: str = Field(pattern=r"^[0-9A-Z][0-9]$")
    anciens_sirets: tuple[Siret, ...] = ()
    bascule: date | None = None
    service_obligatoire: bool | None = None
    engagement_obligatoire: bool | None = None
    engagement_par_service: dict[str, bool] = Field(default_factory=dict)


def _distinct(budgets: tuple[BudgetSettings, ...]) -> tuple[BudgetSettings, ...]:
    """Numbers run by SIRET and bordereaux are named by code: two budgets that shared one would mix their orders."""
    if len({budget.code for budget in budgets}) < len(budgets):
        message = "deux budgets ont le même code"
        raise ValueError(message)
    sirets = [siret for budget in budgets for siret in (budget.siret, *budget.anciens_sirets)]
    if len(set(sirets)) < len(sirets):
        message = "deux budgets ont le même siret, présent ou ancien"
        raise ValueError(message)
    return budgets


class ControlSettings(Section):
    """`[controles]`: what is tolerated."""

    tolerance_arrondi: Decimal = Field(default=Decimal("0.01"), ge=0, le=1)
    jours_import: int = Field(default=30, ge=1, le=400)
    delai_paiement: int = Field(default=DAYS, ge=1, le=60)
    verifier_siret: bool = True


class PesSettings(Section):
    """`[pes]`: how flows are written and judged."""

    schemas_officiels: LocalPath | None = None
    taille_flux: int = Field(default=100_000_000, ge=1_000_000)


class SandboxSettings(Section):
    """`[bac_a_sable]`: where the simulated neighbours keep their state, in a demonstration folder."""

    dossier: LocalPath


class Settings(Section):
    """The whole file."""

    fuseau: str = "Europe/Paris"
    collectivite: CollectiviteSettings
    budgets: Annotated[tuple[BudgetSettings, ...], AfterValidator(_distinct)] = Field(min_length=1)
    visa: VisaSettings = VisaSettings()
    controles: ControlSettings = ControlSettings()
    logiciel_financier: FinanceSettings = FinanceSettings()
    pes: PesSettings = PesSettings()
    pieces_justificatives: PieceSettings = PieceSettings()
    chorus: ChorusSettings
    signature: SignatureSettings
    s2low: S2lowSettings
    stockage: StoreSettings
    numerisation: ScanSettings = ScanSettings()
    web: WebSettings = WebSettings()
    courriel: MailSettings | None = None
    parapheur: ParapheurSettings | None = None
    bac_a_sable: SandboxSettings | None = None

    @model_validator(mode="after")
    def _routes_lead_to_budgets(self) -> Self:
        """A sheet whose budget is nobody's would be found out at the entry of its first invoice only."""
        ours = {siret for budget in self.budgets for siret in (budget.siret, *budget.anciens_sirets)}
        if lost := [key for key, route in self.numerisation.routes.items() if route.siret not in ours]:
            message = f"numerisation.routes.{lost[0]}.siret n'est celui d'aucun budget"
            raise ValueError(message)
        return self

    def policy(self) -> Policy:
        """Return what the rules need of it."""
        return Policy(
            collectivite=self.collectivite.siret,
            name=self.collectivite.nom,
            budgets=tuple(_budget(budget) for budget in self.budgets),
            tolerance=self.controles.tolerance_arrondi,
            deadline=self.visa.deadline(),
            default_desk=self.visa.bureau_par_defaut,
            circuits=self.visa.domain_circuits(),
            choices=self.visa.choices(),
            reminders=self.visa.reminders(),
            bridge=self.parapheur.bridge() if self.parapheur else None,
            reopens=self.visa.piece_apres_visa == "rouvre",
            before_order=self.visa.jours_avant_engagement,
            slip_as_piece=self.visa.fiche_en_piece,
            payment_days=self.controles.delai_paiement,
            small=self.collectivite.petite_commune,
            flow_limit=self.pes.taille_flux,
            verify_after=timedelta(seconds=self.s2low.attente_verification),
            import_days=self.controles.jours_import,
            tell_within=timedelta(hours=self.chorus.attente_mandatee),
            check_siret=self.controles.verifier_siret,
            finance_knows_our_mandats=self.logiciel_financier.connait_nos_mandats,
            paper=self.numerisation.rules(),
            web_url=self.web.url,
            pieces=self.pieces_justificatives.rules(),
        )


def load(path: Path) -> Settings:
    """Read a configuration file.

    Raises:
        ConfigError: telling each key that is unknown, missing or wrong.
    """
    try:
        if path.stat().st_size > LARGEST:
            message = f"{path} : ce fichier est trop grand pour une configuration."
            raise ConfigError(message)
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Settings.model_validate(values, context={"folder": path.resolve().parent})
    except OSError as error:
        message = f"La configuration {path} est illisible : {reason(error)}. Indiquez la bonne avec l'option -c."
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"La configuration {path} n'est pas un texte en UTF-8. Réenregistrez-la dans cet encodage."
        raise ConfigError(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"La configuration {path} n'est pas un fichier TOML correct : voyez {_place(error)}."
        raise ConfigError(message) from error
    except ValidationError as error:
        message = f"La configuration {path} contient des erreurs :\n" + "\n".join(_explain(error))
        raise ConfigError(message) from error


def _budget(settings: BudgetSettings) -> Budget:
    return Budget(
        siret=settings.siret,
        code=settings.code,
        label=settings.libelle,
        post=settings.poste,
        cod_col=settings.code_collectivite,
        cod_bud=settings.code_budget,
        former=settings.anciens_sirets,
        takes_over_on=settings.bascule,
        local=LocalRules(
            service_required=settings.service_obligatoire,
            engagement_required=settings.engagement_obligatoire,
            services=settings.engagement_par_service,
        ),
    )


WORDS: Final = {
    "extra_forbidden": "clé inconnue",
    "missing": "clé obligatoire absente",
    "string_pattern_mismatch": "valeur mal formée, voyez l'exemple de config.example.toml",
    "string_too_long": "texte trop long ({max_length} caractères au plus)",
    "string_too_short": "valeur vide",
    "literal_error": "valeur inconnue (attendu : {expected})",
    "enum": "valeur inconnue (attendu : {expected})",
    "greater_than_equal": "valeur trop petite ({ge} au moins)",
    "less_than_equal": "valeur trop grande ({le} au plus)",
    "value_error": "{error}",
}
KINDS: Final = {
    "int": "nombre entier attendu",
    "bool": "true ou false attendu",
    "string": "texte attendu, entre guillemets",
    "path": "chemin attendu, entre guillemets",
    "decimal": "nombre attendu, entre guillemets",
    "float": "nombre attendu",
    "tuple": "liste attendue, entre crochets",
    "frozen": "liste attendue, entre crochets",
    "date": "date attendue, par exemple 2026-05-15",
}
"""French for Pydantic's own words: the mistakes that people make, then the kind of value, its first word."""


def _place(error: tomllib.TOMLDecodeError) -> str:
    """Say where a file stops being TOML; what the parser says besides is English."""
    found = re.search(r"at line (\d+), column (\d+)", str(error))
    return f"la ligne {found[1]}, colonne {found[2]}" if found else "la fin du fichier"


def _explain(error: ValidationError) -> list[str]:
    """Say what is wrong with each key; the value itself may be a secret and is not shown."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"]) or "fichier"
        kind = problem["type"]
        words = WORDS.get(kind) or KINDS.get(kind.partition("_")[0], "valeur inutilisable, voyez config.example.toml")
        lines.append(f"  - {place} : {words.format(**problem.get('ctx', {})).replace(' or ', ' ou ')}")
    return lines
