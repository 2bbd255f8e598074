"""Sections of the configuration without which something is not done, and nobody is told."""

from collections.abc import Iterator

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, good, look
from dematfin.domain.parties.person import Person

MAIL = "courriels"


def file(examined: Examined) -> Iterator[Line]:
    """Read the file; nothing else can be looked at without it."""
    yield good("fichier de configuration", f"{examined.diagnosis.file()} ({examined.house.where})")


def web(examined: Examined) -> Iterator[Line]:
    """Look at the address of the pages."""
    url = examined.settings.web.url
    if url.startswith("https://"):
        yield good("adresse des pages", url)
    else:
        found = f"{url} n'est pas chiffrée" if url else "aucune : les courriels ne mènent nulle part"
        remedy = 'Mettez les pages derrière un mandataire qui chiffre, puis url = "https://…" dans [web].'
        yield look("adresse des pages", found, remedy)


def told(examined: Examined) -> Iterator[Line]:
    """Look whether anybody is told by mail of what is urgent."""
    settings = examined.settings
    if settings.courriel is None:
        yield look(
            MAIL, "pas de section [courriel] : ni rappel de visa, ni alerte", "Remplissez-la (config.example.toml)."
        )
        return
    if not settings.alertes.actif:
        yield look(MAIL, "les alertes sont arrêtées", "actif = true dans [alertes].")
        return
    with examined.base.books() as books:
        count = len(settings.alertes.rule().addresses(books.find(Person)))
    if count:
        yield good(MAIL, f"ce qui est urgent est dit à {count} adresse{'s' if count > 1 else ''}")
    else:
        remedy = "Donnez une adresse à un agent (personne ajouter … --courriel ADRESSE), ou remplissez [alertes]."
        yield look(MAIL, "personne n'est prévenu de ce qui est urgent", remedy)
