"""Lit un flux PES avec la seule bibliothèque standard : bordereaux, mandats, pièces jointes, signatures.

La forme canonique exclusive (exc-c14n, sans commentaires) de ce qui est signé est hachée au fil de la lecture : un flux
de 100 Mo n'est jamais tenu en mémoire. Ce fichier va avec verifier.py.
"""

import base64
import binascii
import hashlib
import os
import zlib
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from xml.etree import ElementTree
from xml.parsers import expat

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XML = "http://www.w3.org/XML/1998/namespace"
DOMAINS = ("PES_DepenseAller", "PES_RecetteAller")
IDS = ("Id", "ID", "id", "xml:id")
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
IN_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})
CHUNK = 1 << 20
GZIP, BAD = 31, "illisible"
SHEET_DEPTH = 3


def is_flow(path):
    """Dit si un fichier commence comme un flux PES, quel que soit son nom."""
    names, parser = [], expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: names.append(name)
    with open(path, "rb") as source, suppress(expat.ExpatError, LookupError):
        parser.Parse(source.read(CHUNK))
    return bool(names) and names[0].rpartition(":")[2] == "PES_Aller"


class Canonical:
    """La forme canonique d'un élément, sans la signature qu'il porte, et l'empreinte de cette forme."""

    def __init__(self, name, depth, attributes):
        self.name, self.depth, self.id = name, depth, attributes.get("Id", "")
        self.hash, self.kept, self.mute = hashlib.sha256(), [], False
        self.rendered = [{"": ""}]
        self.place, self.mandats, self.signatures = {}, [], 0

    def write(self, text):
        if not self.mute:
            self.hash.update(text.encode())
            if self.name == DS + "SignedInfo":
                self.kept.append(text)

    def start(self, name, scope, attributes):
        """Déclare les espaces de noms dont l'élément se sert lui-même, et ceux-là seulement."""
        prefixes = {key: key.rpartition(":")[0] for key in attributes}
        used = {name.rpartition(":")[0], *filter(None, prefixes.values())} - {"xml"}
        known = self.rendered[-1]
        new = {prefix: scope[prefix] for prefix in used if known.get(prefix) != scope[prefix]}
        self.rendered.append({**known, **new})
        parts = [(f"xmlns:{prefix}" if prefix else "xmlns", new[prefix]) for prefix in sorted(new)]
        for key in sorted(attributes, key=lambda key: (prefixes[key] and scope[prefixes[key]], key.rpartition(":")[2])):
            parts.append((key, attributes[key]))
        self.write(f"<{name}" + "".join(f' {key}="{value.translate(IN_ATTRIBUTE)}"' for key, value in parts) + ">")

    def end(self, name):
        self.rendered.pop()
        self.write(f"</{name}>")


class Signature:
    """Une signature, l'élément qui la porte, et ce dont elle signe la forme canonique."""

    def __init__(self, holder):
        self.holder, self.parts, self.tree, self.span = holder, [], None, []


class Piece:
    """Une pièce jointe : du base64, qui contient du gzip, qui contient le fichier d'origine."""

    def __init__(self):
        self.hash, self.inflater, self.left = hashlib.sha256(), zlib.decompressobj(GZIP), ""
        self.unreadable = self.more = False

    def data(self, text):
        text = self.left + "".join(text.split())
        cut = len(text) // 4 * 4
        self.left = text[cut:]
        if self.inflater.eof:
            self.more = self.more or bool(text)
        elif not self.unreadable:
            self.inflate(text[:cut])

    def inflate(self, text):
        try:
            self.hash.update(self.inflater.decompress(base64.b64decode(text, validate=True)))
        except (zlib.error, binascii.Error):
            self.unreadable = True
        self.more = bool(self.inflater.unused_data)

    def digest(self):
        return self.hash.hexdigest() if self.inflater.eof and not (self.left or self.unreadable or self.more) else BAD


class Flow:
    """Un flux, lu en une fois ; lève ValueError ou expat.ExpatError quand ce n'en est pas un."""

    def __init__(self, path):
        self.open, self.canons, self.tree, self.piece = [], [], None, None
        self.root, self.sheets, self.signatures, self.pieces, self.ids, self.wrong = None, [], [], {}, [], []
        self.path, self.parser = path, expat.ParserCreate()
        parser = self.parser
        parser.ordered_attributes, parser.buffer_text, parser.buffer_size = True, True, 1 << 16
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self.data, self.doctype
        parser.ProcessingInstructionHandler = self.instruction
        with open(path, "rb") as source:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                parser.Parse(chunk)
        parser.Parse(b"", True)

    def doctype(self, *_):
        raise ValueError("il contient un DOCTYPE, par où un fichier peut dire autre chose que ce qu'il montre")

    def start(self, name, pairs):
        scope, attributes = self.open[-1][1] if self.open else {"": "", "xml": XML}, {}
        for key, value in zip(pairs[::2], pairs[1::2]):
            if key == "xmlns" or key.startswith("xmlns:"):
                scope = {**scope, key[6:]: value}
            else:
                attributes[key] = value
        prefix, _, local = name.rpartition(":")
        full = f"{{{scope[prefix]}}}{local}" if scope[prefix] else local
        self.open.append((full, scope))
        self.ids += [attributes[key] for key in IDS if key in attributes]
        self.choose(full, attributes)
        self.note([one for one, _ in self.open], attributes.get("V", ""))
        if full == DS + "Signature":
            self.begin_signature()
        if self.tree:
            self.tree.start(full, attributes)
        for one in self.canons:
            one.start(name, scope, attributes)

    def choose(self, full, attributes):
        """Commence la forme canonique de ce qui peut être signé : le flux, un bordereau, ce que dit une signature."""
        path = [one for one, _ in self.open]
        sheet = len(path) == SHEET_DEPTH and path[1] in DOMAINS and full == "Bordereau"
        if full.rpartition("}")[2] == "Bordereau" and not sheet:
            self.wrong.append("un bordereau est caché ailleurs qu'à sa place")
        if sheet or len(path) == 1 or full == DS + "SignedInfo" or full.endswith("}SignedProperties"):
            self.canons.append(Canonical(full, len(path), attributes))
            self.root = self.root or self.canons[0]
            self.sheets += self.canons[-1:] if sheet else []

    def note(self, path, value):
        """Retient ce que disent les bordereaux et les pièces jointes."""
        if path[1:3] == ["PES_PJ", "PJ"]:
            if path[3:] == ["Contenu", "Fichier"]:
                self.piece = Piece()
            elif path[3:] == ["IdUnique"] and self.piece:
                self.end_piece(value)
        elif path[2:3] == ["Bordereau"] and path[1] in DOMAINS:
            sheet, below = self.sheets[-1], path[3:]
            if below[:-1] == ["BlocBordereau"]:
                sheet.place[below[-1]] = value
            elif below == ["Piece", "BlocPiece", "InfoPce", "IdPce"]:
                sheet.mandats.append([value, Decimal(0)])
            elif below[:-1] == ["Piece", "LigneDePiece", "BlocLignePiece", "InfoLignePce"]:
                sheet.mandats[-1][1] += Decimal(value) if below[-1] in ("MtHT", "MtTVA") else 0

    def end_piece(self, key):
        if self.piece.more:
            self.wrong.append(f"la pièce jointe {key} contient autre chose après son fichier")
        if key in self.pieces:
            self.wrong.append(f"la pièce jointe {key} est donnée deux fois")
        self.pieces[key], self.piece = self.piece.digest(), None

    def begin_signature(self):
        """L'élément qui porte la signature, le flux ou un bordereau, est signé sans elle."""
        holder = next((one for one in self.canons if one.depth == len(self.open) - 1), None)
        if self.tree or holder not in (self.root, *self.sheets):
            self.wrong.append("une signature est ailleurs que dans un bordereau ou à la fin du flux")
        else:
            self.signatures.append(Signature(holder))
            self.signatures[-1].span.append(self.parser.CurrentByteIndex)
            self.tree, holder.mute, holder.signatures = ElementTree.TreeBuilder(), True, holder.signatures + 1

    def unsigned(self):
        """L'empreinte du fichier sans les octets de ses signatures : celle du flux tel qu'il a été donné à signer."""
        digest = hashlib.sha256()
        with open(self.path, "rb") as source:
            for start, end in [*(one.span for one in self.signatures), (os.path.getsize(self.path), 0)]:
                while block := source.read(min(CHUNK, start - source.tell())):
                    digest.update(block)
                source.seek(end)
                source.seek(end + source.read(CHUNK).find(b">") + 1)
        return digest.hexdigest()

    def repeated(self):
        return sorted(key for key, times in Counter(self.ids).items() if times > 1)

    def write(self, text):
        for one in self.canons:
            one.write(text)

    def instruction(self, target, data):
        self.write(f"<?{target} {data}?>" if data else f"<?{target}?>")

    def data(self, text):
        self.write(text.translate(IN_TEXT))
        if self.tree:
            self.tree.data(text)
        if self.piece and self.open[-1][0] == "Fichier":
            self.piece.data(text)

    def end(self, name):
        depth, full = len(self.open), self.open.pop()[0]
        for one in self.canons:
            one.end(name)
        if self.tree:
            self.tree.end(full)
            current = self.signatures[-1]
            current.parts += [one for one in self.canons if one.depth == depth]
            if current.holder.depth == depth - 1:
                current.tree, self.tree, current.holder.mute = self.tree.close(), None, False
                current.span.append(self.parser.CurrentByteIndex)
        self.canons = [one for one in self.canons if one.depth < depth]
