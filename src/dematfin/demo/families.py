"""What the demonstration adds to the commands."""

from typing import Final

from dematfin.cli.families import Family

DEMO: Final = (
    Family(
        "demo",
        "Joue toute la chaîne, de Chorus Pro au paiement, sur des voisins simulés.",
        adds=("commands.register",),
        package="dematfin.demo",
    ),
    Family("sandbox", "Les voisins simulés d'une démonstration.", "commands.sandbox", package="dematfin.demo"),
)
