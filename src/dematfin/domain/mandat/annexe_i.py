"""Annexe I of the CGCT (art. D. 1617-19, décret 2022-505), « commande publique » first: which document each expense
carries.

Each entry reads: under these headings, when all of `when` is so and nothing of `unless`, one of `kinds` is there; else
`lacks` is told. `verified` says whether the text itself was read: what was not is told and blocks nothing, unless the
collectivité asks for it. `certificate`: a certificat administratif of the ordonnateur may replace it.
"""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.mandat.pieces import PieceKind as K
from dematfin.domain.mandat.rubriques import Case, Rubrique


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the list."""

    id: str
    rubriques: tuple[Rubrique, ...]
    when: frozenset[Case] = frozenset()
    unless: frozenset[Case] = frozenset({Case.REDUCTION})
    kinds: tuple[K, ...]
    lacks: str
    article: str
    verified: bool = False
    certificate: bool = False
    count: int = 1


R = Rubrique
CONTRACTS: Final = (R.WRITTEN, R.ORDERS, R.SUBSEQUENT)
PURCHASES: Final = (R.SIMPLE, *CONTRACTS, R.GROUPED)
ALL: Final = tuple(Rubrique)
CGCT: Final = "CGCT, annexe I"

RULES: Final = (
    Rule(
        id="PJ-FACTURE",
        rubriques=PURCHASES,
        kinds=(K.FACTURE, K.DECOMPTE),
        lacks="la facture ou le mémoire (objet, parties, prix, IBAN)",
        article=f"{CGCT}, rubrique 411 et annexe G, I-A",
        verified=True,
    ),
    Rule(
        id="PJ-CONTRAT-411",
        rubriques=(R.SIMPLE,),
        when=frozenset({Case.MARCHE, Case.FIRST_PAYMENT}),
        kinds=(K.CONTRAT,),
        lacks="le contrat écrit, au premier paiement, avec sa date de notification",
        article=f"{CGCT}, rubrique 411 et annexe G, I-B",
        verified=True,
    ),
    Rule(
        id="PJ-CONTRAT-412",
        rubriques=(R.WRITTEN, R.ORDERS, R.GROUPED),
        when=frozenset({Case.MARCHE, Case.FIRST_PAYMENT}),
        kinds=(K.CONTRAT,),
        lacks="le marché (acte d'engagement et pièces qui fixent le prix), au premier paiement",
        article=f"{CGCT}, rubrique 412 ; CCP, art. R. 2112-1",
        verified=True,
    ),
    Rule(
        id="PJ-CONTRAT-41312",
        rubriques=(R.SUBSEQUENT,),
        when=frozenset({Case.MARCHE, Case.FIRST_PAYMENT}),
        kinds=(K.CONTRAT,),
        count=2,
        lacks="l'accord-cadre et le marché subséquent, au premier paiement",
        article=f"{CGCT}, rubrique 41312",
        verified=True,
    ),
    Rule(
        id="PJ-NOTIFICATION",
        rubriques=CONTRACTS,
        when=frozenset({Case.MARCHE, Case.FIRST_PAYMENT}),
        kinds=(K.NOTIFICATION,),
        lacks="la notification du marché, au premier paiement",
        article=f"{CGCT}, rubrique 412",
        certificate=True,
    ),
    Rule(
        id="PJ-SOLDE-DECOMPTE",
        rubriques=CONTRACTS,
        when=frozenset({Case.BALANCE}),
        kinds=(K.DECOMPTE,),
        lacks="le décompte général, au solde",
        article=f"{CGCT}, rubrique 412",
    ),
    Rule(
        id="PJ-SOLDE-RECEPTION",
        rubriques=CONTRACTS,
        when=frozenset({Case.BALANCE}),
        kinds=(K.RECEPTION,),
        lacks="le procès-verbal de réception, au solde",
        article=f"{CGCT}, rubrique 412",
        certificate=True,
    ),
    Rule(
        id="PJ-BON-DE-COMMANDE",
        rubriques=(R.ORDERS,),
        when=frozenset({Case.ORDER_NEEDED}),
        kinds=(K.ANNEXE,),
        lacks="le bon de commande (pénalités ou primes calculées, travaux après la fin du marché, avance)",
        article=f"{CGCT}, rubrique 41311",
        verified=True,
    ),
    Rule(
        id="PJ-SIGNATURE",
        rubriques=ALL,
        when=frozenset({Case.E_SIGNED}),
        kinds=(K.ANNEXE,),
        lacks="le résultat de la validation de la signature électronique du contrat",
        article=f"{CGCT}, rubrique 4, note 4",
        verified=True,
        certificate=True,
    ),
    Rule(
        id="PJ-RETENUE",
        rubriques=(R.RETENTION,),
        kinds=(K.GARANTIE, K.DELIBERATION),
        lacks="la décision de l'ordonnateur ou la garantie qui remplace la retenue",
        article=f"{CGCT}, rubrique 4132",
        verified=True,
        certificate=True,
    ),
    Rule(
        id="PJ-SOUS-TRAITANCE",
        rubriques=CONTRACTS,
        when=frozenset({Case.SUBCONTRACTOR}),
        kinds=(K.SOUS_TRAITANCE,),
        lacks="l'acte spécial de sous-traitance (DC4) accepté",
        article="CCP, art. L. 2193-10 à L. 2193-14",
        verified=True,
    ),
    Rule(
        id="PJ-ACTION-DIRECTE",
        rubriques=(R.DIRECT_ACTION,),
        kinds=(K.ANNEXE,),
        lacks="la mise en demeure, puis la demande avec PV et acceptation, ou le jugement",
        article=f"{CGCT}, rubrique 4142",
        verified=True,
    ),
    Rule(
        id="PJ-CONVENTION",
        rubriques=(R.GROUPED,),
        kinds=(K.CONVENTION,),
        lacks="la convention de groupement ou avec la centrale d'achat",
        article=f"{CGCT}, rubrique 415",
        verified=True,
    ),
    Rule(
        id="PJ-INTERETS",
        rubriques=(R.INTEREST,),
        kinds=(K.ETAT_LIQUIDATIF,),
        lacks="l'état liquidatif des intérêts",
        article=f"{CGCT}, rubrique 40",
    ),
    Rule(
        id="PJ-SUBVENTION",
        rubriques=(R.SUBSIDY,),
        kinds=(K.DELIBERATION,),
        lacks="la délibération qui accorde la subvention",
        article=f"{CGCT}, subventions",  # unverified
    ),
    Rule(
        id="PJ-SUBVENTION-CONVENTION",
        rubriques=(R.SUBSIDY,),
        when=frozenset({Case.CONVENTION_DUE}),
        kinds=(K.CONVENTION,),
        lacks="la convention avec l'organisme, qui reçoit plus de 23 000 € dans l'année",
        article="décret n° 2001-495 du 6 juin 2001, art. 1er",  # unverified: that annexe I asks for it
    ),
    Rule(
        id="PJ-REGIE",
        rubriques=(R.IMPREST,),
        kinds=(K.ETAT_REGIE,),
        lacks="le bordereau des dépenses du régisseur",
        article=f"{CGCT}, régies",  # unverified
    ),
    Rule(
        id="PJ-AUTRE",
        rubriques=(R.OTHER,),
        kinds=(K.DELIBERATION, K.CONTRAT, K.CONVENTION, K.ETAT_LIQUIDATIF),
        lacks="ce qui fonde la dépense : délibération, contrat, convention ou état liquidatif",
        article=CGCT,  # unverified
        certificate=True,
    ),
    Rule(
        id="PJ-CESSION",
        rubriques=ALL,
        when=frozenset({Case.FACTOR}),
        kinds=(K.CESSION,),
        lacks="la notification de la cession ou de la subrogation",
        article="C. civ., art. 1346-1",
        verified=True,
    ),
    Rule(
        id="PJ-AVOIR",
        rubriques=ALL,
        when=frozenset({Case.CREDIT_NOTE}),
        kinds=(K.AVOIR,),
        lacks="l'avoir qui est déduit",
        article=CGCT,
        verified=True,
    ),
    Rule(
        id="PJ-REDUCTION",
        rubriques=ALL,
        when=frozenset({Case.REDUCTION}),
        unless=frozenset(),
        kinds=(K.AVOIR, K.ETAT_LIQUIDATIF),
        lacks="ce qui justifie l'annulation ou la réduction : avoir, état rectificatif",
        article=CGCT,
        verified=True,  # Hélios refuses a mandat without any document
        certificate=True,
    ),
    Rule(
        id="PJ-RIB",
        rubriques=ALL,
        when=frozenset({Case.NEW_ACCOUNT}),
        unless=frozenset({Case.REDUCTION, Case.AFTER_PAYMENT, Case.ACCOUNT_SHOWN, Case.FACTOR}),
        kinds=(K.RIB, K.CONTRAT),
        lacks="le RIB du compte nouveau, que la facture n'écrit pas",
        article=f"{CGCT}, annexe G, I-A",
        verified=True,
    ),
    Rule(
        id="PJ-RIB-CHANGE",
        rubriques=ALL,
        when=frozenset({Case.NEW_ACCOUNT, Case.ACCOUNT_SHOWN}),
        unless=frozenset({Case.REDUCTION, Case.AFTER_PAYMENT, Case.FACTOR}),
        kinds=(K.RIB, K.CONTRAT),
        lacks="le RIB du compte qui a changé",
        article=CGCT,
    ),
)
"""In the order in which they are told."""
