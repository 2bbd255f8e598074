"""What a reader finds in a PDF of ours: its words, page by page, as another library reads them."""

import pypdfium2


def pages(pdf: bytes) -> list[str]:
    """Return the words of each page, with ordinary spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(one.get_textpage().get_text_bounded().split()) for one in document]


def words(pdf: bytes) -> str:
    """Return the words of all pages."""
    return " ".join(pages(pdf))
