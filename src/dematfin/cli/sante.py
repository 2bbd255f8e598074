"""`sante`: is everything well while nobody looks? For a person, and for whatever watches over machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_houses
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, say, write_json
from dematfin.support.refusals import reason

if TYPE_CHECKING:
    from dematfin.service.watch import Look


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("sante", cls=FrenchCommand)(health)


def health(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Dit si tout va bien : base, disque, certificats, horaires tenus. Code 0 : oui, 1 : à voir, 2 : en panne."""
    from dematfin.domain.unattended.health import grade  # noqa: PLC0415 - heavy, and only here
    from dematfin.service.watch import Watch  # noqa: PLC0415 - idem

    looks = Watch(lambda: chosen_houses(configuration)).looks(patience=inf)
    if json:
        write_json([_told(look) for look in looks])
    else:
        _say_all(looks)
    raise typer.Exit(max(grade(look.troubles) for look in looks))


@contextmanager
def measured(configuration: Path) -> Iterator[None]:
    """Let steps run, then write the measures to the file of `[service] metriques`, where there is one."""
    from dematfin.config.several import houses, service_of  # noqa: PLC0415 - heavy, and not needed to show a help text

    settings = service_of(chosen_houses(configuration))
    if settings.metriques is None:
        yield
        return
    from dematfin.service.metrics import Measures  # noqa: PLC0415 - idem
    from dematfin.service.watch import Watch  # noqa: PLC0415 - idem

    measures = Measures(Watch(lambda: houses(configuration)), by_collectivite=settings.metriques_par_collectivite)
    try:
        yield
    finally:
        measures.close()
    try:
        measures.write(settings.metriques)
    except OSError as error:
        where = settings.metriques
        complain(f"Les mesures ne peuvent pas être écrites dans {where} : {reason(error)}. La journée est faite.")


def _say_all(looks: "tuple[Look, ...]") -> None:
    ill = [look for look in looks if look.troubles]
    for look in ill:
        say(f"{look.name or 'Collectivité'} ({look.siret or 'sans SIRET'})", style="bold")
        for one in look.troubles:
            say(f"{'✗' if one.grade > 1 else '!'} {one.sentence}", style="red" if one.grade > 1 else "yellow")
            if one.detail:
                say(f"  {one.detail}")
    well = len(looks) - len(ill)
    if well:
        say(f"{counted(well, 'collectivité')} : tout va bien.", style="green")


def _told(look: "Look") -> dict[str, object]:
    troubles = [
        {"code": one.code, "gravite": int(one.grade), "phrase": one.sentence, "detail": one.detail}
        for one in look.troubles
    ]
    gravest = max((int(one.grade) for one in look.troubles), default=0)
    return {"siret": look.siret, "nom": look.name, "sante": gravest, "ennuis": troubles}
