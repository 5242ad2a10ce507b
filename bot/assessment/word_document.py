"""Writes Word documents (DOCX, ISO/IEC 29500): headings, paragraphs, bullets, tables, in Thai offices' typeface.

Only what the draft of an analysis needs, so that no library has to be installed for it. A DOCX is a ZIP of XML files.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

WORD_FONT = "TH Sarabun New"
"""The typeface that Thai offices write in, and have."""
_POINTS = 16
_CELL_POINTS = 14
_TWIPS_PER_MM = 1440 / 25.4
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = (
    f'{_HEADER}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_PART}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_PART}.styles+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_PART}.numbering+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_PART}.header+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PACKAGE_RELATIONS = (
    f'{_HEADER}<Relationships xmlns="{_RELATIONSHIPS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Target="docProps/core.xml" '
    f'Type="{_RELATIONSHIPS}/metadata/core-properties"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'{_HEADER}<Relationships xmlns="{_RELATIONSHIPS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/header" Target="header1.xml"/></Relationships>'
)
_FONTS = (
    f'<w:rFonts w:ascii="{WORD_FONT}" w:hAnsi="{WORD_FONT}" w:eastAsia="{WORD_FONT}" w:cs="{WORD_FONT}"/>'
)


def _format_size(points: int, *, bold: bool = False) -> str:
    """Return run properties: Word takes the size and weight of Thai from the settings of complex scripts (Cs)."""
    weight = "<w:b/><w:bCs/>" if bold else ""
    return f'{weight}<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/>'


_STYLES = (
    f"{_HEADER}<w:styles {_NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{_FONTS}{_format_size(_POINTS)}"
    '<w:lang w:val="en-US" w:bidi="th-TH"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:after="80"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        '<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/>'
        f'<w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f"<w:rPr>{_format_size(_POINTS + 2 - level, bold=True)}</w:rPr></w:style>"
        for level in (1, 2)
    )
    + '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>'
    f'<w:pPr><w:jc w:val="center"/></w:pPr><w:rPr>{_format_size(_POINTS + 2, bold=True)}</w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="ListBullet"><w:name w:val="List Bullet"/>'
    '<w:basedOn w:val="Normal"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
)
_NUMBERING = (
    f'{_HEADER}<w:numbering {_NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="567" w:hanging="284"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class WordDocumentBuilder:
    """Builds a document from its top to its end."""

    def __init__(self) -> None:
        self._body = list[str]()

    def add_paragraph(self, text: str, style: str = "Normal", align: str = "left") -> None:
        """Add a paragraph; a line break in it stays one. style: Normal, Title, Heading1, Heading2 or ListBullet."""
        place = "" if align == "left" else f'<w:jc w:val="{align}"/>'
        self._body.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{place}</w:pPr>{_format_run(text)}</w:p>')

    def add_table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
        """Add a table whose head stands again on each page. widths: of the columns, in millimetres."""
        twips = [round(width * _TWIPS_PER_MM) for width in widths]
        edges = "".join(
            f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
            for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
        self._body.append(
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
            + _format_row(head, twips, is_head=True)
            + "".join(_format_row(row, twips) for row in rows)
            + "</w:tbl><w:p/>"
        )

    def build(self, title: str, author: str, mark: str, at: datetime) -> bytes:
        """Return the DOCX. mark: stands at the head of every page; at: when it was made, which decides every byte."""
        instant = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        parts = {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _PACKAGE_RELATIONS,
            "docProps/core.xml": _format_properties(title, author, instant),
            "word/document.xml": f"{_HEADER}<w:document {_NAMESPACES}><w:body>{''.join(self._body)}{_PAGE}"
            "</w:body></w:document>",
            "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
            "word/styles.xml": _STYLES,
            "word/numbering.xml": _NUMBERING,
            "word/header1.xml": f'{_HEADER}<w:hdr {_NAMESPACES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
            f"{_format_run(mark, bold=True)}</w:p></w:hdr>",
        }
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content.encode(), zipfile.ZIP_DEFLATED)
        return out.getvalue()


_PAGE = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1417" w:header="567" w:footer="567" '
    'w:gutter="0"/></w:sectPr>'
)


def _format_run(text: str, *, bold: bool = False, points: int = 0) -> str:
    properties = _format_size(points, bold=bold) if points else "<w:b/><w:bCs/>" if bold else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{_escape_text(line)}</w:t>' for line in text.split("\n")
    )
    return f"<w:r><w:rPr>{properties}</w:rPr>{lines}</w:r>"


def _escape_text(text: str) -> str:
    """Return a text for XML, without the characters that it cannot have."""
    return escape(_NOT_IN_XML.sub("", text))


def _format_row(cells: Sequence[str], widths: Sequence[int], *, is_head: bool = False) -> str:
    repeated = (
        "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if is_head else "<w:trPr><w:cantSplit/></w:trPr>"
    )
    shown = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>'
        f"{_format_run(text, bold=is_head, points=_CELL_POINTS)}</w:p></w:tc>"
        for text, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr>{repeated}{shown}</w:tr>"


def _format_properties(title: str, author: str, instant: str) -> str:
    day = f'xsi:type="dcterms:W3CDTF">{instant}'
    return (
        f"{_HEADER}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_escape_text(title)}</dc:title><dc:creator>{_escape_text(author)}</dc:creator>"
        f"<dc:language>th-TH</dc:language><dcterms:created {day}</dcterms:created>"
        f"<dcterms:modified {day}</dcterms:modified></cp:coreProperties>"
    )
