"""The delays of all the mandats paid in a period, and the share that waited more than 30 days."""

from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.report.averages import mean, share
from dematfin.domain.report.columns import count, days, euros, rate, text
from dematfin.domain.report.delays import Delays, delays
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.paid import POPULATION, payments
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.tally.settlement import Settlement

ALL: Final = "Tous les mandats"
DEFINITION: Final = (
    "Délai global de paiement : du point de départ (notification de la facture, ou exécution si elle est postérieure : "
    "CCP R. 2192-12 à 15) jusqu'à la mise en paiement, en jours calendaires ; après une interruption (R. 2192-27 à "
    "29), il se compte du nouveau départ. Part de l'ordonnateur : jusqu'à la réception par le comptable (décret "
    "2013-269, art. 13), 20 jours au plus ; part du comptable : ensuite, 10 jours au plus. Les jours des deux parts "
    "font la somme des jours du délai. « 9 mandats sur 10 » : délai que neuf mandats sur dix ne dépassent pas (90e "
    "centile, au rang le plus proche). Âge réel : depuis l'arrivée de la facture, ou de celle, refusée, qu'elle "
    "remplace."
)
BEYOND: Final = (
    "Part des mandats payés plus de 30 jours après le départ de leur délai : l'indicateur de l'État, 20 % au plus en "
    "2027. Un contrat peut raccourcir le délai et une interruption l'allonger : « après leur échéance » compare "
    "le paiement au dernier jour de chaque mandat (CCP R. 2192-10). La part du montant rapporte les TTC."
)


def dgp(facts: Facts) -> Table:
    """Say how long mandats waited, in each way that people count it."""
    all_ = delays(payments(facts).counted)
    each = (
        ("Délai moyen", mean(all_.days, all_.count), all_.days),
        ("Délai moyen pondéré par le montant", all_.weighted, None),
        ("Délai médian", all_.median, None),
        ("9 mandats sur 10 (90e centile)", all_.ninth, None),
        ("dont part de l'ordonnateur", mean(all_.ordonnateur, all_.count), all_.ordonnateur),
        ("dont part du comptable", mean(all_.comptable, all_.count), all_.comptable),
        ("Délai brut, interruptions comprises", mean(all_.gross, all_.count), all_.gross),
        ("Âge réel, refus et renvois compris", mean(all_.true_age, all_.count), all_.true_age),
    )
    return Table(
        key="dgp",
        title="Délai global de paiement",
        definition=DEFINITION,
        population=POPULATION,
        columns=(
            text("mesure", "Mesure"),
            days("jours", "Jours"),
            days("cumul", "Jours cumulés"),
            count("mandats", "Mandats"),
            euros("ttc", "TTC"),
        ),
        rows=tuple((*row, all_.count, all_.ttc) for row in each),
        warnings=few([(ALL, all_.count)], "mandats"),
    )


def beyond(facts: Facts) -> Table:
    """Say which share of mandats waited too long, by the State's measure and by each one's own."""
    slow: list[Settlement] = []
    fast: list[Settlement] = []
    for one in payments(facts).counted:
        (slow if (one.paid_on - one.start).days > DAYS else fast).append(one)
    whole = delays(fast + slow)
    parts = ((f"En {DAYS} jours ou moins", delays(fast)), (f"À plus de {DAYS} jours", delays(slow)))
    return Table(
        key="hors-delai",
        title="Mandats payés hors délai",
        definition=BEYOND,
        population=POPULATION,
        columns=(
            text("payes", "Payés"),
            count("mandats", "Mandats"),
            rate("part", "Part des mandats"),
            euros("ttc", "TTC"),
            rate("part_ttc", "Part du montant"),
            count("apres_echeance", "dont après leur échéance"),
            euros("ttc_apres_echeance", "TTC après échéance"),
        ),
        rows=tuple(_share(name, part, whole) for name, part in parts),
        total=_share(ALL, whole, whole),
        warnings=few([(ALL, whole.count)], "mandats"),
    )


def _share(name: str, part: Delays, whole: Delays) -> tuple[Cell, ...]:
    of_count, of_ttc = share(part.count, whole.count), share(part.ttc, whole.ttc)
    return (name, part.count, of_count, part.ttc, of_ttc, part.late, part.late_ttc)
