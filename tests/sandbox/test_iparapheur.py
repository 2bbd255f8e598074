"""The simulated i-Parapheur answers as its contract says, to requests written by hand and not by our client."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from lxml import etree

from dematfin.sandbox.iparapheur.app import MTOM, PLAIN, ParapheurApp
from dematfin.sandbox.iparapheur.setup import Setup
from dematfin.sandbox.server import LoopbackServer

IP: Final = "{http://www.adullact.org/spring-ws/iparapheur/1.0}"
ACCOUNT: Final = ("ws@valbrume", "TEST secret")
SETUP: Final = {
    "login": ACCOUNT[0],
    "mot_de_passe": ACCOUNT[1],
    "sous_types": [
        {
            "type": "FACTURES",
            "nom": "VISASERVICE",
            "etapes": [{"bureau": "Écoles", "nom": "Paul Viseur"}],
            "obligatoires": ["engagement"],
            "au_visa": ["date_service_fait"],
        }
    ],
    "metadonnees": {"engagement": "STRING", "date_service_fait": "DATE"},
}
PDF: Final = base64.b64encode(b"%PDF-1.7 facture").decode()
ANNEX: Final = (
    f'<x:DocAnnexe><x:nom>a.pdf</x:nom><x:fichier m:contentType="application/pdf">{PDF}</x:fichier>'
    "<x:mimetype>application/pdf</x:mimetype><x:encoding>UTF-8</x:encoding></x:DocAnnexe>"
)


def creation(key: str = "DF-1", **changes: str) -> str:
    """Write the children of a creation, in any order."""
    usual = {
        "Visibilite": "SERVICE",
        "DossierID": key,
        "TypeTechnique": "FACTURES",
        "SousType": "VISASERVICE",
        "DossierTitre": "Facture 1",
        "DateLimite": "2026-03-09",
    }
    texts = "".join(f"<x:{name}>{text}</x:{name}>" for name, text in {**usual, **changes}.items())
    metadata = "<x:MetaData><x:MetaDonnee><x:nom>engagement</x:nom><x:valeur>BC1</x:valeur></x:MetaDonnee></x:MetaData>"
    main = f'<x:DocumentPrincipal m:contentType="application/pdf">{PDF}</x:DocumentPrincipal>'
    return texts + main + f"<x:DocumentsAnnexes>{ANNEX}</x:DocumentsAnnexes>" + ("" if "sans" in changes else metadata)


class Client:
    """Writes envelopes by hand."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, operation: str, inside: str = "", path: str = PLAIN, **options: Any) -> httpx.Response:
        body = (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://www.w3.org/2005/05/xmlmime"'
            f' xmlns:x="{IP[1:-1]}"><e:Body><x:{operation}Request>{inside}</x:{operation}Request></e:Body></e:Envelope>'
        )
        usual: dict[str, Any] = {"auth": ACCOUNT, "headers": {"Content-Type": "text/xml; charset=utf-8"}}
        return httpx.post(f"{self.url}{path}", content=body.encode(), **usual | options)

    def ask(self, operation: str, inside: str = "") -> Any:
        answer = self.post(operation, inside)
        assert answer.status_code == 200
        (response,) = etree.fromstring(answer.content)[0]
        assert response.tag == f"{IP}{operation}Response"
        return response

    def said(self, operation: str, inside: str) -> tuple[str, str]:
        told = self.ask(operation, inside).find(f"{IP}MessageRetour")
        return told.findtext(f"{IP}codeRetour"), told.findtext(f"{IP}message")

    def log(self, key: str = "DF-1") -> list[tuple[str, str]]:
        lines = self.ask("GetHistoDossier", key).findall(f"{IP}LogDossier")
        return [(one.findtext(f"{IP}status"), one.findtext(f"{IP}annotation")) for one in lines]

    def act(self, what: str, **body: Any) -> int:
        return httpx.post(f"{self.url}/__sandbox__/{what}", json=body).status_code


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ParapheurApp]:
    app = ParapheurApp(Setup.model_validate(SETUP), tmp_path)
    yield app
    app.close()


@pytest.fixture
def client(app: ParapheurApp) -> Iterator[Client]:
    server = LoopbackServer(app)
    server.start()
    yield Client(f"http://127.0.0.1:{server.port}")
    server.stop()


def test_an_account_is_asked_for_on_both_paths(client: Client) -> None:
    for path in (PLAIN, MTOM):
        assert client.post("echo", "bonjour", path).text.count('m\'a dit: "bonjour"!') == 1
        assert client.post("echo", "bonjour", path, auth=None).status_code == 401
        assert client.post("echo", "bonjour", path, auth=(ACCOUNT[0], "faux")).status_code == 401
    assert client.post("echo", path="/ailleurs").status_code == 404


def test_what_is_set_up_is_told(client: Client) -> None:
    pair = "<x:TypeTechnique>FACTURES</x:TypeTechnique><x:SousType>VISASERVICE</x:SousType>"
    assert [one.text for one in client.ask("GetListeTypes")] == ["FACTURES"]
    assert [one.text for one in client.ask("GetListeSousTypes", "FACTURES")] == ["VISASERVICE"]
    assert list(client.ask("GetListeSousTypes", "AUTRES")) == []
    steps = client.ask("GetCircuit", pair)
    assert [(one.findtext(f"{IP}Nom"), one.findtext(f"{IP}Role")) for one in steps] == [
        ("Paul Viseur", "VISEUR"),
        ("", "ARCHIVAGE"),
    ]
    required = client.ask("GetMetaDonneesRequisesPourTypeSoustype", pair)
    assert [(one.findtext(f"{IP}nomCourt"), one.findtext(f"{IP}obligatoire")) for one in required] == [
        ("engagement", "true"),
        ("date_service_fait", "false"),
    ]
    assert len(client.ask("GetListeMetaDonnees")) == 2


def test_a_creation_is_judged_then_sent(client: Client) -> None:
    assert client.said("CreerDossier", creation(SousType="AUTRE"))[0] == "KO"
    assert client.said("CreerDossier", creation(sans="oui")) == (
        "KO",
        "La métadonnée obligatoire engagement est absente",
    )
    assert client.said("CreerDossier", creation()) == ("OK", "Dossier Facture 1 soumis dans le circuit")
    told = client.said("CreerDossier", creation())
    assert told == ("KO", "Le nom de dossier est déjà présent dans le Parapheur: dossierID = DF-1")
    assert client.log() == [
        ("NonLu", "Création de dossier"),
        ("NonLu", "Emission du dossier"),
        ("EnCoursVisa", "Dossier déposé sur le bureau Écoles pour Visa"),
    ]


def test_a_name_is_given_to_what_has_none(client: Client) -> None:
    response = client.ask("CreerDossier", creation(""))
    key = response.findtext(f"{IP}DossierID")
    assert client.log(key)


def test_people_visa_once_their_metadata_are_given(client: Client) -> None:
    client.ask("CreerDossier", creation())
    assert client.act("visa", dossier="DF-1") == 400
    assert client.act("visa", dossier="DF-1", annotation="Oui.", metadonnees={"date_service_fait": "2026-03-01"}) == 200
    assert client.log()[-2:] == [("Vise", "Oui."), ("Archive", "Circuit terminé, dossier archivable")]
    assert client.act("reject", dossier="DF-1", annotation="Non.") == 400
    folder = client.ask("GetDossier", "DF-1")
    assert [one.findtext(f"{IP}nom") for one in folder.find(f"{IP}DocumentsAnnexes")] == ["a.pdf", "bordereau.pdf"]
    metadata = {one[0].text: one[1].text for one in folder.find(f"{IP}MetaDonnees")}
    assert metadata["date_service_fait"] == "2026-03-01"
    assert metadata["ph:dossierTitre"] == "Facture 1"
    done = "<x:DossierID>DF-1</x:DossierID><x:ArchivageAction>EFFACER</x:ArchivageAction>"
    assert client.said("ArchiverDossier", done) == ("OK", "Dossier DF-1 supprimé du Parapheur.")
    assert client.said("ArchiverDossier", done) == ("KO", "Dossier DF-1 introuvable.")


def test_a_refused_folder_is_erased_and_not_archived(client: Client) -> None:
    client.ask("CreerDossier", creation())
    assert client.said("EffacerDossierRejete", "DF-1")[0] == "KO"
    assert client.act("reject", dossier="DF-1", annotation="Non.") == 200
    assert client.log()[-1] == ("RejetVisa", "Non.")
    assert client.said("ArchiverDossier", "<x:DossierID>DF-1</x:DossierID>")[0] == "KO"
    assert client.said("EffacerDossierRejete", "DF-1")[0] == "OK"


def test_a_folder_is_taken_back_until_somebody_opens_it(client: Client) -> None:
    for key in ("DF-1", "DF-2"):
        client.ask("CreerDossier", creation(key))
    client.act("annotate", dossier="DF-2", annotation="Vu.")
    rows = client.ask("RechercherDossiers", "<x:DossierID>DF-1</x:DossierID><x:DossierID>DF-2</x:DossierID>")
    told = {one.findtext(f"{IP}nom"): one.findtext(f"{IP}accessible") for one in rows}
    assert told == {"DF-1": "Recuperable", "DF-2": "KO"}
    assert client.said("ExercerDroitRemordDossier", "DF-1") == ("OK", "Dossier DF-1 récupéré.")
    assert client.said("ExercerDroitRemordDossier", "DF-2")[0] == "KO"
    assert client.said("ArchiverDossier", "<x:DossierID>DF-1</x:DossierID>")[0] == "OK"


def test_its_mtom_path_answers_in_parts(client: Client) -> None:
    client.ask("CreerDossier", creation())
    answer = client.post("GetDossier", "DF-1", MTOM)
    assert answer.headers["Content-Type"].startswith("multipart/related")
    assert b"%PDF-1.7 facture" in answer.content
    assert b"xop/include" in answer.content


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("fault", 500, "faultstring"),
        ("html", 200, "<html>"),
        ("unavailable", 503, "maintenance"),
        ("introuvable", 200, "introuvable"),
        ("unknown_status", 200, "EnCoursDeReve"),
    ],
)
def test_each_fault_is_committed_once(client: Client, fault: str, status: int, words: str) -> None:
    client.ask("CreerDossier", creation())
    assert client.act("faults", name=fault) == 200
    answer = client.post("GetHistoDossier", "DF-1")
    assert (answer.status_code, words in answer.text) == (status, True)
    assert words not in client.post("GetHistoDossier", "DF-1").text


def test_what_it_does_not_know_is_a_fault(client: Client) -> None:
    assert client.post("ForcerEtape").status_code == 500
    assert httpx.post(client.url + PLAIN, content=b"<", auth=ACCOUNT).status_code == 500
    assert client.act("faults", name="inconnu") == 400
    assert client.act("visa", dossier="DF-9") == 400


def test_it_remembers_from_one_start_to_the_next(tmp_path: Path) -> None:
    for known in (False, True):
        app = ParapheurApp(Setup.model_validate(SETUP), tmp_path)
        server = LoopbackServer(app)
        server.start()
        client = Client(f"http://127.0.0.1:{server.port}")
        assert (client.said("CreerDossier", creation())[0] == "KO") is known
        server.stop()
        app.close()
