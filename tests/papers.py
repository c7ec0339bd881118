"""Letters as files: the smallest of each kind that their programs would open. And a mail that brings one."""

import io
import struct
import zipfile
from email.message import EmailMessage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def a_letter(
    data: bytes,
    kind: str,
    name: str,
    *,
    text: str = "Please see the letter.",
    sender: str = "Ram Das <ram@example.org>",
    subject: str = "Letter",
) -> bytes:
    """A mail that says little, and brings a file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "cm@example.net", subject
    message["Message-ID"] = "<letter@example.org>"
    message.set_content(text)
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def pdf(*lines: str) -> bytes:
    """The smallest PDF with these lines of text."""
    shown = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 12 Tf 72 700 Td {shown} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (at, one) for at, one in enumerate(objects, 1))
    return body + b"trailer<</Root 1 0 R/Size 6>>\n%%EOF\n"


def packed(files: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def docx(*paragraphs: str, xml: str = "") -> bytes:
    runs = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    return packed({"word/document.xml": xml or f'<w:document xmlns:w="{_W}"><w:body>{runs}</w:body></w:document>'})


def odt(inner: str, *, xml: str = "") -> bytes:
    body = f"<office:body><office:text>{inner}</office:text></office:body>"
    spaces = f'xmlns:office="{_OFFICE}" xmlns:text="{_TEXT}"'
    return packed(
        {"mimetype": ODT, "content.xml": xml or f"<office:document-content {spaces}>{body}</office:document-content>"}
    )


# --- winmail.dat --------------------------------------------------------------------------------------------------


def tnef(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def tnef_attribute(name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", 2, name, 6, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def tnef_file(name: str, data: bytes) -> bytes:
    """The attributes of a file: that it begins, its short name, its bytes, its long name."""
    return b"".join(
        [
            tnef_attribute(0x9002, b"\1\0" + b"\0" * 12),
            tnef_attribute(0x8010, b"FILE~1.DAT\0"),
            tnef_attribute(0x800F, data),
            tnef_attribute(0x9005, tnef_properties((0x1F, 0x3707, f"{name}\0".encode("utf-16-le")))),
        ]
    )


def tnef_properties(*properties: tuple[int, int, bytes]) -> bytes:
    """MAPI properties of variable length: kind, key, value."""
    found = [struct.pack("<I", len(properties))]
    for kind, key, value in properties:
        found.append(struct.pack("<HHII", kind, key, 1, len(value)) + value + b"\0" * (-len(value) % 4))
    return b"".join(found)


# --- old Word files -----------------------------------------------------------------------------------------------

_SECTOR = 512
_FREE, _CHAIN_ENDS, _IS_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def doc(text: str) -> bytes:
    """The smallest file of Word 97 with this text: the letters in one stream, where they stand in another."""
    letters = text.replace("\n", "\r").encode("utf-16-le") + b"\r\0"
    count, start = len(letters) // 2, 0x800
    pieces = struct.pack("<IIHIH", 0, count, 0, start, 0)
    table = b"\2" + struct.pack("<I", len(pieces)) + pieces
    head = bytearray(start)
    for place, form, value in (
        (0x00, "<H", 0xA5EC),
        (0x02, "<H", 0x00C1),
        (0x06, "<H", 0x0409),
        (0x0A, "<H", 0x1200),  # letters of two bytes; the table is in 1Table
        (0x0C, "<H", 0x00BF),
        (0x18, "<I", start),
        (0x1C, "<I", start + len(letters)),
        (0x20, "<H", 14),
        (0x3E, "<H", 22),
        (0x4C, "<I", count),
        (0x98, "<H", 0x5D),
        (0x1A2, "<I", 0),
        (0x1A6, "<I", len(table)),
    ):
        struct.pack_into(form, head, place, value)
    return _ole({"WordDocument": bytes(head) + letters, "1Table": table})


def _ole(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, each long enough not to need the small sectors."""
    fat = [_IS_FAT, _CHAIN_ENDS]
    entries = [_entry("Root Entry", kind=5, child=1, start=_CHAIN_ENDS, size=0)]
    sectors = b""
    for number, (name, data) in enumerate(streams.items(), 1):
        held = data.ljust(4_096, b"\0")
        held += b"\0" * (-len(held) % _SECTOR)
        start, length = len(fat), len(held) // _SECTOR
        fat += [*range(start + 1, start + length), _CHAIN_ENDS]
        after = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, kind=2, child=_FREE, start=start, size=len(held), after=after))
        sectors += held
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    packed_fat = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0)
    head += struct.pack("<IIIII", 4_096, _CHAIN_ENDS, 0, _CHAIN_ENDS, 0) + struct.pack("<I", 0)
    return head.ljust(_SECTOR, b"\xff") + packed_fat + directory + sectors


def _entry(name: str, *, kind: int, child: int, start: int, size: int, after: int = _FREE) -> bytes:
    written = f"{name}\0".encode("utf-16-le")
    tail = struct.pack("<HBBIII", len(written), kind, 1, _FREE, after, child) + b"\0" * 36
    return written.ljust(64, b"\0") + tail + struct.pack("<IIxxxx", start, size)
