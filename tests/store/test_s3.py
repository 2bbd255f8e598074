"""Documents in an S3 store: a real server speaking its protocol, under the contract of all document stores."""

import hashlib
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import obstore
import pytest
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from contracts.documents import DocumentsContract
from dematfin.domain.document import DocumentRef
from dematfin.errors import AccessDenied, ConfigError, DocumentError, Unreachable
from dematfin.ports.documents import Documents
from dematfin.sandbox import pki
from dematfin.store.s3 import IN_ONE_PIECE, S3Documents
from dematfin.store.settings import S3Settings


def settings(url: str, seau: str, **more: Any) -> S3Settings:
    return S3Settings.model_validate({"url": url, "seau": seau, "cle": "cle", "secret": "env:S3", "delai": 5} | more)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(url: str, request: pytest.FixtureRequest) -> str:
    """Return the name of an empty bucket."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    made = obstore.store.HTTPStore.from_url(url, client_options={"allow_http": True})
    obstore.put(made, name, b"", use_multipart=False)
    return name


@pytest.fixture
def kept(url: str, bucket: str, tmp_path: Path) -> S3Documents:
    return S3Documents(tmp_path, 0, settings(url, bucket), lambda: "secret")


class TestS3(DocumentsContract):
    @pytest.fixture
    def documents(self, kept: S3Documents) -> Documents:
        return kept

    def test_nothing_is_left_on_this_machine(self, tmp_path: Path, kept: S3Documents) -> None:
        with kept.batch():
            refs = [kept.put(b"x"), kept.put(b"x"), kept.put(b"y")]
        with kept.local(refs[2]) as path:
            assert path.read_bytes() == b"y"
        with kept.open(refs[0]):
            pass
        assert list((tmp_path / "en-cours").iterdir()) == []


def test_two_machines_share_what_they_keep(kept: S3Documents, url: str, bucket: str, tmp_path: Path) -> None:
    ref = kept.put(b"de la premiere")
    other = S3Documents(tmp_path / "autre", 0, settings(url, bucket), lambda: "secret")
    with other.open(ref) as source:
        assert source.read() == b"de la premiere"
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda one: one.put(b"des deux"), [kept, other] * 8))
    assert len(set(found)) == 1


def test_a_large_document_goes_by_parts_and_comes_back_whole(kept: S3Documents) -> None:
    blob = bytes(range(256)) * (IN_ONE_PIECE // 256) + b"la fin"
    ref = kept.put(blob)
    with kept.open(ref) as source:
        assert hashlib.sha256(source.read()).hexdigest() == ref.sha256


def test_collectivites_that_share_a_bucket_may_be_kept_apart(url: str, bucket: str, tmp_path: Path) -> None:
    mine = S3Documents(tmp_path, 0, settings(url, bucket, prefixe="21990042000015"), lambda: "secret")
    ref = mine.put(b"la mienne")
    theirs = S3Documents(tmp_path, 0, settings(url, bucket, prefixe="21990043000013"), lambda: "secret")
    with pytest.raises(DocumentError, match="n'est plus dans"):
        theirs.open(ref)


def test_a_document_that_is_no_more_what_it_was_is_not_given(kept: S3Documents, url: str, bucket: str) -> None:
    ref = kept.put(b"authentique")
    obstore.put(kept._store, f"{ref.sha256[:2]}/{ref.sha256}", b"falsifie")
    with pytest.raises(DocumentError, match="n'est plus le même"):
        kept.open(ref)


def test_a_store_that_does_not_answer_is_told_and_nothing_is_taken_for_kept(tmp_path: Path) -> None:
    away = S3Documents(tmp_path, 0, settings("http://127.0.0.1:9", "absent"), lambda: "secret")
    with pytest.raises(Unreachable, match=r"ne répond pas.*rien n'est perdu"):
        away.put(b"x")
    with pytest.raises(Unreachable):
        away.open(DocumentRef(sha256="ab" * 32, size=1))


def test_the_check_says_where_documents_go_or_that_the_bucket_is_absent(
    kept: S3Documents, url: str, tmp_path: Path
) -> None:
    assert "seau" in kept.check()
    absent = S3Documents(tmp_path, 0, settings(url, "seau-absent"), lambda: "secret")
    with pytest.raises(ConfigError, match="seau-absent"):
        absent.check()
    with pytest.raises(ConfigError, match="Créez-le"):
        absent.put(b"x")


@pytest.mark.parametrize("url", ["http://stockage.exemple.fr", "ftp://x", "https://u:p@x", "https://x/y"])
def test_addresses_that_would_show_a_document_or_a_secret_are_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(url, "documents")


def test_what_could_not_be_sent_is_not_left_on_this_machine(tmp_path: Path) -> None:
    with _saying(500) as door:
        full = at(door, tmp_path)
        with pytest.raises(Unreachable), full.batch():
            for number in range(20):
                full.put(bytes([number]))
    assert list((tmp_path / "en-cours").iterdir()) == []


def test_a_new_document_costs_one_call(tmp_path: Path) -> None:
    with _saying(200) as door:
        kept = at(door, tmp_path)
        with kept.batch():
            kept.put(b"un")
            kept.put(b"deux")
        assert [call for call, _ in door.heard] == ["PUT", "PUT"]


@pytest.mark.parametrize(
    ("status", "code", "error", "told"),
    [
        (403, "SignatureDoesNotMatch", AccessDenied, "refuse notre clé"),
        (403, "AccessDenied", AccessDenied, "ses droits sur le seau"),
        (403, "RequestTimeTooSkewed", AccessDenied, "l'heure de cette machine n'est pas la sienne"),
        (400, "AuthorizationHeaderMalformed", ConfigError, "region"),
        (404, "NoSuchBucket", ConfigError, "Créez-le"),
        (400, "InvalidRequest", Unreachable, "InvalidRequest"),
    ],
)
def test_what_the_store_refuses_is_told_with_its_remedy(
    tmp_path: Path, status: int, code: str, error: type[Exception], told: str
) -> None:
    with _saying(status, code) as door:
        documents = at(door, tmp_path)
        with pytest.raises(error, match=told):
            documents.put(b"x")
        with pytest.raises(error, match=told):
            documents.check()


@pytest.mark.parametrize(("name", "told"), [("absent.pem", "illisible"), ("vide.pem", "aucun certificat")])
def test_authorities_that_cannot_be_read_are_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "vide.pem").write_text("rien", encoding="utf-8")
    named = settings("https://s3.exemple.fr", "documents", autorites=tmp_path / name)
    with pytest.raises(ConfigError, match=told):
        S3Documents(tmp_path, 0, named, lambda: "secret")


def test_an_authority_of_the_syndicate_is_trusted_once_it_is_named(tmp_path: Path) -> None:
    pki.make_transport_pki(tmp_path / "tls", "secret")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls" / "tdt-serveur.pem")
    with _saying(200, context=context) as door:
        unknown = S3Documents(tmp_path, 0, settings(door.url, "documents"), lambda: "secret")
        with pytest.raises(Unreachable, match="autorites"):
            unknown.put(b"x")
        assert door.heard == []
        named = settings(door.url, "documents", autorites=tmp_path / "tls" / "tdt-ac.pem")
        S3Documents(tmp_path, 0, named, lambda: "secret").put(b"x")
        assert len(door.heard) == 1


@dataclass(frozen=True, slots=True)
class Door:
    """A store that gives the same answer to everything; what it heard: method and path."""

    url: str
    heard: list[tuple[str, str]]


def at(door: Door, folder: Path) -> S3Documents:
    return S3Documents(folder, 0, settings(door.url, "documents"), lambda: "faux")


@contextmanager
def _saying(status: int, code: str = "", context: ssl.SSLContext | None = None) -> Iterator[Door]:
    heard: list[tuple[str, str]] = []
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""

    class Answer(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard.append((self.command, self.path))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.do_PUT()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        Thread(target=server.serve_forever).start()
        try:
            yield Door(f"http{'s' * bool(context)}://localhost:{server.server_port}", heard)
        finally:
            server.shutdown()
