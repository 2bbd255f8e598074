"""A mail server on the loopback that keeps each mail as a file (.eml), and commits the faults that it is asked for."""

import asyncio
import errno
import hashlib
import hmac
import socket
import ssl
import threading
from pathlib import Path
from typing import Final
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from dematfin.errors import ConfigError
from dematfin.sandbox import faults
from dematfin.sandbox.mailbox import MailBox
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import HOST
from dematfin.sandbox.weather import EVERY, Weather

SLOWLY: Final = 0.5
"""Seconds."""
TAKEN: Final = "250 OK"
DOWN: Final = "421 4.3.2 Service not available"
TURNS: Final = 4


class MailServer:
    """Listens from `start` to `stop`; `faults` says what to do wrong."""

    def __init__(self, box: MailBox, folder: Path, port: int = 0, *, implicit: bool = False) -> None:
        """Open a mail box; with `implicit`, TLS comes before the first word, as on port 465."""
        self.faults = faults.Faults(faults.SMTP)
        self.weather = Weather(folder / "courriel" / "temps.json")
        self.journal = Journal(folder / "courriel" / "journal.jsonl")
        self.folder = folder / box.dossier
        self._passwords = {**box.comptes, **({box.login: box.mot_de_passe} if box.login else {})}
        self._tls = _tls(folder / box.certificat_serveur) if box.certificat_serveur else None
        self._implicit = implicit
        self._socket = _bound(port)
        self._loop = asyncio.new_event_loop()
        self._open: WeakSet[SMTP] = WeakSet()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begin to answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._listening.wait()

    def stop(self) -> None:
        """Stop listening, whether it has begun or not; once is enough."""
        if self._thread.ident is None:
            self._socket.close()
            self._loop.close()
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def kept(self) -> list[Path]:
        """Return the mails, the first to come first."""
        return sorted(self.folder.glob("*.eml"))

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        early = self._tls if self._implicit else None
        server = self._loop.run_until_complete(self._loop.create_server(self._protocol, sock=self._socket, ssl=early))
        self._loop.call_soon(self._listening.set)
        self._loop.run_forever()
        self._loop.run_until_complete(self._hang_up(server))
        self._loop.close()

    async def _hang_up(self, server: asyncio.Server) -> None:
        """Close every connection. One just accepted is nobody's until its transport is made, which a closed server
        does not allow: so accept no more, let those be made, close."""
        self._loop.remove_reader(self._socket)
        await _turns()
        server.close()
        for one in self._open:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await _turns()

    def _protocol(self) -> SMTP:
        late = None if self._implicit else self._tls
        protocol = SMTP(
            _Keeper(self),
            hostname="sandbox.invalid",
            tls_context=late,
            require_starttls=late is not None,
            auth_require_tls=False,  # the library does not know that TLS may come before the first word
            authenticator=self._knows,
            loop=self._loop,
        )
        self._open.add(protocol)
        return protocol

    def _knows(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        """Let in the accounts of the world."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        login = data.login.decode("utf-8", "replace")
        known = self._passwords.get(login)
        right = known is not None and hmac.compare_digest(data.password, known.encode())
        return AuthResult(success=right, handled=False, auth_data=data)

    def needs_login(self, session: Session) -> bool:
        """Say whether a client should have signed in."""
        return bool(self._passwords) and not session.authenticated

    async def feels(self, login: str) -> str:
        """Let the weather pass over an account; return what it is told when the server is down for it."""
        sky = self.weather.sky
        self.journal.note("appel", compte=login, etat=sky.comptes.get(login, ""))
        while self.weather.sky.is_hung(login):  # until it hangs up
            await asyncio.sleep(EVERY)
        await asyncio.sleep(sky.delay(login))
        return DOWN if sky.is_down(login) else ""


class _Keeper:
    """Hooks of the library, one object for each connection."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._server.needs_login(session):
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return await self._server.feels(_login(session)) or TAKEN

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._server.faults.take("refuse_recipient"):
            return "550 5.1.1 No such user here"
        if self._server.faults.take("cut_before_data"):
            _cut(server)
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._server.faults.take("slow"):
            await asyncio.sleep(SLOWLY)
        if self._server.faults.take("later"):
            return "451 4.3.0 Try again later"
        self._keep(envelope, _login(session))
        if self._server.faults.take("cut_after_data"):
            _cut(server)
        return TAKEN

    def _keep(self, envelope: Envelope, login: str) -> None:
        number = len(self._server.kept()) + 1
        written = self._server.folder / f"{number:05d}.part"
        data = envelope.original_content or b""
        written.write_bytes(data)
        written.rename(written.with_suffix(".eml"))
        about = {"compte": login, "de": envelope.mail_from, "pour": envelope.rcpt_tos, "fichier": f"{number:05d}.eml"}
        self._server.journal.note("courriel", sha256=hashlib.sha256(data).hexdigest(), octets=len(data), **about)


def _login(session: Session) -> str:
    """Return who signed in, or an empty text."""
    data: object = session.auth_data
    return data.login.decode("utf-8", "replace") if isinstance(data, LoginPassword) else ""


async def _turns() -> None:
    """Let the loop do what is due, and what that brings about."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _cut(server: SMTP) -> None:
    """Hang up without a word, and say no more: whoever waits for the answer is cancelled."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    raise asyncio.CancelledError


def _bound(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        if error.errno != errno.EADDRINUSE:
            raise
        message = f"Le port {port} est déjà pris : le bac à sable de ce dossier tourne peut-être déjà."
        raise ConfigError(message) from error
    listening.listen()
    return listening


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
