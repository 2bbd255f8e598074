"""The `factures` API, seen by a recipient."""

import base64
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.sandbox.chorus.envelope import (
    INCOHERENT,
    MISSING_REASON,
    UNKNOWN,
    Body,
    failure,
    nothing_found,
    page_of,
    success,
)
from dematfin.sandbox.chorus.pivot import pivot
from dematfin.sandbox.chorus.state import Invoices, data, minutes
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, json_reply
from dematfin.sandbox.world import Invoice, TechnicalAccount, World

PARIS: Final = ZoneInfo("Europe/Paris")
LARGEST: Final = 120 * 1024 * 1024
NEEDS_REASON: Final = frozenset({"REJETEE", "SUSPENDUE"})
TO_PROCESS: Final = ("MISE_A_DISPOSITION", "COMPLETEE")
LATER: Final = ("MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")
BACK: Final = ("SUSPENDUE", "A_RECYCLER", "REJETEE")
TRANSITIONS: Final[dict[str, tuple[str, ...]]] = {
    "MISE_A_DISPOSITION": ("SERVICE_FAIT", *LATER, *BACK),
    "COMPLETEE": ("SERVICE_FAIT", *LATER, *BACK),
    "SERVICE_FAIT": (*LATER, *BACK),
    "MANDATEE": (*LATER[1:], "REJETEE"),
    "MISE_A_DISPOSITION_COMPTABLE": (*LATER[2:], "REJETEE"),
    "COMPTABILISEE": ("MISE_EN_PAIEMENT",),
    "SUSPENDUE": ("REJETEE",),
}
FRAMES: Final = {"A1": "A1_FACTURE_FOURNISSEUR", "A2": "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE"}


class InvoiceCalls:
    """Answers the calls about invoices."""

    def __init__(self, world: World, invoices: Invoices, journal: Journal, faults: Faults) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._invoices = invoices
        self._journal = journal
        self._faults = faults

    def search(self, body: Body, account: TechnicalAccount) -> Reply:
        """`rechercher/recipiendaire`."""
        if body.get("typeDemandePaiement") == "FACTURE_TRAVAUX":
            return nothing_found()
        found = [one for one in self._invoices.all(account.structures) if _matches(*one, body)]
        return self._listed(found, body.get("paramRecherche") or {}, nested=False)

    def to_process(self, body: Body, account: TechnicalAccount) -> Reply:
        """`rechercher/atraiter/recipiendaire`."""
        found = [one for one in self._invoices.all(account.structures) if one[0]["statut"] in TO_PROCESS]
        return self._listed(found, body.get("parametreRechercheFactureATraiterParRecipiendaire") or {}, nested=True)

    def consult(self, body: Body, account: TechnicalAccount) -> Reply:
        """`consulter/recipiendaire`."""
        row = self._row(body.get("identifiantFactureCPP"), account)
        if row is None:
            return _unknown()
        invoice = data(row)
        return success(
            facture={
                "identifiantFactureCPP": invoice.id,
                "numeroFacture": invoice.numero,
                "statutFacture": row["statut"],
                "fournisseur": {"codeFournisseur": invoice.fournisseur.siret},
                "cadreDeFacturation": {"codeCadreFacturation": FRAMES.get(invoice.cadre, invoice.cadre)},
                "references": {"numeroBonCommande": invoice.engagement, "numeroDpMandat": row["mandat"] or None},
                "montantTotal": {"montantTtcTotal": float(invoice.ttc), "montantAPayer": float(invoice.net)},
            }
        )

    def history(self, body: Body, account: TechnicalAccount) -> Reply:
        """`consulter/historique`: newest first."""
        row = self._row(body.get("idFacture"), account)
        if row is None:
            return _unknown()
        wanted = body.get("paramRechercheHistoStatuts") or {}
        paging = {
            "pageResultatDemandee": wanted.get("pageResultatDemandeeListeHistoStatut"),
            "nbResultatsParPage": wanted.get("nbResultatsParPageListeHistoStatut") or body.get("nbResultatsMaximum"),
        }
        passages, page = page_of(self._invoices.history(row["id"]), paging)
        return success(
            "GCU_MSG_01_000",
            idFacture=row["id"],
            numeroFacture=data(row).numero,
            statutCourantCode=row["statut"],
            historiquesDesStatuts={
                "histoStatut": [_passage(one) for one in passages],
                "pageCouranteHistoStatut": page["pageCourante"],
                "pagesHistoStatut": page["pages"],
                "totalHistoStatut": page["total"],
            },
            historiquesDesActionsUtilisateurs={
                "histoAction": [
                    {"histoActionId": one["id"], "histoActionCode": one["code"]}
                    for one in self._invoices.actions(row["id"])
                ]
            },
        )

    def download(self, body: Body, account: TechnicalAccount) -> Reply:
        """`telecharger/groupe`: one pivot for all, or the PDF of one."""
        asked = [self._row(one.get("idFacture"), account) for one in body.get("listeFacture") or []]
        rows = [row for row in asked if row is not None]
        if not rows or len(rows) != len(asked) or body.get("format") not in {"PIVOT", "PDF"}:
            return _unknown()
        content = self._pivot(rows) if body["format"] == "PIVOT" else _main_file(rows[0])
        if len(content) > LARGEST:
            return Reply(status=413)

        def sent() -> None:
            for row in rows:
                self._invoices.downloaded(row["id"])
                self._journal.note("telechargement", idFacture=row["id"], format=body["format"])

        reply = success("GCU_MSG_01_000", fichierResultat=base64.b64encode(content).decode("ascii"))
        cut = len(reply.body) // 2 if self._faults.take("cut_download") else None
        return Reply(body=reply.body, cut=cut, sent=sent)

    def treat(self, body: Body, account: TechnicalAccount) -> Reply:
        """`traiter/recue`: set a status."""
        row = self._row(body.get("idFacture"), account)
        if row is None:
            return _unknown()
        wanted, reason = str(body.get("nouveauStatut")), str(body.get("motif") or "")
        details = {"idFacture": row["id"], "statut": wanted, "mandat": str(body.get("numeroDPMandat") or "")}
        if self._faults.take("functional_error") or wanted not in TRANSITIONS.get(row["statut"], ()):
            self._journal.note("statut_refuse", depuis=row["statut"], **details)
            label = "Incohérence au niveau du statut d'origine ou de destination de la facture."
            return failure(INCOHERENT, label)
        if wanted in NEEDS_REASON and not reason:
            return failure(MISSING_REASON, "Le motif est obligatoire.")
        self._invoices.set_status(row["id"], wanted, reason, details["mandat"])
        self._journal.note("statut", motif=reason, **details)
        reply = success(
            "GCU_MSG_01_000",
            idFacture=row["id"],
            numeroFacture=data(row).numero,
            dateTraitement=datetime.now(PARIS).date().isoformat(),
            nouveauStatut=wanted,
        )
        return Reply(body=reply.body, cut=0) if self._faults.take("cut_after_status") else reply

    def _row(self, key: Any, account: TechnicalAccount) -> Any | None:
        row = self._invoices.get(int(key)) if str(key or "").isdigit() else None
        return row if row is not None and data(row).structure in account.structures else None

    def _pivot(self, rows: list[Any]) -> bytes:
        listed = []
        for row in rows:
            invoice = data(row)
            listed.append((invoice, self._structures[invoice.structure], Path(row["dossier"])))
        return pivot(listed, datetime.now(PARIS).date())

    def _listed(self, found: list[Any], wanted: Body, *, nested: bool) -> Reply:
        if not found:
            return nothing_found()
        shown, page = page_of(found, wanted)
        as_text = self._faults.take("ids_as_text")
        rows = [_line(row, invoice, self._structures[invoice.structure], as_text=as_text) for row, invoice in shown]
        if self._faults.take("pagination_null"):
            page = dict.fromkeys(page)
        paging = {"parametresRetour": page} if nested else page
        return json_reply({"codeRetour": 0, "libelle": "TRA_MSG_00.000", "listeFactures": rows, **paging})


def _line(row: Any, invoice: Invoice, structure: Any, *, as_text: bool) -> Body:
    line: Body = {
        "idFacture": str(invoice.id) if as_text else invoice.id,
        "numeroFacture": invoice.numero,
        "typeDemandePaiement": "FACTURE",
        "typeFacture": invoice.type,
        "codeFournisseur": invoice.fournisseur.siret,
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": invoice.fournisseur.nom,
        "idDestinataire": structure.id,
        "codeDestinataire": structure.siret,
        "designationDestinataire": structure.nom,
        "dateFacture": invoice.emise_le.isoformat(),
        "dateDepot": invoice.deposee_le.isoformat(),
        "devise": invoice.devise,
        "montantHT": str(invoice.ht) if as_text else float(invoice.ht),
        "montantTTC": str(invoice.ttc) if as_text else float(invoice.ttc),
        "montantAPayer": str(invoice.net) if as_text else float(invoice.net),
        "statut": row["statut"],
        "dateHeureEtatCourant": row["statut_le"],
        "factureTelechargeeParDestinataire": bool(row["telechargee"]),
    }
    optional = {
        "codeServiceExecutant": invoice.service,
        "numeroBonCommande": invoice.engagement,
        "numeroMarche": invoice.marche,
        "commentaireEtatCourant": row["commentaire"],
    }
    return line | {name: value for name, value in optional.items() if value}


def _passage(one: Any) -> Body:
    return {
        "histoStatutId": one["id"],
        "histoStatutCode": one["code"],
        "histoStatutDatePassage": minutes(one["le"]),
        "histoStatutCommentaire": one["commentaire"] or None,
    }


def _matches(row: Any, invoice: Invoice, body: Body) -> bool:
    wanted = body.get("statutCourant") or []
    return (
        _between(row["statut_le"], body.get("periodeDateHeureEtatCourantDu"), body.get("periodeDateHeureEtatCourantAu"))
        and (not wanted or row["statut"] in ([wanted] if isinstance(wanted, str) else wanted))
        and body.get("idDestinataire") in (None, invoice.structure)
        and body.get("numeroFacture") in (None, invoice.numero)
        and body.get("factureTelechargeeParDestinataire") in (None, bool(row["telechargee"]))
    )


def _between(text: str, start: Any, end: Any) -> bool:
    """An end given without a time leaves its whole day out."""
    at = datetime.fromisoformat(text)
    return (not start or at >= _instant(str(start))) and (not end or at <= _instant(str(end)))


def _instant(text: str) -> datetime:
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time(), PARIS)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def _main_file(row: Any) -> bytes:
    main = next(file for file in data(row).fichiers if file.principale)
    return (Path(row["dossier"]) / main.chemin).read_bytes()


def _unknown() -> Reply:
    return failure(UNKNOWN, "La demande de paiement est inconnue du système.")
