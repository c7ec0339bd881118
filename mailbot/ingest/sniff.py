"""
The first bytes of a file and its name go in; what it is, and whether it had better stay closed, comes out.

Promised: nothing raises, nothing is opened or unpacked. A declared type is believed unless it says nothing
(`application/octet-stream`) or is absent.
"""

import re

HEAD_BYTES = 512
_NOTHING_SAID = frozenset(
    {"", "application/octet-stream", "application/binary", "application/x-binary", "binary/octet-stream"}
)
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
_ZIP = b"PK\x03\x04"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ENDINGS = {
    "bmp": "image/bmp",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": _WORD,
    "eml": "message/rfc822",
    "gif": "image/gif",
    "htm": "text/html",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
# The containers whose inner kind only the name tells: a DOCX is a ZIP, a DOC is an OLE storage.
_CONTAINERS = frozenset({"application/zip", "application/x-ole-storage"})
_EXECUTABLE = re.compile(
    r"\.(?:exe|scr|com|pif|bat|cmd|msi|dll|cpl|js|jse|vbs|vbe|wsf|wsh|hta|ps1|lnk|jar|apk|iso|img|reg|chm|sh|"
    r"docm|xlsm|pptm|xll|one)\.?\s{0,5}$",
    re.IGNORECASE,
)
_EXECUTABLE_TYPES = frozenset({"application/x-msdownload", "application/x-executable", "application/x-dosexec"})
_ARCHIVES = frozenset(
    {"application/zip", "application/x-zip-compressed", "application/vnd.rar", "application/x-rar-compressed"}
) | {"application/x-7z-compressed", "application/gzip", "application/x-bzip2", "application/x-xz", "application/x-tar"}


def sniff_type(declared: str, head: bytes, name: str) -> str:
    """The type of a file: as declared, else by its first bytes, else by its name, else octet-stream."""
    if declared.lower() not in _NOTHING_SAID:
        return declared
    ending = _ENDINGS.get(name.rpartition(".")[2].lower(), "")
    found = "application/zip" if head.startswith(_ZIP) else _by_magic(head)
    if found in _CONTAINERS:
        return ending or found
    return found or (ending if not _is_other(head, ending) else "") or declared or "application/octet-stream"


def _by_magic(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return {b"heic": "image/heic", b"M4A ": "audio/mp4"}.get(head[8:12], "video/mp4")
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


def _is_other(head: bytes, ending: str) -> bool:
    """Whether the first bytes belie the name: a picture or a PDF always begins as such."""
    return bool(head) and any(kind == ending for _, kind in _MAGIC)


def keep_closed(kind: str, head: bytes, name: str) -> str:
    """Why a file is not to be opened; "" when nothing speaks against it."""
    if kind in _EXECUTABLE_TYPES or _by_magic(head) in _EXECUTABLE_TYPES or _EXECUTABLE.search(name):
        return "a program"
    if head.startswith(_ZIP) and len(head) > 7 and head[6] & 1:
        return "encrypted"
    if kind in _ARCHIVES and not kind.startswith("application/vnd.openxml"):
        return "an archive"
    return ""
