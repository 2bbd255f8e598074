"""The `factures` API, seen by a recipient."""

import base64
from datetime import datetime
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
from dematfin.sandbox.chorus.rows import details, is_works, line, works_line
from dematfin.sandbox.chorus.search import matches, sorting
from dematfin.sandbox.chorus.state import Invoices, data, minutes
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, json_reply
from dematfin.sandbox.world import TechnicalAccount, World

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


EMPTY_WORKS: Final = 20007
KEPT: Final = frozenset({"idFacture", "numeroFacture", "statut", "dateHeureEtatCourant"})


class InvoiceCalls:
    """Answers the calls about invoices."""

    def __init__(self, world: World, invoices: Invoices, journal: Journal, faults: Faults) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._invoices = invoices
        self._journal = journal
        self._faults = faults

    def search(self, body: Body, account: TechnicalAccount) -> Reply:
        """`rechercher/recipiendaire`."""
        since, until = body.get("periodeDateHeureEtatCourantDu"), body.get("periodeDateHeureEtatCourantAu")
        moved = self._invoices.between(account.structures, since, until)
        found = [one for one in moved if matches(*one, body)]
        found.sort(key=sorting(body.get("paramRecherche") or {}))
        return self._listed(found, body.get("paramRecherche") or {}, nested=False)

    def works(self, body: Body, account: TechnicalAccount) -> Reply:
        """`facturesTravaux/rechercher`: other names for the same fields."""
        found = [one for one in self._invoices.all(account.structures) if is_works(one[1])]
        if not found:
            return failure(EMPTY_WORKS, "GFT_MSG_01.075")
        shown, page = page_of(found, body.get("rechercheFactureTravaux") or {})
        rows = [works_line(row, invoice, self._structures[invoice.structure]) for row, invoice in shown]
        return success(listeFacturesTravaux=rows, parametresRetour=page)

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
        return success(facture=details(row, invoice, self._structures[invoice.structure]))

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
        if self._faults.take("histo_short_page"):
            paging["nbResultatsParPage"] = 2
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
        if self._faults.take("moved"):
            self._invoices.set_status(rows[0]["id"], "SUSPENDUE", "Suspendue sur le portail", "")
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
        if self._faults.take("duplicate_pages") and page["pageCourante"] > 1:
            before, _ = page_of(found, {**wanted, "pageResultatDemandee": page["pageCourante"] - 1})
            shown = [*before, *shown]
        as_text = self._faults.take("ids_as_text")
        rows = [line(row, invoice, self._structures[invoice.structure], as_text=as_text) for row, invoice in shown]
        if self._faults.take("unknown_status"):
            rows = [row | {"statut": "STATUT_DE_2031"} for row in rows]
        if self._faults.take("keys_omitted"):
            rows = [{name: value for name, value in row.items() if name in KEPT} for row in rows]
        if self._faults.take("pagination_null"):
            page = dict.fromkeys(page)
        paging = {"parametresRetour": page} if nested else page
        return json_reply({"codeRetour": 0, "libelle": "TRA_MSG_00.000", "listeFactures": rows, **paging})


def _passage(one: Any) -> Body:
    return {
        "histoStatutId": one["id"],
        "histoStatutCode": one["code"],
        "histoStatutDatePassage": minutes(one["le"]),
        "histoStatutCommentaire": one["commentaire"] or None,
    }


def _main_file(row: Any) -> bytes:
    main = next(file for file in data(row).fichiers if file.principale)
    return (Path(row["dossier"]) / main.chemin).read_bytes()


def _unknown() -> Reply:
    return failure(UNKNOWN, "La demande de paiement est inconnue du système.")
