"""docs/roles.md, drawn from the matrix: `python tests/rights/page.py` (with PYTHONPATH=src:tests) writes it anew."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from dematfin.domain.exceptional import SENTENCES
from dematfin.domain.parties.person import MAY, Act, Role
from dematfin.domain.rights.acts import ACTS
from dematfin.domain.rights.commands import COMMANDS
from dematfin.domain.rights.four_eyes import FOUR_EYES
from dematfin.domain.rights.needed import Needed, rights
from dematfin.domain.rights.pages import PAGES

PAGE: Final = Path(__file__).parents[2] / "docs" / "roles.md"
WORDS: Final = {
    Role.AGENT: "importe, prépare, transmet ; traite le papier et ce qu'un contrôle retient",
    Role.VISEUR: "certifie le service fait, pour ses bureaux et ceux qu'il remplace ; ne voit que leurs factures",
    Role.ORDONNATEUR: "signe les bordereaux : le maire, ou son délégué",
    Role.DIRECTEUR: "lit les chiffres, reçoit les retards, rappelle un fournisseur dont le compte change",
    Role.ADMINISTRATEUR: "met en place : personnes, budgets, schémas ; ne fait aucun acte de gestion",
    Role.LECTEUR: "lit, sans rien changer",
    Role.SERVICE: "la journée qui tourne sans personne",
}
HEAD: Final = """# Qui peut quoi

Pour la direction et pour qui donne les rôles. Un rôle se donne avec `dematfin personne ajouter` ; une personne peut
en avoir plusieurs, elle a alors les droits de chacun. Personne ici n'est le comptable : c'est l'agent de l'État.
Cette page est tirée du programme, qui ne s'en écarte pas.

Qui n'a pas le droit de faire une chose l'apprend avant que rien ne soit lu ni changé : « … ne peut pas signer un
bordereau : il faut le rôle ordonnateur. » Une personne retirée n'a plus aucun droit, à l'instant même.

Un droit ouvre une page, pas tout ce qu'elle pourrait montrer : un chef de service ne voit, dans les pages comme en
ligne de commande, que les dossiers de ses bureaux, et leurs documents. Celui d'un autre lui est dit absent, dans les
mots de ce qui n'a jamais existé.
"""
TWO: Final = """## Ce qui demande deux personnes

Deux actes d'une même personne ne font jamais deux personnes : ni avec un rôle donné entre-temps, ni en remplaçant
quelqu'un. Un compte système est celui d'une seule personne, même partie. Dans une petite commune (`petite_commune =
true`), une personne peut faire les deux là où la table dit « oui » : c'est alors une exception, écrite au journal et
dans le rapport.
"""
OUT: Final = """## Exceptions

Chacune est un évènement du journal scellé et une ligne du tableau « Exceptions » de `dematfin rapport` : quand, qui,
quoi, sur quoi, pourquoi.
"""


def written() -> str:
    """Return the page."""
    return "\n".join((HEAD, _roles(), _grid(), *(_right(act) for act in Act), _free(), TWO, _two(), OUT, _exceptions()))


def _roles() -> str:
    return "## Les rôles\n\n" + _table(("Rôle", "Ce qu'il fait"), ((f"`{role}`", WORDS[role]) for role in Role))


def _grid() -> str:
    rows = ((str(act), *("oui" if role in MAY[act] else "" for role in Role)) for act in Act)
    return "## Les droits de chaque rôle\n\n" + _table(("Droit", *Role), rows)


def _right(act: Act) -> str:
    """Return what one right opens: commands and pages, then acts, by the names that the programme gives them."""
    given = f"## {str(act)[0].upper()}{str(act)[1:]}\n\nRôles : {', '.join(sorted(MAY[act]))}.\n"
    lists = (
        ("Commandes", (f"`dematfin {name}`" for name in _of(COMMANDS, act))),
        ("Pages", (f"`{name}`" for name in _of(PAGES, act) if name.startswith("GET"))),
        ("Formulaires", (f"`{name}`" for name in _of(PAGES, act) if name.startswith("POST"))),
        ("Actes du programme", (f"`{name}`" for name in _of(ACTS, act))),
    )
    found = ((title, ", ".join(names)) for title, names in lists)
    return given + "\n" + "\n".join(f"- {title} : {names}" for title, names in found if names) + "\n"


def _free() -> str:
    machine = ", ".join(f"`dematfin {name}`" for name, needed in COMMANDS.items() if not needed)
    open_pages = ", ".join(f"`{name}`" for name, needed in PAGES.items() if not needed)
    return (
        "## Sans aucun rôle\n\n"
        "Commandes de qui exploite la machine, dont elles lisent les fichiers ; elles ne font aucun acte :\n"
        f"{machine}\n\nPages ouvertes avant de se connecter, qui ne nomment rien ni personne :\n{open_pages}\n"
    )


def _two() -> str:
    rows = ((one.first, one.second, one.source, "oui" if one.waivable else "jamais") for one in FOUR_EYES)
    return _table(("Qui a fait cela…", "… ne peut pas", "Source", "Petite commune"), rows)


def _exceptions() -> str:
    return _table(("Code au journal", "Ce que dit le rapport"), ((f"`{kind}`", SENTENCES[kind]) for kind in SENTENCES))


def _of(lines: Mapping[str, Needed], act: Act) -> Iterable[str]:
    return (name for name, needed in lines.items() if act in rights(needed))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = tuple(head)
    lines = (titles, ("---",) * len(titles), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
