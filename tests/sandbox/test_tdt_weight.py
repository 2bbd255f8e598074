"""A deposit of 100 MB: read from its file as it leaves, held once by the platform, never several times."""

import base64
import gzip
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Final

from dematfin.sandbox import pki
from tdt.browsers import browser, certificates, settle, status
from tdt.flows import document, flow

SIZE: Final = 100_000_000
MEGABYTE: Final = 1_000_000
TESTS: Final = Path(__file__).parent.parent
SERVER: Final = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tdt.browsers import settle
with settle(Path(sys.argv[1]), largest=10**9).running() as (_, url):
    print(url, flush=True)
    threading.Event().wait()
"""
CLIENT: Final = """
import json, sys
from pathlib import Path
from dematfin.tdt.s2low import S2low
from dematfin.tdt.settings import S2lowSettings

folder, url = Path(sys.argv[1]), sys.argv[2]
asked = {"url": url, "certificat": folder / "client.p12", "mot_de_passe_certificat": "x"}
s2low = S2low(S2lowSettings(**asked, autorites=folder / "tdt-ac.pem"), lambda reference: reference)

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

s2low.check()
before = peak()
key = s2low.send(folder / "flux.xml", "FLUX1")
after = peak()
print(json.dumps([key, after - before]))
"""


def heavy(path: Path) -> str:
    """Write a flow of 100 MB in documents that do not pack, and return its SHA-1."""
    noise = random.Random(2026)
    packed = [base64.b64encode(gzip.compress(noise.randbytes(3_000_000), 0)) for _ in range(5)]
    count = SIZE // len(packed[0])
    data = flow("FLUX1", documents=[document(f"PJ{n}", packed[n % 5]) for n in range(1, count + 1)])
    path.write_bytes(data)
    assert len(data) > 0.95 * SIZE
    return hashlib.sha1(data).hexdigest()


def peak(process: subprocess.Popen[str]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_a_deposit_of_100_megabytes_is_streamed_by_us_and_held_once_by_the_platform(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    pki.private(tmp_path / "client.p12", certificates()["mairie"].p12("x"))
    sha1 = heavy(tmp_path / "flux.xml")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path), str(TESTS)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        before = peak(server)
        command = [sys.executable, "-c", CLIENT, str(tmp_path), url]
        said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
        key, ours = json.loads(said.splitlines()[-1])
        theirs = peak(server) - before
        Path(f"/proc/{server.pid}/clear_refs").write_text("5", encoding="ascii")  # count the peak from here
        with browser(platform, url) as client:
            assert "<status>8</status>" in status(client, int(key))
        analysis = peak(server) - before
    finally:
        server.kill()
        server.communicate()
    assert ours < 5 * MEGABYTE
    assert theirs < 1.2 * SIZE
    assert analysis < 0.3 * SIZE
    line, *_ = (tmp_path / "tdt/journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["sha1"] == sha1
    assert hashlib.sha1((tmp_path / "tdt/flux/FLUX1.xml").read_bytes()).hexdigest() == sha1
