"""Draw a page of a PDF. Only a confined process may import this: a file may take its decoder over.

The library (PDFium, as in Chromium) is built without scripts and without XFA. Fonts that a file lacks are taken from
the library itself, as no file can be opened: they have Latin letters only.
"""

from bot.decoding.messages import MAX_PAGES, MAX_SIDE_PIXELS, DecodingFailure, DecodingRequest, Pixels

try:
    import pypdfium2
except ImportError:
    HAS_PDFIUM = False
else:
    HAS_PDFIUM = True

PASSWORD_ERROR = 4
"""FPDF_ERR_PASSWORD of fpdfview.h."""

PIXELS_PER_POINT = 2.0
"""144 pixels an inch, as long as no side has more than `MAX_SIDE_PIXELS`: small print can be read."""


def decode_pdf(request: DecodingRequest) -> Pixels | DecodingFailure:
    """Draw a page, with what was typed into its forms, on white."""
    if not HAS_PDFIUM or request.kind != "application/pdf":
        return DecodingFailure.UNREADABLE
    try:
        document = pypdfium2.PdfDocument(request.content)
        document.init_forms()
        pages = min(len(document), MAX_PAGES)
        page = document[request.page if request.page < pages else 0]
        scale = min(PIXELS_PER_POINT, (MAX_SIDE_PIXELS - 1) / max(page.get_size()))
        drawn = page.render(scale=scale, rev_byteorder=True)
        rows, width = memoryview(drawn.buffer), 3 * drawn.width
        data = b"".join(rows[at : at + width] for at in range(0, drawn.height * drawn.stride, drawn.stride))
        return Pixels("RGB", drawn.width, drawn.height, data, pages)
    except MemoryError:
        return DecodingFailure.TOO_LARGE
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == PASSWORD_ERROR
        return DecodingFailure.LOCKED if locked else DecodingFailure.UNREADABLE
    except Exception:  # of damage, of sizes below 0
        return DecodingFailure.UNREADABLE
