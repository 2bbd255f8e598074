"""Doors of the network: what each neighbour answers, understood or as it travels."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import httpx

from dematfin.chorus.auth import Tokens
from dematfin.chorus.client import ChorusClient
from dematfin.chorus.details import details
from dematfin.chorus.download import FileInAnswer
from dematfin.chorus.failures import understood
from dematfin.chorus.history import current_status, latest, passages, returned_since, set_then_left
from dematfin.chorus.readable import only_pdf
from dematfin.chorus.search import changed, to_process, works
from dematfin.chorus.structures import find, structures
from dematfin.chorus.wire.answers import NextStatus, Treated
from dematfin.chorus.wire.base import read, read_all
from dematfin.chorus.wire.works import WorksSearch
from dematfin.domain.mail import Mail
from dematfin.mail.settings import MailSettings
from dematfin.mail.smtp import SmtpMailer
from dematfin.parapheur import statuses
from dematfin.parapheur.client import Call
from dematfin.parapheur.client import Line as Parapheur
from dematfin.parapheur.returned import returned
from dematfin.parapheur.setup import required
from dematfin.parapheur.soap import SOAP
from dematfin.ports.transmitter import ReturnItem
from dematfin.support import http, lines
from dematfin.support.http import Timeouts, read_limited, translated
from dematfin.tdt import acquits, archive, listing, progress, returns
from dematfin.tdt.calls import Line as Tdt
from dematfin.tdt.calls import Reply
from fuzz import bending
from fuzz.flows import acquits as acquits_of_samples
from fuzz.flows import flows, official, retours
from fuzz.reader import Reader, placed
from fuzz.said import SMTP, say

DAY: Final = date(2026, 3, 2)
SINCE: Final = datetime(2026, 3, 2, tzinfo=UTC)
ROW: Final = {
    "idFacture": 9100123,
    "numeroFacture": "F1",
    "statut": "MISE_A_DISPOSITION",
    "montantTTC": 120.0,
    "devise": "EUR",
    "dateDepot": "2026-03-02",
}
PASSAGE: Final = {
    "histoStatutId": 1,
    "histoStatutCode": "MISE_A_DISPOSITION",
    "histoStatutDatePassage": "2026-03-02 09:00",
    "histoStatutCommentaire": "x",
}
GOOD: Final[dict[str, Any]] = {
    "codeRetour": 0,
    "libelle": "GCU_MSG_01_000",
    "pages": 1,
    "listeFactures": [ROW],
    "listeFacturesTravaux": [ROW],
    "parametresRetour": {"pages": 1, "total": 1},
    "facture": {"montantTTC": 120, "lignePoste": [{"lignePosteNumero": 1}], "dateFacture": "2026-03-02"},
    "statutCourantCode": "MISE_A_DISPOSITION",
    "historiquesDesStatuts": {"histoStatut": [PASSAGE], "pagesHistoStatut": 1},
    "listeStructures": [
        {"idStructureCPP": 1, "identifiant": "21990042000015", "designationStructure": "X", "statut": "ACTIF"}
    ],
    "listeServices": [{"idService": 1, "codeService": "S", "libelleService": "S", "estActif": True}],
    "parametres": {"gestionNumeroEJOuCodeService": False, "numeroEngagement": True},
    "informationGenerales": {"dateExpirationMotPasseCompteTech": "2026-12-31"},
}
REFUSALS: Final = (
    {"codeRetour": 20014, "libelle": "non"},
    {"retourFonctionnel": {"codeRetourFonctionnel": "X", "libelleRetourFonctionnel": "non"}},
    [{"Description": "non"}],
    {"error": "invalid_client"},
    {"message": "x"},
)


class Chorus:
    """A client whose every answer is the same; its lists end, since a list that never ends is judged apart."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def ask(self, call: str, body: object, door: str) -> dict[str, Any]:
        """Answer."""
        return understood(call, 200, self._data, writing=False)

    def look(self, call: str, door: str) -> dict[str, Any]:
        """Answer."""
        return self.ask(call, None, door)


def _chorus(data: bytes, _: Path) -> object:
    client = cast("ChorusClient", Chorus(data))
    history = latest(client, "d", "1")
    found: list[object] = [current_status(history), set_then_left(history, "X", SINCE), returned_since(history, SINCE)]
    found += [details(client, "d", "1"), passages(client, "d", "1"), list(structures(client, "d"))]
    found += [list(changed(client, "d", DAY, DAY, 10)), list(to_process(client, "d", 10)), list(find(client, "d", "1"))]
    found += [
        list(works(client, "d", WorksSearch(), 10)),
        read(Treated, client.ask("factures/v1/traiter/recue", {}, "d")),
    ]
    return found, read_all(NextStatus, client.ask("x", {}, "d").get("listeStatuts"))


def _failures(data: bytes, _: Path) -> object:
    status = int(data[:3]) if data[:3].isdigit() else 200
    return understood("factures/v1/traiter/recue", status, data[3:], writing=status % 2 == 0)


class S2low:
    """A line to S²LOW whose every answer is the same; its first three signs are its status."""

    def __init__(self, data: bytes) -> None:
        self._status = int(data[:3]) if data[:3].isascii() and data[:3].isdigit() and int(data[:3]) > 99 else 200
        self._body = data[3:]

    def get(self, path: str, largest: int = 0, /, **query: object) -> Reply:
        """Answer."""
        return Reply(status=self._status, location="", body=self._body)

    @contextmanager
    def download(self, path: str, largest: int = 0, /, **query: object) -> Iterator[httpx.Response]:
        """Answer."""
        yield httpx.Response(self._status, content=self._body)


def _tdt(ask: Callable[[Tdt, Path], object]) -> Callable[[bytes, Path], object]:
    return lambda data, folder: ask(cast("Tdt", S2low(data)), folder)


def _found(line: Tdt, folder: Path) -> object:
    flow = placed(flows()[0], folder)
    return archive.find(line, flow, "F1"), archive.confirm(line, "7", flow, "F1")


def _returned(line: Tdt, _: Path) -> object:
    found = returns.unread(line)
    for one in found:
        returns.acknowledge(line, one)
    return found


def _retour(line: Tdt, _: Path) -> object:
    return returns.fetch(line, ReturnItem(remote_id="7", name="x"))


class Soap(Parapheur):
    """A line to the i-Parapheur whose every answer is the same; its first line is its type."""

    __slots__ = ()

    def _post(self, call: Call, body: bytes) -> tuple[httpx.Response, bytes]:
        kind, _, told = DICTATED[0].partition(b"\n")
        head = kind.decode("latin-1").replace("\r", "")
        return httpx.Response(200, headers=[(b"Content-Type", head.encode("latin-1"))]), told


DICTATED: Final = [b""]
IP: Final = "http://www.adullact.org/spring-ws/iparapheur/1.0"


def envelope(operation: str, inside: str) -> str:
    """Return an answer of the i-Parapheur."""
    return (
        (
            f'<s:Envelope xmlns:s="{SOAP}"><s:Body><i:{operation}Response xmlns:i="{IP}">'
            f"{inside}</i:{operation}Response></s:Body></s:Envelope>"
        )
        .replace("<l:", "<i:")
        .replace("</l:", "</i:")
    )


FOLDER: Final = envelope(
    "GetDossier",
    "<l:MessageRetour><l:codeRetour>OK</l:codeRetour></l:MessageRetour><l:DossierID>D1</l:DossierID><l:DocumentsAnnexes>"
    "<l:DocAnnexe><l:nom>a.pdf</l:nom><l:fichier>JVBERi0=</l:fichier></l:DocAnnexe>"
    "<l:DocAnnexe><l:nom>b.pdf</l:nom><l:fichier>"
    '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:p1"/>'
    "</l:fichier></l:DocAnnexe></l:DocumentsAnnexes><l:MetaDonnees><l:MetaDonnee><l:nom>a</l:nom><l:valeur>1</l:valeur>"
    "</l:MetaDonnee></l:MetaDonnees>",
)
HISTORY: Final = envelope(
    "GetHistoDossier",
    "<l:LogDossier><l:timestamp>2026-03-02T09:00:00+01:00</l:timestamp><l:nom>P</l:nom><l:status>Vise</l:status>"
    "<l:annotation>x</l:annotation></l:LogDossier>",
)
REQUIRED: Final = envelope(
    "GetMetaDonneesRequisesPourTypeSoustype",
    "<l:MetaDonnee><l:nomCourt>a</l:nomCourt><l:obligatoire>true</l:obligatoire></l:MetaDonnee>",
)


def soaps() -> list[bytes]:
    """Return answers in one part and in several."""
    parts = f"--b\r\nContent-ID: <root>\r\n\r\n{FOLDER}\r\n--b\r\nContent-ID: <p1>\r\n\r\n%PDF-1.4\r\n--b--\r\n"
    plain = [f"text/xml\n{one}".encode() for one in (HISTORY, REQUIRED)]
    return [b'multipart/related; boundary="b"\n' + parts.encode(), *plain]


def _soap(data: bytes, _: Path) -> object:
    DICTATED[0] = data
    line = Soap(url="https://127.0.0.1", path="/", context=http.tls(), login=("", ""), timeouts=Timeouts())
    if b"GetHistoDossierResponse" in data:
        return statuses.history("D1", line.ask(Call(operation="GetHistoDossier", about="D1")))
    if b"GetMetaDonnees" in data:
        return required(line, "T", "S")
    return returned("D1", line.ask(Call(operation="GetDossier", about="D1")).answer, 1)


def _http(data: bytes, _: Path) -> object:
    with (
        say(data) as url,
        http.client(url, context=http.tls(), timeouts=Timeouts(read=5)) as client,
        translated("Voisin"),
        client.stream("GET", "/") as response,
    ):
        http.later(response, "Voisin")
        return read_limited(response, 1_000_000, "Voisin")


def _token(data: bytes, _: Path) -> object:
    with say(data) as url, http.client(url, context=http.tls(), timeouts=Timeouts(read=5)) as client:
        tokens = Tokens(client, url, "id", lambda: "secret")
        return len(tokens.get())


def _download(data: bytes, folder: Path) -> object:
    target = folder / "fichier"
    with say(data) as url:
        line = lines.Lines(url, context=http.tls(), timeouts=Timeouts(read=5))
        try:
            request = line.request("/", b"{}", {})
            with translated("Chorus Pro"), line.sent(request) as response:
                rest = FileInAnswer(target).take(response)
        finally:
            line.close()
    return understood("factures/v1/telecharger/groupe", response.status_code, rest, writing=False)


def _mail(data: bytes, _: Path) -> object:
    mail = Mail(id="a", address="a@valbrume.test", name="A", subject="x", text="x", html="<p>x</p>")
    with say(data, talking=True) as url:
        values = {
            "serveur": "127.0.0.1",
            "port": int(url.rpartition(":")[2]),
            "chiffrement": "aucun",
            "expediteur": "b@valbrume.test",
            "delai": 5,
        }
        SmtpMailer(MailSettings.model_validate(values), str).send(mail)
    return "parti"


def over_http(body: bytes, *heads: str) -> bytes:
    """Return an answer as it travels."""
    told = "".join(f"{one}\r\n" for one in ("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *heads))
    return told.encode() + b"\r\n" + body


@cache
def chorus_answers() -> list[bytes]:
    """Return what Chorus Pro says."""
    return [json.dumps(GOOD).encode(), *official("cpp", "*.json")]


def _with_status(*bodies: bytes) -> list[bytes]:
    return [b"200" + one for one in bodies]


TOKEN: Final = b'{"access_token": "jeton", "expires_in": 3600, "token_type": "Bearer"}'
FILE: Final = b'{"codeRetour": 0, "fichierResultat": "JVBERi0xLjQK"}'
LIST: Final = b"<liste><resultat/><pes_retour><id>7</id><nom>PES2R.xml</nom></pes_retour></liste>"
STATUS: Final = b"<transaction><resultat>OK</resultat><status>4</status><message>x</message></transaction>"
NUMBERS: Final = b'{"transactions": [{"id": "7"}, {"id": 8}]}'
ANSWERS: Final = (
    Reader(
        name="chorus-json",
        read=_chorus,
        samples=chorus_answers,
        bend=bending.json_text,
        modules=(
            "chorus/failures.py",
            "chorus/paging.py",
            "chorus/wire/base.py",
            "chorus/wire/details.py",
            "chorus/dates.py",
            "chorus/history.py",
            "chorus/search.py",
            "chorus/structures.py",
            "chorus/details.py",
        ),
    ),
    Reader(
        name="chorus-refus",
        read=_failures,
        samples=lambda: _with_status(*(json.dumps(one).encode() for one in REFUSALS)),
        bend=bending.json_text,
        modules=("chorus/failures.py",),
    ),
    Reader(
        name="piste-jeton",
        read=_token,
        samples=lambda: [over_http(TOKEN)],
        bend=bending.json_answer,
        modules=("chorus/auth.py",),
        costs=2,
    ),
    Reader(
        name="chorus-fichier",
        read=_download,
        samples=lambda: [over_http(FILE)],
        bend=bending.json_answer,
        modules=("chorus/download.py", "support/lines.py"),
        costs=2,
    ),
    Reader(
        name="http",
        read=_http,
        samples=lambda: [
            over_http(b"bonjour", "Date: x", "Retry-After: 3"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ],
        bend=bending.answer,
        modules=("support/http.py",),
        costs=2,
    ),
    Reader(
        name="s2low-etat",
        read=_tdt(lambda line, _: progress.follow(line, "7", "F1")),
        samples=lambda: _with_status(STATUS),
        bend=bending.xml,
        modules=("tdt/progress.py", "tdt/envelopes.py", "tdt/failures.py"),
    ),
    Reader(
        name="s2low-retours",
        read=_tdt(_returned),
        samples=lambda: _with_status(LIST),
        bend=bending.xml,
        modules=("tdt/returns.py", "tdt/envelopes.py"),
    ),
    Reader(
        name="s2low-retour",
        read=_tdt(_retour),
        samples=lambda: _with_status(*retours()),
        bend=bending.xml,
        modules=("tdt/returns.py", "tdt/heads.py"),
    ),
    Reader(
        name="s2low-acquit",
        read=_tdt(lambda line, _: acquits.of(line, "7", "F1")),
        samples=lambda: _with_status(*acquits_of_samples()),
        bend=bending.xml,
        modules=("tdt/acquits.py", "tdt/heads.py"),
    ),
    Reader(
        name="s2low-depots",
        read=_tdt(lambda line, _: listing.deposits(line, DAY)),
        samples=lambda: _with_status(NUMBERS),
        bend=bending.json_text,
        modules=("tdt/listing.py",),
    ),
    Reader(
        name="s2low-recherche",
        read=_tdt(_found),
        samples=lambda: _with_status(NUMBERS, *flows()[:3]),
        bend=bending.json_text,
        modules=("tdt/archive.py",),
    ),
    Reader(
        name="iparapheur",
        read=_soap,
        samples=soaps,
        bend=bending.mime,
        modules=(
            "parapheur/multipart.py",
            "parapheur/soap.py",
            "parapheur/client.py",
            "parapheur/returned.py",
            "parapheur/statuses.py",
        ),
    ),
    Reader(
        name="smtp", read=_mail, samples=lambda: [SMTP], bend=bending.lines(" "), modules=("mail/smtp.py",), costs=4
    ),
    Reader(
        name="chorus-pdf",
        read=lambda data, folder: only_pdf(placed(data, folder), "1"),
        bend=bending.archive,
        samples=lambda: [bending.packed({"FAC.pdf": b"%PDF-1.4\n%%EOF", "a.xml": b"<a/>"}), b"%PDF-1.4\n%%EOF"],
        modules=("chorus/readable.py", "support/files.py"),
        costs=2,
    ),
)
