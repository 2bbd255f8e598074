"""Invoices of invented firms, each laid out its own way, with what a person reads on them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from dematfin.domain.paper.proposals import Familiar, Field

KNOWN: Final = Familiar(
    ours=frozenset({"21990042000015", "26990042000010"}),
    tiers={"910987650": "PAPETERIE DU LAC", "902233444": "ÉNERGIE DU VAL", "903344554": "CHAUFFAGE MARTEL ET FILS"},
    ibans={"FR7619999000170009876543276": "910987650", "FR7619999000170010098765426": "902233444"},
    engagements=frozenset({"BC26-00077", "BC26-00078", "SOC26-0003", "20261234"}),
    today=date(2026, 11, 23),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is printed, and what it says."""

    name: str
    text: str
    says: dict[Field, str]


PAPER_SHOP: Final = Layout(
    name="labels and values on one line",
    text="""PAPETERIE DU LAC
12 rue du Lac - 74000 Annecy - Tél. 04 50 12 34 56
SIRET : 910 987 650 00017 - TVA intracom. FR87 910987650
COMMUNE DE VALBRUME - SIRET 219 900 420 00015
Facture n° F2026-0412
Date de facture : 12/11/2026
Date d'échéance : 12/12/2026
Votre commande : BC26-00077
Désignation Qté PU HT Total HT
Ramettes A4 10 50,00 500,00
Agrafes 5 100,00 500,00
Total HT 1 000,00 €
TVA 20,00 % 200,00 €
Total TTC 1 200,00 €
IBAN : FR76 1999 9000 1700 0987 6543 276 BIC XXXXFRPP""",
    says={
        Field.KIND: "FACTURE",
        Field.SIRET: "91098765000017",
        Field.SUPPLIER: "PAPETERIE DU LAC",
        Field.NUMBER: "F2026-0412",
        Field.ISSUED_ON: "2026-11-12",
        Field.HT: "1000.00",
        Field.TVA: "200.00",
        Field.TTC: "1200.00",
        Field.IBAN: "FR7619999000170009876543276",
        Field.ENGAGEMENT: "BC26-00077",
    },
)
ENERGY: Final = Layout(
    name="headings above values, points in amounts",
    text="""ÉNERGIE DU VAL - FACTURE
Numéro de facture  Date  Référence client
FA-2026/118  3 novembre 2026  C00412
Commune de Valbrume - période du 01/10/2026 au 31/10/2026
Base HT  Taux  TVA  Net à payer TTC
1.234,56  20,00  246,91  1.481,47
RIB FR7619999000170010098765426
Siret 90223344400014 RCS Annecy
Engagement juridique : BC 26 00078""",
    says={
        Field.KIND: "FACTURE",
        Field.SIRET: "90223344400014",
        Field.SUPPLIER: "ÉNERGIE DU VAL",
        Field.NUMBER: "FA-2026/118",
        Field.ISSUED_ON: "2026-11-03",
        Field.HT: "1234.56",
        Field.TVA: "246.91",
        Field.TTC: "1481.47",
        Field.IBAN: "FR7619999000170010098765426",
        Field.ENGAGEMENT: "BC26-00078",
    },
)
CREDIT_NOTE: Final = Layout(
    name="a credit note, labels after values",
    text="""AVOIR N° A2026-7
sur facture n° F2026-0412 du 12/10/2026
Annecy, le 1er novembre 2026
10,00 € HT
2,00 € TVA
12,00 € TTC
N° TVA FR87910987650""",
    says={
        Field.KIND: "AVOIR",
        Field.SIRET: "910987650",
        Field.SUPPLIER: "PAPETERIE DU LAC",
        Field.NUMBER: "A2026-7",
        Field.ISSUED_ON: "2026-11-01",
        Field.HT: "10.00",
        Field.TVA: "2.00",
        Field.TTC: "12.00",
    },
)
PLUMBER: Final = Layout(
    name="a craftsman without VAT",
    text="""DEPANNAGE ROSSI - Plombier - SIRET 90334455400014
TVA non applicable, art. 293 B du CGI
FACTURE 2026-17  Fait à Annecy, le 5 nov. 2026
Remplacement robinet 85,00
Déplacement 40,00
TOTAL 125,00 €
À régler avant le 05/12/2026""",
    says={
        Field.KIND: "FACTURE",
        Field.SIRET: "90334455400014",
        Field.SUPPLIER: "CHAUFFAGE MARTEL ET FILS",
        Field.NUMBER: "2026-17",
        Field.ISSUED_ON: "2026-11-05",
        Field.HT: "125.00",
        Field.TVA: "0.00",
        Field.TTC: "125.00",
    },
)
TELEPHONE: Final = Layout(
    name="two rates, the number twice",
    text="""Client  Numéro de facture  Date de facturation  Échéance
C-0042  FE26118820  02/11/2026  02/12/2026
Abonnement 30,00 HT
Total hors taxes 230,00
TVA 5,5 % sur 30,00    1,65
TVA 20 % sur 200,00   40,00
Total TTC 271,65
Montant prélevé le 02/12/2026 : 271,65
TALON DE PAIEMENT Facture n° FE26118820""",
    says={
        Field.KIND: "FACTURE",
        Field.NUMBER: "FE26118820",
        Field.ISSUED_ON: "2026-11-02",
        Field.HT: "230.00",
        Field.TVA: "41.65",
        Field.TTC: "271.65",
    },
)
COLUMNS: Final = Layout(
    name="a column of labels, then a column of values",
    text="""Facture No 000123
Émise le 09.11.2026
Total HT
Montant TVA
Net à payer
12 000,00
2 400,00
14 400,00""",
    says={
        Field.KIND: "FACTURE",
        Field.NUMBER: "000123",
        Field.ISSUED_ON: "2026-11-09",
        Field.HT: "12000.00",
        Field.TVA: "2400.00",
        Field.TTC: "14400.00",
    },
)
BUILDER: Final = Layout(
    name="values above their labels, a deposit deducted",
    text="""Réf. facture : 26-118/B
Date d'émission : 2026-11-10
Bon de commande n° 2026 1234
10 000,00
Montant H.T.
1 000,00
T.V.A. 10 %
11 000,00
Montant T.T.C.
Acompte versé 4 000,00
Reste à payer 7 000,00""",
    says={
        Field.KIND: "FACTURE",
        Field.NUMBER: "26-118/B",
        Field.ISSUED_ON: "2026-11-10",
        Field.HT: "10000.00",
        Field.TVA: "1000.00",
        Field.TTC: "11000.00",
        Field.ENGAGEMENT: "20261234",
    },
)
LAYOUTS: Final = (PAPER_SHOP, ENERGY, CREDIT_NOTE, PLUMBER, TELEPHONE, COLUMNS, BUILDER)
