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
