"""Windows of a real Chromium on the pages: on a desk, on a phone, without script."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    Response,
    sync_playwright,
)

from dematfin.domain.parties.person import Person
from web.served import Served
from web.town import PASSWORD

QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PDF_READER: Final = ("chrome-extension://", "chrome://")
"""Chromium's own reader of PDF."""
LOOKED_AT: Final = "DEMATFIN_IMAGES" in os.environ
INSIDE: Final = "**/document/*"
"""What a page shows inside itself."""
WAIT: Final = 30_000
"""Milliseconds before a test gives up; a machine may be busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How somebody looks at the pages."""

    name: str
    width: int = 1280
    height: int = 900
    script: bool = True
    reader: bool = True  # shows a PDF inside a page


DESK: Final = Kind(name="bureau")
PHONE: Final = Kind(name="telephone", width=390, height=844, reader=False)
NO_SCRIPT: Final = Kind(name="sans-script", script=False)
KINDS: Final = (DESK, PHONE, NO_SCRIPT)


@dataclass(slots=True)
class Window:
    """A window, what went wrong in it, and where its pictures go."""

    page: Page
    served: Served
    folder: Path
    kind: Kind
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.served.url + path)

    def sign_in(self, who: Person, password: str = PASSWORD) -> None:
        self.open("/connexion")
        self.page.get_by_label("Identifiant").fill(who.id)
        self.page.get_by_label("Mot de passe", exact=True).fill(password)
        self.press("Se connecter")

    def press(self, name: str, *, exact: bool = True) -> None:
        """Send a form by its button; what follows reads the page that answers, however long it takes."""
        self._go(self.page.get_by_role("button", name=name, exact=exact))

    def follow(self, name: str, *, exact: bool = False) -> None:
        """Go where a link leads."""
        self._go(self.page.get_by_role("link", name=name, exact=exact))

    def _go(self, where: Locator) -> None:
        """Open the menu first, on a narrow window that folds it, if this is there."""
        if not where.count():
            self.page.get_by_role("link", name="Menu", exact=True).click()
        with self.page.expect_navigation():
            where.click()

    def unfold(self, name: str) -> None:
        self.page.locator("summary", has_text=name).click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label).locator("visible=true")

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def notice(self) -> str:
        return self.page.get_by_role("status").inner_text()

    @property
    def alert(self) -> str:
        return self.page.get_by_role("alert").locator("p").inner_text()

    @property
    def words(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.served.url)

    def picture(self, name: str) -> None:
        """Keep what the page looks like, whole, if somebody is going to look: no test does."""
        if not LOOKED_AT:
            return
        self.page.screenshot(path=self.folder / f"{name}-{self.kind.name}.png", full_page=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the Chromium of the system; pages may be kept for the back button, as they are for people."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=list(QUIET),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, served: Served, folder: Path, kind: Kind) -> Iterator[Window]:
    """Open a window with no memory; whatever it complains of is kept."""
    context = browser.new_context(
        viewport={"width": kind.width, "height": kind.height},
        java_script_enabled=kind.script,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        has_touch=kind.name == PHONE.name,
    )
    context.set_default_timeout(WAIT)
    if not kind.reader:
        context.route(INSIDE, lambda route: route.abort())
    page = context.new_page()
    made = Window(page=page, served=served, folder=folder, kind=kind)
    listen(made)
    yield made
    context.close()


def listen(made: Window) -> None:
    """Keep whatever a page complains of, asks, or fetches from elsewhere; that a page says no is no complaint."""

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            made.problems.append(message.text)

    def asked(dialog: Dialog) -> None:
        made.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def fetched(request: Request) -> None:
        if not request.url.startswith((made.served.url, *PDF_READER)):
            made.problems.append(f"fetched: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            made.problems.append(f"{response.status}: {response.url}")

    made.page.on("console", said)
    made.page.on("dialog", asked)
    made.page.on("request", fetched)
    made.page.on("response", answered)
    made.page.on("pageerror", lambda error: made.problems.append(str(error)))
