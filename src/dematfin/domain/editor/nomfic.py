"""The name of an editor's flow: kept whenever it may be, since the editor knows its acquit by it."""

import re
from typing import Final

from dematfin.domain.editor.rules import EditorRules

SHAPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""What every TdT takes, a folder of files included: a hundred signs, no accent, no blank, no path."""


def why_renewed(nomfic: str, rules: EditorRules, *, used: bool) -> str:
    """Say why a flow gets another name, in French; empty when it keeps its own.

    >>> why_renewed("PESALR2_21990042000015_01.xml", EditorRules(), used=False)
    ''
    >>> why_renewed("flux du 2 mars", EditorRules(), used=False)
    "son nom « flux du 2 mars » ne peut pas être celui d'un fichier transmis"
    """
    if not rules.keeps_nomfic:
        return "la configuration le demande (nomfic, dans la section [editeur])"
    if not nomfic:
        return "il n'a pas de nom"
    if not SHAPE.fullmatch(nomfic):
        return f"son nom « {nomfic[:40]} » ne peut pas être celui d'un fichier transmis"
    return f"un flux du même nom {nomfic} existe déjà ici" if used else ""
