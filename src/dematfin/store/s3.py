"""Documents in an S3-compatible store, which several machines share; each object under its SHA-256.

A document is written whole or not at all: S3 shows an object only once it has received it entirely, and checks what it
receives by a fingerprint. What comes back is hashed again before anybody sees it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from types import ModuleType
from typing import Any, BinaryIO, Final, cast

from dematfin.domain.document import DocumentRef
from dematfin.errors import ConfigError, DocumentError
from dematfin.store.making import CHUNK, Making
from dematfin.store.s3_trouble import absent, told
from dematfin.store.settings import S3Settings
from dematfin.support.refusals import reason

IN_ONE_PIECE: Final = 16_000_000
"""Bytes up to which a document is sent by one request, refused when it is there already; beyond, by parts."""
PATIENCE: Final = timedelta(seconds=60)
"""How long a request that the store refuses for want of strength is tried again."""


class S3Documents(Making):
    """Implements ports.documents.Documents; `root` is a local folder where files are made."""

    def __init__(self, root: Path, minimum_free: int, settings: S3Settings, secret: Callable[[], str]) -> None:
        """Prepare the link; nothing is called yet. Raises ConfigError when the library is not installed."""
        super().__init__(root, minimum_free)
        self._where = settings
        self._library = _library()
        self._store = _opened(settings, secret())

    def check(self) -> str:
        """Call the store, writing nothing; raises Unreachable, AccessDenied, ConfigError when its bucket is absent."""
        with self._said():
            next(iter(self._library.list(self._store, self._where.prefixe or None, chunk_size=1)), None)
        return f"{self._where.url}, seau {self._where.seau}"

    @contextmanager
    def local(self, ref: DocumentRef) -> Iterator[Path]:
        """Lend the document as a local file, taken away afterwards."""
        with self.workspace() as folder:
            path = folder / ref.sha256
            with self.open(ref) as source, path.open("wb") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
            yield path

    def remove(self, ref: DocumentRef) -> None:
        """Take the object away for good; a bucket that keeps versions keeps this one: see the guide."""
        with self._said(), suppress(FileNotFoundError):
            self._library.delete(self._store, self._name(ref.sha256))

    def _is_kept(self, sha256: str) -> bool:
        """Asking is one call, and giving it again is one call."""
        return False

    def _keep(self, files: dict[str, Path]) -> None:
        """Send every file, several at once."""
        list(self._threads.map(self._send, files, files.values()))

    def _send(self, sha256: str, path: Path) -> None:
        """Send one file, unless it is there; whoever sends the same bytes at the same time changes nothing."""
        alone: dict[str, Any] = {"mode": "create", "use_multipart": False}
        small = path.stat().st_size <= IN_ONE_PIECE
        with self._said(), suppress(self._library.exceptions.AlreadyExistsError):
            if small or not self._is_there(sha256):
                try:
                    self._library.put(self._store, self._name(sha256), path, **(alone if small else {}))
                except FileNotFoundError as error:
                    raise absent(self._where) from error

    def _is_there(self, sha256: str) -> bool:
        try:
            self._library.head(self._store, self._name(sha256))
        except FileNotFoundError:
            return False
        return True

    def _kept(self, ref: DocumentRef) -> BinaryIO:
        with ExitStack() as stack:
            found = cast("BinaryIO", stack.enter_context(TemporaryFile(dir=self._making)))
            if self._fetched(ref, found) != ref.sha256:
                message = (
                    f"Le document {ref.sha256[:12]}… n'est plus le même dans {self._where.url}. Remettez-le depuis la "
                    "dernière sauvegarde ; rien d'autre n'est touché."
                )
                raise DocumentError(message)
            found.seek(0)
            stack.pop_all()  # whoever asked closes it
        return found

    def _fetched(self, ref: DocumentRef, target: BinaryIO) -> str:
        """Write what the store has under a fingerprint; return the fingerprint of what came."""
        digest = hashlib.sha256()
        try:
            with self._said():
                for chunk in self._library.get(self._store, self._name(ref.sha256)).stream(min_chunk_size=CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
        except FileNotFoundError as error:
            message = (
                f"Le document {ref.sha256[:12]}… n'est plus dans {self._where.url} (seau {self._where.seau}). "
                "Remettez-le depuis la dernière sauvegarde ; rien d'autre n'est touché."
            )
            raise DocumentError(message) from error
        return digest.hexdigest()

    def _name(self, sha256: str) -> str:
        prefix = f"{self._where.prefixe}/" if self._where.prefixe else ""
        return f"{prefix}{sha256[:2]}/{sha256}"

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say the library's errors in our words."""
        exceptions = self._library.exceptions
        try:
            yield
        except (exceptions.AlreadyExistsError, FileNotFoundError):
            raise
        except exceptions.BaseError as error:
            raise told(error, self._where) from error


def _library() -> ModuleType:
    """Load the library, which is an extra."""
    try:
        import obstore  # noqa: PLC0415 - idem
        import obstore.exceptions  # noqa: PLC0415 - idem
        import obstore.store  # noqa: PLC0415 - idem
    except ImportError as error:
        message = "Les documents sont dans un stockage S3 mais la bibliothèque manque : pip install 'dematfin[s3]'."
        raise ConfigError(message) from error
    return obstore


def _opened(settings: S3Settings, secret: str) -> Any:
    """Return the store; TLS is verified, plain HTTP is for this very machine."""
    library = _library()
    more = {"root_certificate": _authorities(settings.autorites)} if settings.autorites else {}
    return library.store.S3Store(
        settings.seau,
        endpoint=settings.url,
        region=settings.region,
        access_key_id=settings.cle,
        secret_access_key=secret,
        virtual_hosted_style_request=False,
        client_options={
            "allow_http": settings.is_here,
            "connect_timeout": timedelta(seconds=10),
            "timeout": timedelta(seconds=settings.delai),
        }
        | more,
        retry_config={"max_retries": 4, "retry_timeout": PATIENCE},
    )


def _authorities(path: Path) -> bytes:
    """Return the authorities of a file, which are trusted beside the system's; raises ConfigError."""
    try:
        found = path.read_bytes()
    except OSError as error:
        message = f"Le fichier d'autorités {path} est illisible : {reason(error)}. Voyez [stockage.s3]."
        raise ConfigError(message) from error
    if b"-----BEGIN CERTIFICATE-----" not in found:
        message = f"Le fichier {path} ne contient aucun certificat (PEM). Voyez « autorites » dans [stockage.s3]."
        raise ConfigError(message)
    return found
