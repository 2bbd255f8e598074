"""Where one stands in a flow, followed tag after tag."""

from html import unescape

from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.pes.read import WHOLE
from dematfin.pes.tokens import Token

BLOCK = ("PES_Aller", "PES_DepenseAller", "Bordereau", "BlocBordereau")
INFO = ("PES_Aller", "PES_DepenseAller", "Bordereau", "Piece", "BlocPiece", "InfoPce")


class Standing:
    """The elements that are open, the bordereau and the mandat that one is in."""

    def __init__(self) -> None:
        self.path: tuple[str, ...] = ()
        self.prefixes: list[str] = []
        self.first_prefix: str | None = None
        self._told: dict[str, str] = {}

    def follow(self, token: Token) -> None:
        """Go on by one tag."""
        if token.data[1:2] == b"/":
            self.path = self.path[:-1]
            del self.prefixes[-1:]
            return
        path, opens = self.path, not token.closes_itself
        if opens or path in {BLOCK, INFO}:
            prefix, name = token.names
            if path == BLOCK or (path == INFO and name == "IdPce"):
                self._told[name] = unescape(token.attributes.get("V", "")).strip()
            if opens:
                self._opened(prefix, name)

    def _opened(self, prefix: str, name: str) -> None:
        if len(self.path) == 1 and self.first_prefix is None:
            self.first_prefix = prefix
        self.path = (*self.path, name)
        self.prefixes.append(prefix)
        if name == "Bordereau":
            self._told = {}
        elif name == "Piece":
            self._told.pop("IdPce", None)

    @property
    def mandat(self) -> MandatKey | None:
        """The mandat that one is in."""
        kind = self._told.get("TypBord", "")
        if kind not in set(BordereauKind):
            return None
        return BordereauKind(kind), self._number("Exer"), self._number("IdBord"), self._number("IdPce")

    @property
    def label(self) -> str:
        """How a person finds it."""
        sheet, mandat = (self._told.get(tag, "").lstrip("0") for tag in ("IdBord", "IdPce"))
        if "Bordereau" not in self.path:
            return self.path[1] if len(self.path) > 1 else "En-tête"
        return f"Bordereau {sheet}, mandat {mandat}" if mandat else f"Bordereau {sheet}"

    def _number(self, tag: str) -> int:
        text = self._told.get(tag, "")
        return int(text) if WHOLE.fullmatch(text) else 0
