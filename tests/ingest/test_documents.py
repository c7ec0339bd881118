"""Words of DOCX and ODT files, as their programs show them."""

import pytest

from mailbot.ingest.documents import Closed, office_text
from tests.papers import docx, odt, packed

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<text:p>one</text:p><text:h>two</text:h>", "one\ntwo\n"),
        ("<text:p>a<text:tab/>b<text:s text:c='3'/>c<text:line-break/>d</text:p>", "a\tb   c\nd\n"),
        ("<text:p>a<text:s/>b<text:span>c</text:span>d<text:s text:c='x'/>e</text:p>", "a bcd e\n"),
        ("<text:p>a<text:s text:c='999999999'/>b</text:p>", "a" + " " * 100 + "b\n"),
        ("<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p>kept</text:p>", "kept\n"),
        ("<text:p>kept<office:annotation><text:p>remark</text:p></office:annotation> too</text:p>", "kept too\n"),
        (f"<text:p>a<d:frame xmlns:d='{DRAW}'><text:p>box</text:p></d:frame>b</text:p>", "abox\nb\n"),
        ("<text:list><text:list-item><text:p>point</text:p></text:list-item></text:list>", "point\n"),
        ("not words<text:p>words</text:p>", "words\n"),
    ],
)
def test_an_odt_is_read_in_the_order_of_its_words(inner: str, text: str) -> None:
    assert office_text(odt(inner), limit=1_000) == text


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        ("a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c", "a\tb\nc\n"),
        ("a</w:t></w:r><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:r><w:t>b", "ab\n"),
        ("a</w:t><w:instrText>PAGE</w:instrText><w:delText>x</w:delText><w:t>b", "ab\n"),
        (
            f"a</w:t><m:Any xmlns:m='{MC}'><w:t>box</w:t><m:Fallback><w:t>box</w:t></m:Fallback></m:Any><w:t>b",
            "aboxb\n",
        ),
        ("a</w:t></w:r><w:pPr><w:tabs><w:tab w:pos='9'/></w:tabs></w:pPr><w:r><w:t>b", "ab\n"),
    ],
)
def test_a_docx_is_read_as_word_shows_it(paragraph: str, text: str) -> None:
    assert office_text(docx(paragraph), limit=1_000) == text


def test_reading_ends_at_the_limit() -> None:
    assert office_text(docx(*["word "] * 50_000), limit=100) == ("word \n" * 20)[:100]


def test_what_is_no_document_stays_closed() -> None:
    with pytest.raises(Closed):
        office_text(packed({"xl/workbook.xml": "<a/>"}), limit=100)
