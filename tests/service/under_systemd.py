"""`make campagne`: the units of `exploitation` run by a real systemd, installed by the words of the guide.

The town of the demonstration is served by them: its day, its backups, its pages; its service is killed, falls silent,
is stopped; a unit that fails is mailed with its reason. PostgreSQL is not there: `test_workers` and the trial of the
syndicate have it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from service.machine import Machine, comes

ROOT: Final = Path(__file__).parents[2]
UNITS: Final = sorted(path.name for path in (ROOT / "exploitation").iterdir())
CLOSED: Final = 2.0
"""The exposure, of ten, that `systemd-analyze security` may find in a unit of ours (« OK »)."""
SILENCE: Final = 180.0
"""Seconds in which a service that has fallen silent is killed and is there again: WatchdogSec and RestartSec."""
HOME: Final = "/var/lib/dematfin"
TOWN: Final = f"{HOME}/demo"
INSTALLED: Final = f"""
adduser --quiet --system --group --home {HOME} --shell /usr/sbin/nologin dematfin && chmod 2770 {HOME}
/usr/bin/python3 -m venv /opt/dematfin
/opt/dematfin/bin/pip install --quiet --require-hashes -r /root/requirements.lock
/opt/dematfin/bin/pip install --quiet --no-deps /root/*.whl
setpriv --reuid dematfin --regid dematfin --clear-groups /opt/dematfin/bin/dematfin demo --dossier {TOWN}
install -d -o root -g dematfin -m 750 /etc/dematfin && install -d -o dematfin -g dematfin -m 700 /etc/dematfin/secrets
install -d -o dematfin -m 700 /srv/sauvegardes
install -o dematfin -m 600 {TOWN}/secrets/chorus_client /etc/dematfin/secrets/piste_client
install -o dematfin -m 600 {TOWN}/secrets/chorus_compte /etc/dematfin/secrets/chorus_compte
install -o dematfin -m 600 {TOWN}/secrets/tdt_client /etc/dematfin/secrets/tdt_certificat
install -o root -g dematfin -m 640 /root/config.toml /etc/dematfin/config.toml
printf '#!/bin/sh\\ncat >> /srv/courriels\\n' > /usr/sbin/sendmail && chmod 755 /usr/sbin/sendmail
touch /srv/courriels && chmod 666 /srv/courriels
echo DESTINATAIRE=exploitation@valbrume.fr > /etc/dematfin/courriel
/opt/dematfin/bin/dematfin config unites /etc/systemd/system && systemctl daemon-reload
systemd-run --quiet --unit voisins --uid dematfin /opt/dematfin/bin/dematfin sandbox demarrer -c {TOWN}/config.toml
"""
"""What is typed, a line after the other; the configuration is put beside as soon as the demonstration has made one."""
Seen = Iterator[tuple[str, bool]]


def main() -> int:
    """Play it all; 1 when something is not as it should be, 2 when this system cannot play it."""
    if os.getuid() or not shutil.which("systemd-nspawn"):
        sys.stderr.write("Il faut root, et systemd-nspawn (paquet systemd-container).\n")
        return 2
    wrong = 0
    with Machine.booted() as machine:
        _install(machine)
        for part in PARTS:
            for what, good in part(machine):
                wrong += not good
                sys.stdout.write(f"{'✓' if good else '✗'} {what}\n")
                sys.stdout.flush()
    sys.stdout.write(f"Unités sous systemd : fautes = {wrong}\n")
    return int(wrong > 0)


def _install(machine: Machine) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder]
        subprocess.run([*build, str(ROOT)], check=True)
        for one in (*Path(folder).iterdir(), ROOT / "requirements.lock"):
            shutil.copy(one, machine.root / "root")
    for line in INSTALLED.strip().splitlines():
        machine.does(line)
        if "demo --dossier" in line:
            made = (machine.root / TOWN.lstrip("/") / "config.toml").read_text(encoding="utf-8")
            (machine.root / "root" / "config.toml").write_text(_as_installed(made), encoding="utf-8")


def _as_installed(demo: str) -> str:
    """Write the configuration of the demonstration as the guide says: whole paths, secrets that systemd hands over."""
    text = demo[: demo.index("[bac_a_sable]")]
    for old, new in (("chorus_client", "piste_client"), ("chorus_compte",) * 2, ("tdt_client", "tdt_certificat")):
        text = text.replace(f'"fichier:secrets/{old}"', f'"secret:{new}"')
    text = text.replace('"fichier:secrets/', f'"fichier:{TOWN}/secrets/')
    for name in ("pki", "var", "papier", "echange"):
        text = text.replace(f'"{name}/', f'"{TOWN}/{name}/')
    return f'{text}\n[horaires]\njournee = ["5 7-19 * * *"]\n\n[sauvegarde]\ndossier = "/srv/sauvegardes"\n'


def _read_by_systemd(machine: Machine) -> Seen:
    said = machine(f"systemd-analyze verify {' '.join(f'/etc/systemd/system/{one}' for one in UNITS)}")
    yield f"systemd ne trouve rien à redire aux {len(UNITS)} unités{said.stderr}", not (said.returncode or said.stderr)
    for one in (one for one in UNITS if one.endswith(".service") and "courriel" not in one):
        found = machine(f"systemd-analyze security --offline=true /etc/systemd/system/{one}").stdout
        level = float(found.rpartition(": ")[2].split()[0])
        yield f"{one} : exposition {level}", level <= CLOSED


def _served(machine: Machine) -> Seen:
    machine.does("systemctl start dematfin.service")
    done = "journalctl --unit dematfin --output cat | grep 'journée faite, rien à signaler'"
    yield "le service fait sa première journée", comes(lambda: machine(done).returncode == 0)
    yield "et dit où il en est", comes(lambda: machine.shows("dematfin", "StatusText").startswith("Au repos"))


def _hurt(machine: Machine) -> Seen:
    for signal, what in (("KILL", "tué"), ("STOP", "muet")):
        before = machine.shows("dematfin", "MainPID")
        machine.does(f"kill -{signal} {before}")
        yield f"{what}, le service est relancé", comes(partial(_is_back, machine, before), SILENCE)
    machine.does("systemctl stop dematfin.service")
    yield "arrêté, il finit bien", machine.shows("dematfin", "Result") == "success"


def _is_back(machine: Machine, before: str) -> bool:
    """Say whether another process serves: between two of them there is none, whose number is 0."""
    return (
        machine.shows("dematfin", "MainPID") not in {before, "0"}
        and machine.shows("dematfin", "ActiveState") == "active"
    )


def _once(machine: Machine) -> Seen:
    for name in ("journee", "sauvegarde", "restauration"):
        yield f"dematfin-{name}.service finit bien", machine(f"systemctl start dematfin-{name}.service").returncode == 0
    kept = machine.does("ls /srv/sauvegardes/*/")
    yield "la sauvegarde est là", kept.strip() != ""


def _pages(machine: Machine) -> Seen:
    machine.does("systemctl start dematfin-web.service")
    asked = "/usr/bin/python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:8400/connexion')\""
    yield "les pages répondent", comes(lambda: machine(asked).returncode == 0, 30)


def _mailed(machine: Machine) -> Seen:
    machine.does("sed -i 's/^siret = .*/siret = \"12\"/' /etc/dematfin/config.toml")
    yield "une configuration fausse est un échec", machine("systemctl start dematfin-journee.service").returncode != 0
    mails = "grep -q 'SIRET invalide' /srv/courriels && grep -q '^Subject: .*dematfin-journee.service' /srv/courriels"
    yield "un courriel dit laquelle, et pourquoi", comes(lambda: machine(mails).returncode == 0, 30)


PARTS: Final[tuple[Callable[[Machine], Seen], ...]] = (_read_by_systemd, _served, _hurt, _once, _pages, _mailed)

if __name__ == "__main__":
    sys.exit(main())
