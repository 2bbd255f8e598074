"""The whole configuration of one collectivité: a section for each adapter, unknown keys refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from dematfin.chorus.settings import ChorusSettings
from dematfin.config.alerts import AlertSettings
from dematfin.config.backups import BackupSettings
from dematfin.config.budgets import BudgetSettings, Siret, distinct
from dematfin.config.delays import DelaySettings, InterestSettings
from dematfin.config.editor import EditorSettings
from dematfin.config.pes import PesSettings
from dematfin.config.pieces import PieceSettings
from dematfin.config.retention import RetentionSettings
from dematfin.config.service import ScheduleSettings, ServiceSettings
from dematfin.config.tdt import TdtSettings
from dematfin.config.visa import VisaSettings
from dematfin.config.web import WebSettings
from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.policy import Policy
from dematfin.finance.exchange_settings import ExchangeSettings
from dematfin.finance.settings import FinanceSettings
from dematfin.mail.settings import MailSettings
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.scanning.settings import ScanSettings
from dematfin.signature.settings import SignatureSettings
from dematfin.store.settings import StoreSettings
from dematfin.support.settings import LocalPath, Section, Zone
from dematfin.tdt.folder_settings import FolderSettings
from dematfin.tdt.settings import S2lowSettings


class CollectiviteSettings(Section):
    """`[collectivite]`: who we are."""

    siret: Siret
    nom: str
    petite_commune: bool = False


class ControlSettings(Section):
    """`[controles]`: what is tolerated."""

    tolerance_arrondi: Decimal = Field(default=Decimal("0.01"), ge=0, le=1)
    jours_import: int = Field(default=30, ge=1, le=400)
    delai_paiement: int = Field(default=DAYS, ge=1, le=60)
    verifier_siret: bool = True


class SandboxSettings(Section):
    """`[bac_a_sable]`: where the simulated neighbours keep their state, in a demonstration folder."""

    dossier: LocalPath


class Settings(Section):
    """The whole file."""

    fuseau: Zone = "Europe/Paris"
    collectivite: CollectiviteSettings
    budgets: Annotated[tuple[BudgetSettings, ...], AfterValidator(distinct)] = Field(min_length=1)
    visa: VisaSettings = VisaSettings()
    controles: ControlSettings = ControlSettings()
    delais: DelaySettings = DelaySettings()
    interets: InterestSettings = InterestSettings()
    logiciel_financier: FinanceSettings = FinanceSettings()
    echange: ExchangeSettings | None = None
    editeur: EditorSettings = EditorSettings()
    pes: PesSettings = PesSettings()
    pieces_justificatives: PieceSettings = PieceSettings()
    chorus: ChorusSettings
    signature: SignatureSettings
    s2low: S2lowSettings | None = None
    tdt_dossier: FolderSettings | None = None
    tdt: TdtSettings = TdtSettings()
    stockage: StoreSettings
    numerisation: ScanSettings = ScanSettings()
    web: WebSettings = WebSettings()
    courriel: MailSettings | None = None
    parapheur: ParapheurSettings | None = None
    horaires: ScheduleSettings = ScheduleSettings()
    service: ServiceSettings = ServiceSettings()
    sauvegarde: BackupSettings = BackupSettings()
    alertes: AlertSettings = AlertSettings()
    conservation: RetentionSettings = RetentionSettings()
    bac_a_sable: SandboxSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _backups_have_a_section(cls, values: Any) -> Any:
        """Until version 0.1, only [service] named their folder: it is understood as long as nothing else is said."""
        service = values.get("service") if isinstance(values, dict) else None
        own = values.get("sauvegarde", {}) if isinstance(values, dict) else None
        if not isinstance(service, dict) or "sauvegardes" not in service or not isinstance(own, dict):
            return values
        saved = {"dossier": service["sauvegardes"]} | own
        left = {key: value for key, value in service.items() if key != "sauvegardes"}
        return values | {"service": left, "sauvegarde": saved}

    @model_validator(mode="after")
    def _routes_lead_to_budgets(self) -> Self:
        """A sheet whose budget is nobody's would be found out at the entry of its first invoice only."""
        ours = {siret for budget in self.budgets for siret in (budget.siret, *budget.anciens_sirets)}
        if lost := [key for key, route in self.numerisation.routes.items() if route.siret not in ours]:
            message = f"numerisation.routes.{lost[0]}.siret n'est celui d'aucun budget"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _contracts_only_shorten(self) -> Self:
        """One that lengthened the delay would be believed, and the interest be due all the same (CCP L. 2192-10)."""
        asked = {f"budgets.{one.code}.delai_paiement": one.delai_paiement or 0 for one in self.budgets}
        asked |= {f"delais.marches.{marche}": days for marche, days in self.delais.marches.items()}
        asked["delais.part_comptable"] = self.delais.part_comptable or 0
        if long := [key for key, days in asked.items() if days > self.controles.delai_paiement]:
            message = f"{long[0]} dépasse controles.delai_paiement : un délai légal peut être raccourci, jamais allongé"
            raise ValueError(message)
        return self

    @property
    def schemas_place(self) -> Path:
        """Return where the official schemas are kept."""
        return self.pes.schemas_place(self.stockage.documents)

    def living_folders(self) -> tuple[Path, ...]:
        """Return the folders where work is done: documents, and those that are shared with other software."""
        shared = [self.numerisation.depot, self.numerisation.factures]
        if self.echange:
            shared += [self.echange.depot_pes, self.echange.factures, self.echange.journal, self.echange.retours]
        if self.tdt_dossier:
            tdt = self.tdt_dossier
            shared += [tdt.depot, tdt.retour, tdt.traites, tdt.erreurs]
        return (self.stockage.documents, *(one for one in shared if one))

    @model_validator(mode="after")
    def _flows_are_signed_somewhere(self) -> Self:
        if self.signature.lieu == "parapheur" and not (self.parapheur and self.parapheur.type_pes):
            message = "signature.lieu vaut « parapheur » : remplissez type_pes et sous_type_pes dans [parapheur]"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _flows_leave_by_one_way(self) -> Self:
        if (self.s2low is None) == (self.tdt_dossier is None):
            message = (
                "il y faut la section [s2low] ou la section [tdt_dossier], et une seule : un flux part par un seul TdT"
            )
            raise ValueError(message)
        return self

    def policy(self) -> Policy:
        """Return what the rules need of it."""
        return replace(
            self._alone(),
            shorter=self.delais.shorter({one.siret: one.delai_paiement for one in self.budgets if one.delai_paiement}),
            comptable_days=self.delais.part_comptable,
            rates=self.interets.rates(),
            finance_knows_our_mandats=self.logiciel_financier.connait_nos_mandats,
            editor=self.editeur.rules(),
            exchange=(self.echange or ExchangeSettings()).rules(),
        )

    def _alone(self) -> Policy:
        """What the rules need where no finance software stands beside."""
        return Policy(
            collectivite=self.collectivite.siret,
            name=self.collectivite.nom,
            budgets=tuple(budget.budget() for budget in self.budgets),
            tolerance=self.controles.tolerance_arrondi,
            deadline=self.visa.deadline(),
            default_desk=self.visa.bureau_par_defaut,
            circuits=self.visa.domain_circuits(),
            choices=self.visa.choices(),
            reminders=self.visa.reminders(),
            alarms=self.alertes.rule(),
            bridge=self.parapheur.bridge() if self.parapheur else None,
            reopens=self.visa.piece_apres_visa == "rouvre",
            before_order=self.visa.jours_avant_engagement,
            slip_as_piece=self.visa.fiche_en_piece,
            payment_days=self.controles.delai_paiement,
            small=self.collectivite.petite_commune,
            flow_limit=self.pes.taille_flux,
            piece_limit=self.pes.taille_piece,
            paperless=self.pes.dematerialise,
            signing_days=self.signature.jours_max,
            signatory_known=bool(self.signature.empreinte),
            verify_after=timedelta(seconds=self.s2low.attente_verification if self.s2low else 0),
            closures=self.tdt.closures(self.fuseau),
            patience=self.tdt.patience(),
            import_days=self.controles.jours_import,
            trusts_payments=self.chorus.paiement_lu,
            tell_within=timedelta(hours=self.chorus.attente_mandatee),
            check_siret=self.controles.verifier_siret,
            paper=self.numerisation.rules(),
            web_url=self.web.url,
            retention=self.conservation.rules(),
            pieces=self.pieces_justificatives.rules(),
        )
