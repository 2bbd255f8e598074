"""Is a back blank? Ink is what is darker than the paper around it: what shows through from the front is not.

The thresholds were chosen on generated pages: some three blank backs of four are recognised. So a back is left out only
where somebody asked for it, and the original keeps it.
"""

from typing import Final

from PIL import Image, ImageChops, ImageFilter

MARGIN: Final = 9
CELL: Final = 4
"""Millimetres: punch holes and skewed edges are cut off; a cell is the size of a word."""
MILLIMETRES: Final = 25.4
INKED_SHARE: Final = 0.02
STREAK_SHARE: Final = 0.6
MANY: Final = 10
"""Columns of cells, out of some fifty."""
WHITE, BLACK = 255, 0


def is_blank(image: Image.Image, dpi: float, threshold: int, cells: int) -> bool:
    """Say whether fewer than `cells` cells of a grey picture hold ink darker than the paper by `threshold`."""
    if _is_written(image, dpi, threshold):
        return False
    margin = round(MARGIN * dpi / MILLIMETRES)
    inked = _without_streaks(_ink(image, threshold)).crop(
        (margin, margin, max(margin + 1, image.width - margin), max(margin + 1, image.height - margin))
    )
    side = CELL * dpi / MILLIMETRES
    size = (max(1, round(inked.width / side)), max(1, round(inked.height / side)))
    shares = inked.resize(size, Image.Resampling.BOX)
    return sum(shares.histogram()[round(WHITE * INKED_SHARE) :]) < cells


def _is_written(image: Image.Image, dpi: float, threshold: int) -> bool:
    """Say at little cost that a page is full of text: whole cells are dark in many columns, as no streak makes them."""
    side = CELL * dpi / MILLIMETRES
    wide, high = max(1, round(image.width / side)), max(1, round(image.height / side))
    levels = image.resize((wide, high), Image.Resampling.BOX).tobytes()
    dark = sorted(levels)[len(levels) // 2] - threshold * 2 // 3
    return sum(1 for column in range(wide) if min(levels[column::wide]) < dark) >= MANY


def _ink(image: Image.Image, threshold: int) -> Image.Image:
    """Return the ink of a page, white on black."""
    page = image.filter(ImageFilter.BoxBlur(0.6))
    small = page.resize((max(1, page.width // 12), max(1, page.height // 12)), Image.Resampling.BOX)
    ground = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(2)).resize(page.size)
    return ImageChops.subtract(ground, page).point(lambda level: WHITE * (level > threshold))


def _without_streaks(ink: Image.Image) -> Image.Image:
    """Clear the columns inked on most of their height: dust in the feeder."""
    column = ink.resize((ink.width, 1), Image.Resampling.BOX)
    kept = column.point(lambda level: BLACK if level > STREAK_SHARE * WHITE else WHITE)
    return ImageChops.darker(ink, kept.resize(ink.size, Image.Resampling.NEAREST))
