"""`restauration`: a backup tried, or put in the place of what was lost."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.bases import Base, whole_bases
from dematfin.cli.context import DEFAULT, Configuration, system_account
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, instant, say
from dematfin.cli.sauvegarde import Folder, owner_of, vault_of
from dematfin.errors import DematfinError, RuleError, gravest

if TYPE_CHECKING:
    from dematfin.domain.backup.manifest import Manifest
    from dematfin.store.saved.restoration import Target
    from dematfin.store.saved.vault import Backup, Vault
    from dematfin.support.clock import SystemClock


MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("restauration", cls=FrenchCommand)(restore)


def restore(
    dossier: Folder = None,
    configuration: Configuration = DEFAULT,
    verifier: Annotated[
        bool, typer.Option("--verifier", help="L'essaie à côté, compare tout, puis n'en garde que le résultat.")
    ] = False,
    sauvegarde: Annotated[
        str, typer.Option("--sauvegarde", metavar="NOM", help="Celle de ce nom ; sinon la plus récente.")
    ] = "",
    remplacer: Annotated[
        bool, typer.Option("--remplacer", help="Met de côté la base qui est là, au lieu de refuser.")
    ] = False,
) -> None:
    """Restaure une sauvegarde, ou l'essaie (--verifier) ; l'ancienne base est mise de côté, jamais effacée.

    Une ligne par base de la configuration. Arrêtez d'abord le service, les pages et les ouvriers, sauf pour un essai.
    """
    known, wrong = whole_bases(configuration)
    codes = []
    for base in known:
        try:
            vault = vault_of(base, dossier)
            backup = _chosen(vault, base, sauvegarde)
            codes.append(
                _tried(vault, backup, base) if verifier else _restored(vault, backup, base, replaces=remplacer)
            )
        except DematfinError as error:
            wrong.append((f"{base.houses[0].label} : {error}", error.exit_code))
    for sentence, code in wrong:
        complain(sentence)
        codes.append(code)
    if worst := gravest(codes):
        raise typer.Exit(worst)


def _chosen(vault: "Vault", base: Base, name: str) -> "Backup":
    """Choose a backup, and say which were passed over: they are dated after now."""
    owner, now = owner_of(base), _clock(base).now()
    ahead = [] if name else [one.name for one in vault.ahead(owner.names, now)]
    if ahead:
        complain(
            f"Dans {vault.root}, {ahead[-1]} est datée de l'avenir : elle n'est pas prise. Mettez la machine à l'heure "
            "(timedatectl), ou donnez son nom : --sauvegarde"
        )
    return vault.chosen(owner.names, owner.sirets, now, name)


def _tried(vault: "Vault", backup: "Backup", base: Base) -> int:
    """Try one backup, keep and say what was found."""
    from dematfin.domain.backup.standing import Trial  # noqa: PLC0415 - heavy, and only here
    from dematfin.store.saved.listed import keep_trial  # noqa: PLC0415 - idem
    from dematfin.store.saved.trial import tried  # noqa: PLC0415 - idem

    clock = _clock(base)
    with vault.reading():
        verdict = tried(vault, backup, base.address, clock.now(), clock.local, spare=_spare(base))
        trial = Trial(backup=backup.name, at=clock.now(), faults=verdict.faults, spoilt=verdict.spoilt)
        if not keep_trial(backup.folder.parent, trial):
            complain(f"{backup.folder.parent} ne s'écrit pas : le résultat de cet essai n'y est pas gardé.")
    if verdict.faults or verdict.manifest is None:
        say(f"✗ {backup.folder} ne se restaure pas bien : {' ; '.join(verdict.faults)}", style="red")
        return RuleError.exit_code
    told = _told(verdict.manifest)
    say(f"✓ {backup.folder} se restaure : {_as_of(verdict.manifest, clock)}, {told}, tout est pareil.", style="green")
    return 0


def _restored(vault: "Vault", backup: "Backup", base: Base, *, replaces: bool) -> int:
    """Restore one backup, and say what to do next."""
    from dematfin.store.saved.restoration import restore as put_back  # noqa: PLC0415 - heavy, and only here

    clock = _clock(base)
    with vault.reading(), _alone(base, clock):
        done = put_back(vault, backup, _target(base, replaces=replaces), clock.now(), clock.local)
    kept = f" L'ancienne base est gardée : {done.aside}." if done.aside else ""
    say(
        f"{base.houses[0].label} : restaurée de {backup.folder}, {_as_of(done.manifest, clock)}, "
        f"{_told(done.manifest)}, dont {done.brought} remis en place.{kept}",
        style="green",
    )
    if done.manifest.missing:
        complain(f"Il manquait {counted(len(done.manifest.missing), 'document')} à cette sauvegarde (manifeste.json).")
    say("Rien ne part avant que les voisins aient été interrogés : dematfin journee, puis dematfin reprise etat.")
    return 0


def _target(base: Base, *, replaces: bool) -> "Target":
    from dematfin.store.saved.restoration import Target  # noqa: PLC0415 - heavy, and only here
    from dematfin.wiring import open_documents  # noqa: PLC0415 - idem

    places = {house.siret: open_documents(house.settings(), house.folder) for house in base.houses}
    marked = partial(_mark, tuple(places))
    return Target(base=base.address, documents=places, replaces=replaces, mark=marked, spare=_spare(base))


def _spare(base: Base) -> int:
    return max(house.settings().stockage.espace_minimum_mo for house in base.houses) * MEGABYTE


def _mark(sirets: tuple[str, ...], base: str, data_as_of: datetime) -> None:
    """Leave word in a base that was just restored, before it serves: nothing leaves before neighbours were asked."""
    from dematfin.store.restored import mark  # noqa: PLC0415 - heavy, and only here

    mark(base, data_as_of=data_as_of, sirets=sirets, by=system_account())


@contextmanager
def _alone(base: Base, clock: "SystemClock") -> Iterator[None]:
    """Keep a service of this machine from serving these collectivités; raises ComeBackLater when one does."""
    from dematfin.service.service_lock import Guard  # noqa: PLC0415 - heavy, and only here

    with ExitStack() as held:
        for house in base.houses:
            since = f"{clock.local(clock.now()):%H:%M le %d/%m/%Y}, pour une restauration"
            guard = Guard.take(house.settings().stockage.documents, house.siret, since)
            held.callback(guard.release)
        yield


def _clock(base: Base) -> "SystemClock":
    from dematfin.wiring import open_clock  # noqa: PLC0415 - heavy, and not needed to show a help text

    return open_clock(base.houses[0].settings())


def _as_of(manifest: "Manifest", clock: "SystemClock") -> str:
    hours = int((clock.now() - manifest.taken_at).total_seconds()) // 3600
    age = f"{hours // 24} j {hours % 24} h" if hours >= 24 else f"{hours} h"  # noqa: PLR2004 - hours of a day
    return f"données du {instant(clock.local(manifest.taken_at))} (il y a {age})"


def _told(manifest: "Manifest") -> str:
    events = sum(one.sequence for one in manifest.ends.values())
    return f"journal de {counted(events, 'évènement')}, {counted(manifest.documents, 'document')}"
