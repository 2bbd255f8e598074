"""Several collectivités in one service: a wrong, a broken and a deaf one delay nobody; one that is mended is served."""

import re
import signal
from pathlib import Path

from crash.town import Town
from dematfin.config.several import load
from dematfin.domain.unattended.run import DAY, Run
from dematfin.wiring import open_ledger
from service.gate import Gate
from service.running import Service
from service.syndicate import SIRETS

WRONG, DEAF = "21990042000098", "21990042000080"
CCAS = {WRONG: SIRETS[20], DEAF: SIRETS[21]}
OWN = {
    '"var/registre.db"': '"var/{siret}/registre.db"',
    '"var/documents"': '"var/{siret}/documents"',
    '"papier/': '"papier/{siret}/',
    '"echange/': '"echange/{siret}/',
    "TECH_1_990042": "TECH_{siret}",
    'identifiant = "agent"': 'identifiant = "{siret}"',
}
"""What two collectivités must not share."""


def beside(folder: Path, siret: str, name: str, text: str) -> Path:
    """Write the configuration of another collectivité, with its own base and documents."""
    text = text.replace('nom = "Commune de Valbrume"', f'nom = "{name}"', 1)
    for alone, each in (*OWN.items(), ("26990042000010", CCAS[siret]), ("21990042000015", siret)):
        assert alone in text
        text = text.replace(alone, each.format(siret=siret))
    path = folder / f"{siret}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def runs_of(path: Path) -> dict[str, Run]:
    with open_ledger(load(path), path.parent).reading() as books:
        return {one.id: one for one in books.find(Run)}


def test_a_wrong_a_broken_and_a_deaf_one_delay_nobody(tmp_path: Path) -> None:
    with Town.open(tmp_path / "mairie") as town:
        text = town.folder.config.read_text(encoding="utf-8") + '\n[horaires]\njournee = ["0 4 1 1 *"]\n'
        town.folder.config.write_text(text, encoding="utf-8")
        found = re.search(r'url_api = "http://127.0.0.1:(\d+)', text)
        assert found
        beside(town.folder.root, WRONG, "Fausse", text.replace("[stockage]", "[stockages]"))
        broken = town.folder.root / "abimee.toml"
        broken.write_text("[collectivite\n", encoding="utf-8")
        with Gate.before(int(found[1])) as gate:
            gate.shut()
            hung = text.replace(f"127.0.0.1:{found[1]}", f"127.0.0.1:{gate.port}")
            deaf = beside(town.folder.root, DEAF, "Sourde", hung)
            with Service.started(town.folder.root, tmp_path / "n.sock") as service:
                service.says("Service prêt, collectivités : 4.")
                gate.is_called()
                assert "journée faite" in service.says("Commune de Valbrume : ")
                told = "".join(service.lines)
                assert "stockages : clé inconnue" in told and "abimee.toml n'est pas un fichier TOML correct" in told
                assert "en difficulté : 2" in service.tells("STATUS=En cours : Sourde depuis")
                beside(town.folder.root, WRONG, "Fausse", hung)
                broken.unlink()
                service.process.send_signal(signal.SIGHUP)
                while "Fausse depuis" not in service.tells("STATUS=En cours"):
                    pass
                service.process.send_signal(signal.SIGTERM)
                service.says("Arrêt demandé")
                service.process.send_signal(signal.SIGTERM)
                service.ends()
        assert runs_of(town.folder.config)[DAY].ended_at
        assert runs_of(deaf)[DAY].position == "import"
