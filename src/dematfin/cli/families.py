"""What may be typed after `dematfin`: each command and each family of commands, and which module brings it.

Whoever only asks what there is, or calls one of them, need not load the others: cron runs the program all day long.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Family(NamedTuple):
    """A command or a family of commands, as the help of the program shows it."""

    name: str
    help: str
    group: str = ""
    """Where the family is, `module.name`; empty for a command."""
    adds: tuple[str, ...] = ()
    """What adds the command to the program, or further commands to the family."""
    package: str = "dematfin.cli"


FAMILIES: Final = (
    Family(
        "importer",
        "Importe les factures nouvelles de Chorus Pro, les contrôle et les remet aux viseurs.",
        adds=("steps.register",),
    ),
    Family(
        "suivi",
        "Relève les acquits et les retours du comptable ; avec un identifiant, raconte cette chose-là.",
        adds=("steps.register",),
    ),
    Family(
        "journee",
        "Fait la journée : réconcilier, importer, contrôler, viser, relancer, transmettre, préparer. Ne signe jamais.",
        adds=("steps.register",),
    ),
    Family(
        "service",
        "Fait tourner, aux heures prévues, la journée de chaque collectivité de la configuration, jusqu'à Ctrl-C.",
        adds=("service.register",),
    ),
    Family(
        "etat",
        "Montre où en sont les factures et les flux, et ce qui demande quelqu'un.",
        adds=("etats.register",),
    ),
    Family(
        "sante",
        "Dit si tout va bien : base, disque, certificats, horaires tenus. Code 0 : oui, 1 : à voir, 2 : en panne.",
        adds=("sante.register",),
    ),
    Family(
        "diagnostic",
        "Examine la machine, la base, les certificats, les voisins, les passages ; dit quoi faire, ne change rien.",
        adds=("diagnostic.register",),
    ),
    Family(
        "sauvegarde",
        "Sauvegarde la base, les documents et la configuration dans un dossier, sans arrêter le travail.",
        adds=("sauvegarde.register",),
    ),
    Family(
        "restauration",
        "Restaure une sauvegarde, ou l'essaie (--verifier) ; l'ancienne base est mise de côté, jamais effacée.",
        adds=("restauration.register",),
    ),
    Family(
        "rapport",
        "Écrit les chiffres d'une période (html, xlsx, csv, json) ; sans période, la page de l'état des factures.",
        adds=("rapport.register",),
    ),
    Family(
        "feuilles",
        "Imprime des feuilles de séparation (PDF), à poser devant chaque facture de la pile.",
        adds=("feuilles.register",),
    ),
    Family(
        "web",
        "Sert les pages des visas, jusqu'à Ctrl-C ; en production, derrière un mandataire inverse qui chiffre.",
        adds=("pages.register",),
    ),
    Family("facture", "Les factures.", "factures.app"),
    Family("doublon", "Les factures qui se ressemblent.", "doublons.app"),
    Family("numerisation", "Les factures papier : numérisation, découpage, saisie.", "numerisation.app"),
    Family(
        "visa",
        "Les visas des chefs de service.",
        "visas.app",
        ("bureaux.register", "fiche.register", "rappels.register"),
    ),
    Family("circuit", "Les circuits de visa.", "bureaux.circuits"),
    Family("parapheur", "L'i-Parapheur du commerce où se donnent les visas, s'il y en a un.", "parapheur.app"),
    Family(
        "bordereau",
        "Les bordereaux de mandats.",
        "bordereaux.app",
        (
            "livre.register",
            "pieces_seules.register",
            "imports.register",
            "joindre.register",
            "signature_bordereaux.register",
        ),
    ),
    Family(
        "mandat",
        "Les mandats.",
        "mandats.app",
        ("livre.register_abandon", "pieces.register", "verdict.register", "saisie_mandat.register"),
    ),
    Family("transmission", "Les envois au TdT : leur journal, et ce qu'une personne en règle.", "transmission.app"),
    Family(
        "echange",
        "Les dossiers d'échange avec le logiciel financier : ce qui lui est remis, et les reçus.",
        "echange.app",
    ),
    Family("flux", "Les flux : leur chemin jusqu'à l'acquit.", "flux.app", ("constat.register",)),
    Family("pes", "Les flux PES : lire, extraire, comparer.", "pes.app"),
    Family("xsd", "Les schémas qui jugent les flux PES.", "xsd.app"),
    Family("signature", "Les signatures des flux, de dematfin ou d'un autre logiciel.", "signature.app"),
    Family("pieces", "Les pièces justificatives des mandats.", "pieces.app"),
    Family("engagement", "Les engagements du logiciel financier.", "registres.engagements"),
    Family("credit", "Les crédits disponibles du logiciel financier, par chapitre.", "registres.credits_"),
    Family(
        "tiers",
        "Les tiers (fournisseurs) du logiciel financier.",
        "registres.tiers",
        ("doublons.register", "beneficiaires.register"),
    ),
    Family("chorus", "Le lien avec Chorus Pro.", "chorus.app"),
    Family("budget", "Les budgets.", "budgets.budgets"),
    Family("personne", "Les personnes et leurs rôles.", "administration.persons"),
    Family("journal", "Le journal scellé : évènements, lignes de la base, documents.", "journal.journal"),
    Family(
        "versement",
        "Les versements à un service d'archives (SAE).",
        "versement.app",
    ),
    Family(
        "elimination",
        "Les éliminations : ce qui n'a plus à être conservé, sous le visa des archives départementales.",
        "elimination.app",
    ),
    Family("chiffres", "Les chiffres : ce que le journal en dit, compté une fois.", "chiffres.app"),
    Family(
        "base", "La base de données : sa version, sa mise à jour, son déplacement.", "bases.app", ("copies.register",)
    ),
    Family(
        "reprise",
        "La base remise à un état plus ancien : ce qui est parti depuis, avant que rien ne reparte.",
        "reprise.app",
    ),
    Family("collectivite", "Les collectivités d'une configuration.", "collectivites.app"),
    Family(
        "ouvrier",
        "Les ouvriers d'un syndicat : plusieurs processus, plusieurs machines, une base PostgreSQL.",
        "ouvrier.app",
    ),
    Family("config", "La configuration.", "configuration.app", ("modeles.register",)),
)


def in_order(families: Sequence[Family]) -> list[Family]:
    """Return them as the help shows them: commands, then families of commands."""
    return sorted(families, key=lambda one: bool(one.group))


def called(words: Sequence[str], families: Sequence[Family]) -> list[Family]:
    """Return the family that a command line calls, alone; all of them when it calls none that exists."""
    name = next((word for word in words if not word.startswith("-")), "")
    return [one for one in families if one.name == name] or in_order(families)
