"""What a campaign of the chain says: a line for each run, kept at once, and the table of parts and faults."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from crash.campaign.verdict import KINDS
from crash.chain.parts import PARTS
from crash.chain.plan import EXPIRED, FAULTS, LIARS, TWO
from crash.chain.run import Run

PLURAL: Final = {"perdu": "perdus", "en double": "doublés", "sans alerte": "cachés", "cassé": "cassés"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One run, as it is kept; `code`: fingerprint of what was played."""

    code: str
    number: int
    seed: int
    part: str
    fault: str
    whole: bool
    struck: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, done: Run, code: str) -> Self:
        """Return what is kept of a run."""
        plan = done.plan
        faults = tuple((one.kind, one.sentence) for one in done.faults)
        return cls(
            code=code,
            number=plan.number,
            seed=plan.seed,
            part=plan.part,
            fault=plan.fault,
            whole=plan.whole,
            struck=done.struck,
            faults=faults,
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read it back."""
        said: dict[str, Any] = json.loads(text)
        return cls(**said | {"struck": tuple(said["struck"]), "faults": tuple(map(tuple, said["faults"]))})

    def told(self) -> str:
        """Say what went wrong, and how to play it again; nothing when all is well."""
        if not self.faults:
            return ""
        again = f"python -m crash.chaine --graine {self.seed} --rejouer {self.number}"
        head = f"✗ tirage {self.number} : {self.part}, {self.fault}"
        where = [f"    frappé : {one}" for one in self.struck]
        return "\n".join(
            [head, *where, *(f"    {kind} : {said}" for kind, said in self.faults), f"    rejouer : {again}"]
        )


def keep(path: Path, line: Line) -> None:
    """Add a line to a file, at once: several processes may share it, and any of them may be stopped."""
    with path.open("a", encoding="utf-8") as sink:
        sink.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def kept(path: Path, code: str, seed: int) -> tuple[Line, ...]:
    """Return the runs of a file that played this code with this seed, each once: another code proves nothing."""
    lines = map(Line.read, path.read_text("utf-8").splitlines() if path.exists() else ())
    return tuple({one.number: one for one in lines if (one.code, one.seed) == (code, seed)}.values())


def fingerprint(folders: Iterable[Path]) -> str:
    """Return what tells one state of the program and of the campaign from another."""
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def page(lines: Sequence[Line], about: Mapping[str, str]) -> str:
    """Return the table as a page of the documentation."""
    return "\n".join([HEAD, *(f"- {name} : {said}" for name, said in about.items()), "", *_table(lines), ""])


HEAD: Final = """# Campagne de pannes de la chaîne

Chaque tirage prend une petite commune à l'étape dite, y joue cette étape et la frappe : un processus tué (kill -9) à
un passage nommé ou au hasard, un disque plein, une réponse coupée, une horloge qui saute, une coupure de courant qui
perd ce qui n'était pas sur le disque, deux processus à la fois, un certificat expiré, des voisins qui mentent. Puis
tout reprend en paix, et les registres des voisins simulés jugent : rien de perdu, rien en double, rien de caché (ce
qui attend a son alerte), rien de cassé (journal, base, documents, papiers).

Les colonnes sont les tirages de chaque panne ; à droite, ce qui en est advenu, et qui doit être nul.
Cette page est écrite par `make campagne`.
"""


STRUCK_BY_OTHERS: Final = frozenset({TWO, EXPIRED, LIARS})
"""What goes wrong in these is no blow: another process, a certificate, a neighbour."""


def _table(lines: Sequence[Line]) -> Iterator[str]:
    cells = Counter((one.part, one.fault) for one in lines)
    kinds = Counter((one.part, kind) for one in lines for kind, _ in one.faults)
    idle = Counter(one.part for one in lines if one.fault not in STRUCK_BY_OTHERS and not one.struck)
    columns = [*FAULTS, "tirages", "dont pas frappés", *PLURAL.values()]
    yield f"| étape | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for part in PARTS:
        runs = [str(cells[part, fault]) for fault in FAULTS]
        counts = [str(kinds[part, kind]) for kind in KINDS]
        total = sum(cells[part, fault] for fault in FAULTS)
        yield f"| {part} | {' | '.join([*runs, str(total), str(idle[part]), *counts])} |"
    yield ""
    yield summary(lines)


def summary(lines: Sequence[Line]) -> str:
    """Say it all in one line."""
    kinds = Counter(kind for one in lines for kind, _ in one.faults)
    struck = {name for one in lines for name in one.struck}
    deaths = sum(len(one.struck) for one in lines)
    counts = ", ".join(f"{PLURAL[kind]} = {kinds[kind]}" for kind in KINDS)
    return f"{len(lines)} tirages, {deaths} coups portés, {len(struck)} passages frappés : {counts}"
