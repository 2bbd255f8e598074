"""The i-Parapheur, v4 or v5 by the same contract, as the pipeline sees it."""

import ssl
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from dematfin.errors import AccessDenied, BadAnswer, Refused
from dematfin.parapheur import creation, setup
from dematfin.parapheur.client import Absent, Call, Line
from dematfin.parapheur.returned import returned
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.parapheur.soap import Answer, element
from dematfin.parapheur.statuses import history, phase
from dematfin.ports.parapheur import Dossier, History, Phase, Returned, Route
from dematfin.support import http, tls
from dematfin.support.http import Timeouts
from dematfin.support.xml import MEBIBYTE, Element

SERVICE: Final = "/ws-iparapheur-no-mtom"
"""Its answers are plain SOAP; those of the other service are in parts, and read as well."""
TOGETHER: Final = 50
"""Folders asked for in one call."""
LARGEST: Final = 256 * MEBIBYTE
"""Limit of a folder that comes back: what one may hold at most, in base64, and some more."""
ALREADY: Final = "deja present"
OURS: Final = "OK"
"""How a folder on our own desk is accessible; one that can be taken back is "Recuperable"."""

Secret = Callable[[str], str]


class IParapheur:
    """Implements ports.parapheur.Parapheur."""

    def __init__(self, settings: ParapheurSettings, secret: Secret) -> None:
        """Prepare; `secret` turns a reference of the configuration into the secret itself.

        Nothing is opened before it serves: whoever only reads has no right to these secrets.
        """
        self._settings = settings
        self._secret = secret
        self._required: dict[str, frozenset[str]] = {}

    def check(self) -> None:
        """Try the link and the account."""
        said = self.line.ask(Call(operation="echo", text="dematfin")).answer.words
        if "dematfin" not in said:
            message = f"i-Parapheur ne répond pas à l'écho comme il le devrait : « {said[:100]} ». Vérifiez url."
            raise BadAnswer(message)

    def routes(self) -> Sequence[Route]:
        """Return the circuits that our folders take."""
        return setup.routes(self.line, self._settings)

    def submit(self, dossier: Dossier) -> None:
        """Send a folder; one that it says it has already is looked for there."""
        self._check_metadata(dossier)
        self.create(dossier.id, creation.children(self._settings, dossier))

    def create(self, key: str, children: tuple[Element, ...]) -> None:
        """Make a folder of any type, or find it made."""
        try:
            self.line.ask(Call(operation="CreerDossier", about=key, children=children, writing=True))
        except Refused as error:
            if ALREADY not in _unaccented(str(error)):
                raise
            if self.history(key).phase is Phase.GONE:
                message = f"i-Parapheur dit avoir déjà le dossier {key}, et ne le trouve pas."
                raise BadAnswer(message) from error

    def moved(self, known: Mapping[str, str]) -> Iterator[str]:
        """Yield the folders whose status changed, that have ended, or that are not listed."""
        keys = list(known)
        for start in range(0, len(keys), TOGETHER):
            batch = keys[start : start + TOGETHER]
            shown = self._statuses(batch)
            yield from (key for key in batch if _is_worth_asking(known[key], shown.get(key, "")))

    def history(self, key: str) -> History:
        """Return what happened to a folder."""
        try:
            reply = self.line.ask(Call(operation="GetHistoDossier", about=key, text=key))
        except Absent:
            return History(phase=Phase.GONE, status="")
        return history(key, reply)

    def documents(self, key: str, sent: int) -> Returned:
        """Return what an ended folder holds, without the `sent` annexes that it came with."""
        call = Call(operation="GetDossier", about=key, text=key, limit=LARGEST)
        return returned(key, self.line.ask(call).answer, sent)

    def close(self, key: str, *, refused: bool) -> None:
        """Put an ended folder away there; one that is not there any more was put away before."""
        with suppress(Absent):
            if refused:
                self.line.ask(Call(operation="EffacerDossierRejete", about=key, text=key, writing=True))
            else:
                self._archive(key, self._settings.cloture)

    def withdraw(self, key: str) -> None:
        """Take back a folder, then delete it; taken back by a run that died, it lies on our own desk already."""
        with suppress(Absent):
            try:
                self.line.ask(Call(operation="ExercerDroitRemordDossier", about=key, text=key, writing=True))
            except Refused as error:
                if isinstance(error, Absent | AccessDenied) or not self._is_on_our_desk(key):
                    raise
            self._archive(key, "EFFACER")

    def _archive(self, key: str, action: str) -> None:
        children = (element("DossierID", key), element("ArchivageAction", action))
        self.line.ask(Call(operation="ArchiverDossier", about=key, children=children, writing=True))

    def _check_metadata(self, dossier: Dossier) -> None:
        """Refuse to send what would be made without a metadata that it demands."""
        subtype = self._settings.subtype(dossier.service)
        if subtype not in self._required:
            self._required[subtype] = setup.required(self.line, self._settings.type, subtype)
        missing = self._required[subtype] - creation.given(self._settings, dossier)
        if lost := sorted(missing - {self._settings.metadonnee_service_fait}):
            message = (
                f"l'i-Parapheur exige la métadonnée « {lost[0]} », que nous n'avons pas pour elle. Complétez la "
                "facture, ou metadonnees dans la section [parapheur]."
            )
            raise Refused(message)

    def _statuses(self, keys: list[str]) -> dict[str, str]:
        """Return the status of each folder that is listed; where the list fails, each folder is asked for."""
        try:
            return {key: row.text("status") for key, row in self._rows(keys).items()}
        except AccessDenied:
            raise
        except (Refused, BadAnswer):
            return {}

    def _is_on_our_desk(self, key: str) -> bool:
        """Say whether a folder has been taken back already: it is ours, and has not ended."""
        row = self._rows([key]).get(key)
        return row is not None and row.text("accessible") == OURS and phase(row.text("status")) is Phase.WAITING

    def _rows(self, keys: list[str]) -> dict[str, Answer]:
        """Return the line of each folder; here its name is its id."""
        asked = [element("DossierID", key) for key in keys]
        children = (element("NombreDossiers", str(len(keys))), *asked)
        found = self.line.ask(Call(operation="RechercherDossiers", children=children)).answer.all("LogDossier")
        return {row.text("nom"): row for row in found if row.text("nom") in keys}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        ours = self._settings.certificat
        if ours is None:
            return http.tls(self._settings.autorites)
        reference = self._settings.mot_de_passe_certificat
        return tls.context(tls.load(ours, self._secret(reference) if reference else ""), self._settings.autorites)

    @cached_property
    def line(self) -> Line:
        """The way to it."""
        url = urlsplit(http.check_url(self._settings.url))
        return Line(
            url=f"{url.scheme}://{url.netloc}",
            path=url.path or SERVICE,
            context=self._context,
            login=(self._settings.identifiant, self._secret(self._settings.mot_de_passe)),
            timeouts=Timeouts(connect=self._settings.delai_connexion, read=self._settings.delai_lecture),
        )


def _is_worth_asking(known: str, shown: str) -> bool:
    return not shown or shown != known or phase(shown) is not Phase.WAITING


def _unaccented(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))
