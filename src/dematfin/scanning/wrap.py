"""Images that are no PDF yet: each is wrapped in one, its own bytes kept. Runs in a process of its own."""

import errno
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream
from PIL import Image, ImageSequence, TiffImagePlugin

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.scanning.admission import Limits

INCH: Final = 72
QUICKLY: Final = 1
USUAL: Final = 200
"""Dots per inch of an image that does not say."""
OFFSETS, LENGTHS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, OPTIONS = 273, 279, 259, 262, 266, 293
ORIENTATION: Final = 274
TURNS: Final = {3: 180, 6: 90, 8: 270}
"""What the Exif orientation asks for, in degrees clockwise."""
PLAIN: Final = frozenset({"1", "L", "RGB"})
EXACT: Final = PLAIN | {"P", "YCbCr"}
"""What a PDF shows dot for dot; deeper or transparent images would lose something."""
GROUP_4: Final = 4
LEFT_TO_RIGHT: Final = 1


def wrap(source: Path, limits: Limits, target: Path) -> Iterator[str]:
    """Write a TIFF or a JPEG as a PDF without a loss, and yield a name for each page.

    Raises:
        PaperRefused: damaged, pixel_limit or too_many_pages.
    """
    try:
        with Image.open(source, formats=["JPEG", "TIFF"]) as image, pikepdf.new() as pdf:
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                _admit(frame, number, limits)
                _add(pdf, frame, source)
                yield f"page {number}"
            pdf.save(target, deterministic_id=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise _damaged() from error
    except (ValueError, SyntaxError, KeyError) as error:
        raise _damaged() from error


def _damaged() -> PaperRefused:
    message = "L'image est abîmée ou n'est pas une image TIFF ou JPEG. Refaites la numérisation."
    return PaperRefused(Reason.DAMAGED, message)


def _admit(frame: Image.Image, number: int, limits: Limits) -> None:
    if number > limits.pages:
        message = f"L'image a plus de {limits.pages} pages. Numérisez en plusieurs lots."
        raise PaperRefused(Reason.TOO_MANY_PAGES, message)
    if frame.width * frame.height > limits.megapixels * 1_000_000:
        message = f"La page {number} dépasse {limits.megapixels} Mpx. Baissez la résolution du copieur."
        raise PaperRefused(Reason.PIXEL_LIMIT, message)
    if frame.mode not in EXACT:
        message = f"La page {number} est d'un type d'image rare ({frame.mode}). Réglez le copieur sur PDF."
        raise PaperRefused(Reason.NOT_PDF, message)


def _add(pdf: Pdf, frame: Image.Image, source: Path) -> None:
    across, down = _resolution(frame)
    size = (frame.width * INCH / across, frame.height * INCH / down)
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1]
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=_stored(pdf, frame, source)))
    if turn := TURNS.get(frame.getexif().get(ORIENTATION, 1)):
        page.rotate(turn, relative=False)
    page.obj.Contents = Stream(pdf, f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Im0 Do Q".encode())


def _stored(pdf: Pdf, frame: Image.Image, source: Path) -> Stream:
    """Return the image: the bytes of a JPEG or of a G4 page as they are, any other deflated dot for dot."""
    if frame.format == "JPEG" and frame.mode in {"L", "RGB"}:
        return Stream(pdf, source.read_bytes(), _described(frame, 8, Filter=Name.DCTDecode))
    if isinstance(frame, TiffImagePlugin.TiffImageFile) and _is_one_g4_strip(frame):
        tags = frame.tag_v2
        with source.open("rb") as file:
            file.seek(tags[OFFSETS][0])
            data = file.read(tags[LENGTHS][0])
        dark_is_one = tags[PHOTOMETRIC] != 0
        parameters = Dictionary(K=-1, Columns=frame.width, Rows=frame.height, BlackIs1=dark_is_one)
        return Stream(pdf, data, _described(frame, 1, Filter=Name.CCITTFaxDecode, DecodeParms=parameters))
    plain = frame if frame.mode in PLAIN else frame.convert("RGB")
    bits = 1 if plain.mode == "1" else 8
    return Stream(pdf, zlib.compress(plain.tobytes(), QUICKLY), _described(plain, bits, Filter=Name.FlateDecode))


def _is_one_g4_strip(frame: TiffImagePlugin.TiffImageFile) -> bool:
    tags = frame.tag_v2
    return (
        tags.get(COMPRESSION) == GROUP_4
        and len(tags.get(OFFSETS, ())) == 1
        and tags.get(FILL_ORDER, LEFT_TO_RIGHT) == LEFT_TO_RIGHT
        and not tags.get(OPTIONS)
    )


def _described(image: Image.Image, bits: int, **encoding: Any) -> Dictionary:
    space = Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray
    return Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=space,
        BitsPerComponent=bits,
        **encoding,
    )


def _resolution(frame: Image.Image) -> tuple[float, float]:
    told = frame.info.get("dpi") or (USUAL, USUAL)
    sound = [float(one) if 10 < float(one) < 5000 else USUAL for one in told]  # noqa: PLR2004 - what scanners do
    return sound[0], sound[1]
