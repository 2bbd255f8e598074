"""An auditor with a bundle of proof and nothing else: a bare Python, the openssl program, an empty environment."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1] / "preuve"


def verified(bundle: Path, *words: str, path: str = os.defpath) -> subprocess.CompletedProcess[str]:
    """Verify a bundle with the script that is in it, far from dematfin and from the packages of this Python."""
    command = [sys.executable, "-I", "-S", str(bundle / "verifier.py"), *words]
    known = {"PATH": path}  # what is imported from, or configured by the environment, is not there
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=known, cwd="/", timeout=120)


def refusals(bundle: Path) -> list[str]:
    """Verify a bundle; return why it is refused."""
    done = verified(bundle)
    lines = [line.removeprefix("REFUS").strip() for line in done.stdout.splitlines() if line.startswith("REFUS ")]
    assert (done.returncode, done.stderr) == (int(bool(lines)), ""), done.stdout[-800:]
    return lines


def names(bundle: Path) -> list[str]:
    """Return the names of the files of a bundle."""
    return [path.relative_to(bundle).as_posix() for path in sorted(bundle.rglob("*")) if path.is_file()]


def copied(bundle: Path, target: Path) -> Path:
    """Return a copy of a bundle, to be spoilt."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(bundle, target))


def change(path: Path, way: Callable[[bytes], bytes]) -> None:
    """Change a file; it must change."""
    before = path.read_bytes()
    after = way(before)
    assert after != before, path
    path.write_bytes(after)


def facts(bundle: Path, way: Callable[[Any], None]) -> None:
    """Change what a bundle says is to be found in it."""
    path = bundle / "preuve.json"
    told = json.loads(path.read_text("utf-8"))
    way(told)
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def make_up(bundle: Path) -> Path:
    """Write the manifest again, as whoever lies well does; return the bundle."""
    path = bundle / "manifeste.json"
    told = json.loads(path.read_text("utf-8"))
    told["fichiers"] = [
        {
            "fichier": one.relative_to(bundle).as_posix(),
            "octets": one.stat().st_size,
            "sha256": hashlib.sha256(one.read_bytes()).hexdigest(),
        }
        for one in sorted(bundle.rglob("*"))
        if one.is_file() and one != path
    ]
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return bundle
