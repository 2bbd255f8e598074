"""The units of systemd that are given as examples: what they name exists, and each is kept in its place."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from dematfin.config.service import ScheduleSettings
from dematfin.errors import AlreadyRunning, ComeBackLater, ConfigError, LedgerAway
from dematfin.service.clock import BEAT, OPENING, TICK

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "exploitation"
UNITS: Final = sorted(FOLDER.iterdir())
OURS: Final = [path for path in UNITS if path.suffix == ".service" and "courriel" not in path.name]
HARDENED: Final = {
    "DynamicUser": ["no"],
    "User": ["dematfin"],
    "Group": ["dematfin"],
    "StateDirectoryMode": ["2770"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"],
    "CapabilityBoundingSet": [""],
    "AmbientCapabilities": [""],
    "SystemCallArchitectures": ["native"],
    "SystemCallFilter": ["@system-service", "~@privileged"],
    "SystemCallErrorNumber": ["EPERM"],
    "ProtectSystem": ["strict"],
    "LimitCORE": ["0"],
    **{key: ["yes"] for key in (
        "LockPersonality", "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectClock",
        "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
        "ProtectKernelTunables", "RemoveIPC", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID",
)},
}  # fmt: skip
BLINDING: Final = {"ProtectProc", "ProcSubset", "PrivateUsers", "PrivatePIDs"}
"""The step of a dead holder is taken up at once where one can see that it is dead, whatever account it was under."""
BEARS: Final = """
import ctypes, sys
if ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, as that setting asks
    sys.exit("" if ctypes.get_errno() == 22 else "refused")  # a kernel that does not know it
import io, sqlite3, lxml.etree, cryptography.x509, pikepdf, pypdfium2, zxingcpp, PIL.Image, signxml, psycopg, xmlschema
import dematfin.store.engine, dematfin.web.application, dematfin.scanning.readers
pdf, sink = pikepdf.new(), io.BytesIO()
pdf.add_blank_page()
pdf.save(sink)
image = pypdfium2.PdfDocument(sink.getvalue())[0].render(scale=1).to_pil()
zxingcpp.read_barcodes(image)
list(dematfin.scanning.readers.zbar(image.convert("L")))
lxml.etree.XMLSchema(lxml.etree.fromstring('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'))
dematfin.store.engine.SQLITE.connect(":memory:").execute("SELECT 1")
print("borne")
"""
EXAMPLES: Final = ("config.example.toml", "config.syndicat.example.toml")
LINE: Final = re.compile(r"([A-Z][A-Za-z]+)=(.*)")


def read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return the sections of a unit, each key with its values; a line that is none of these is a fault."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match and section, line
            found[section][match[1]].append(match[2])
    return found


def seconds(span: str) -> float:
    """Return a span of systemd in seconds."""
    number, unit = re.fullmatch(r"(\d+)(s|min|h|)", span).groups()  # type: ignore[union-attr]  # or it is a fault
    return int(number) * {"s": 1, "": 1, "min": 60, "h": 3600}[unit]


def test_the_units_are_all_there() -> None:
    assert {path.name for path in UNITS} == {
        "dematfin.service",
        "dematfin-ouvrier@.service",
        "dematfin-web.service",
        "dematfin-web@.service",
        "dematfin-journee.service",
        "dematfin-journee.timer",
        "dematfin-sauvegarde.service",
        "dematfin-sauvegarde.timer",
        "dematfin-restauration.service",
        "dematfin-restauration.timer",
        "dematfin-courriel@.service",
    }


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_each_is_kept_in_its_place_and_its_failure_is_told(path: Path) -> None:
    unit = read(path)
    saves = path.name in {"dematfin-sauvegarde.service", "dematfin-restauration.service"}
    assert {key: unit["Service"][key] for key in HARDENED} == HARDENED
    assert unit["Service"]["ReadWritePaths"] == ["/var/lib/dematfin" + (" /srv/sauvegardes" if saves else "")]
    assert unit["Service"]["UMask"] == ["0077" if saves else "0007"]  # of the group are those who sign here
    assert not BLINDING & unit["Service"].keys()
    assert unit["Unit"]["OnFailure"] == ["dematfin-courriel@%n.service"]
    assert unit["Service"]["MemoryMax"] == ["3G" if "ouvrier" in path.name else "1G"]
    known = "".join((ROOT / one).read_text(encoding="utf-8") for one in EXAMPLES)
    for credential in unit["Service"]["LoadCredential"]:
        name, _, file = credential.partition(":")
        assert f"secret:{name}" in known
        assert file == f"/etc/dematfin/secrets/{name}"


def test_our_libraries_bear_that_no_memory_is_both_written_and_run() -> None:
    said = subprocess.run([sys.executable, "-c", BEARS], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, ""), said.stderr


def test_the_service_is_watched_and_given_time_to_stop() -> None:
    service = read(FOLDER / "dematfin.service")["Service"]
    assert (service["Type"], service["NotifyAccess"], service["KillMode"]) == (["notify"], ["main"], ["mixed"])
    (watchdog,) = service["WatchdogSec"]
    assert seconds(watchdog) / 2 >= 2 * (BEAT + TICK), "a busy machine is late for a beat, not dead"
    assert seconds(*service["TimeoutStartSec"]) > OPENING
    assert service["RestartPreventExitStatus"] == [f"{ConfigError.exit_code} {ComeBackLater.exit_code}"]
    assert service["OOMPolicy"] == ["continue"]
    assert service["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_a_worker_is_watched_too_and_several_on_a_machine_answer_each_on_a_port_of_its_own() -> None:
    worker = read(FOLDER / "dematfin-ouvrier@.service")["Service"]
    assert (worker["Type"], worker["NotifyAccess"], worker["KillMode"]) == (["notify"], ["main"], ["mixed"])
    assert worker["OOMPolicy"] == ["continue"], "the child that reads a document may be killed, not who waits for it"
    assert seconds(*worker["WatchdogSec"]) / 2 >= 2 * (BEAT + TICK)
    assert worker["ExecStart"] == ["/opt/dematfin/bin/dematfin ouvrier --port 841%i -c /etc/dematfin/syndicat.toml"]
    assert worker["RestartPreventExitStatus"] == [str(ConfigError.exit_code)]


def test_the_timer_has_the_hours_of_the_configuration_and_catches_up() -> None:
    timer = read(FOLDER / "dematfin-journee.timer")["Timer"]
    assert (timer["OnCalendar"], ScheduleSettings().journee) == (["Mon..Fri 07..19:05"], ("5 7-19 * * 1-5",))
    assert timer["Persistent"] == ["true"]
    assert timer["Unit"] == ["dematfin-journee.service"]
    run = read(FOLDER / "dematfin-journee.service")["Service"]
    assert (run["Type"], run["SuccessExitStatus"]) == (["oneshot"], [f"1 {AlreadyRunning.exit_code}"])
    assert {ComeBackLater.exit_code, LedgerAway.exit_code} == {5}, "a day that cannot run is a failure, and is mailed"


def test_backups_are_made_twice_a_day_and_tried_each_month() -> None:
    timer = read(FOLDER / "dematfin-sauvegarde.timer")["Timer"]
    assert (timer["OnCalendar"], timer["Persistent"]) == (["*-*-* 12:35", "*-*-* 20:35"], ["true"])
    trial = read(FOLDER / "dematfin-restauration.timer")["Timer"]
    assert (trial["OnCalendar"], trial["Persistent"]) == (["*-*-01 04:35"], ["true"])
    for name in ("sauvegarde", "restauration"):
        assert "SuccessExitStatus" not in read(FOLDER / f"dematfin-{name}.service")["Service"], "a failure is mailed"
    (command,) = read(FOLDER / "dematfin-restauration.service")["Service"]["ExecStart"]
    assert "--verifier" in command


def test_a_mail_says_which_unit_failed_and_why() -> None:
    (command,) = read(FOLDER / "dematfin-courriel@.service")["Service"]["ExecStart"]
    assert "/usr/sbin/sendmail -t" in command
    assert 'journalctl --no-pager --lines=40 --unit="%i"' in command, "status shows no line with ProtectControlGroups"
    assert "%i" in command and "%%s" in command, "a sign % alone is systemd's"
    headers = command[command.index("To:") : command.index("\\n\\n")]
    assert headers.isascii(), "a relay without SMTPUTF8 would give it back"


def test_a_mail_may_be_queued_by_the_setgid_program_of_the_mail_server() -> None:
    service = read(FOLDER / "dematfin-courriel@.service")["Service"]
    forbidding = {"NoNewPrivileges", "ProtectSystem", "RestrictSUIDSGID", "PrivateDevices", "LockPersonality"}
    implying = {"RestrictAddressFamilies", "ProtectKernelTunables", "ProtectKernelModules", "SystemCallFilter"}
    assert not (forbidding | implying) & service.keys()
    kept = {
        "ProtectHome": ["yes"],
        "PrivateTmp": ["yes"],
        "ProtectControlGroups": ["yes"],
        "UMask": ["0077"],
        "LimitCORE": ["0"],
    }
    assert {key: service[key] for key in kept} == kept
