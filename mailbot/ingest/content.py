"""
The structure of a mail goes in; the text its reader sees and the list of its attachments come out.

Promised: nothing raises; no more than `TEXT_LIMIT` characters of text are decoded, attachments are not decoded at all;
an attached mail is one attachment, and its words never mix with the writer's. Of alternatives the plain text is taken,
unless it is empty or a mere notice beside a full HTML part.
"""

import re
from dataclasses import dataclass, field

from mailbot.ingest.charset import decode_text
from mailbot.ingest.headers import one_line, safe_name
from mailbot.ingest.html import HTML_LIMIT, html_to_text, read_html
from mailbot.ingest.rtf import decompress_rtf, rtf_to_text
from mailbot.ingest.sniff import HEAD_BYTES, keep_closed, sniff_type
from mailbot.ingest.structure import Part, Structure
from mailbot.ingest.tnef import Tnef, read_tnef
from mailbot.ingest.transfer import content_size, decode_transfer, take_uu_files
from mailbot.model import Attachment

TEXT_LIMIT = 1024 * 1024
_TNEF_LIMIT = 30 * 1024 * 1024
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_NEVER_TEXT = re.compile(
    r"text/(?:calendar|x-vcalendar|vcard|x-vcard|directory|csv|rtf|rfc822-headers|x-amp-html|css|javascript|xml|"
    r"x-patch|x-diff|x-python|x-log)"
)
_NOTICE = re.compile(r"\bhtml\b", re.IGNORECASE)  # "your mail program does not show HTML", in any language
_META = re.compile(rb"<meta[^<>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_LOOKS_HTML = re.compile(r"\s{0,200}<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(slots=True)
class Content:
    """What was found so far. `texts` are the inline texts in order."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    spent: int = 0  # bytes of text parts already decoded
    starts: list[str] = field(default_factory=list)  # lines with which, by the HTML, quotes begin
    files: list["File"] = field(default_factory=list)  # the attachments whose bytes can be had
    spare: str | None = None  # the words of the first winmail.dat, for a mail that has no others
    unused_html: Part | None = None  # the HTML beside the plain text that was taken

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    @property
    def text(self) -> str:
        return "\n".join(text for text in self.texts if text)[:TEXT_LIMIT]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment and the part it stands in: the whole of it, or from `start` on inside a winmail.dat."""

    attachment: Attachment
    part: Part
    start: int | None = None

    def read(self, raw: bytes, limit: int) -> bytes | None:
        """Its bytes, of the mail's; None when they are more than the limit."""
        if self.attachment.size_bytes > limit:
            return None
        span = (self.part.start, self.part.end)
        if self.start is None:
            data, cut = decode_transfer(raw, span, self.part.encoding, limit)
            return None if cut else data
        return decode_transfer(raw, span, self.part.encoding, _TNEF_LIMIT)[0][self.start :][
            : self.attachment.size_bytes
        ]


def find_content(structure: Structure) -> Content:
    """The text and the attachments of a mail."""
    content = Content()
    reader = _Reader(structure.raw, content)
    reader.take(structure.root)
    if content.spare and not any(text.strip() for text in content.texts):
        content.texts.append(content.spare)
    return content


def read_text(raw: bytes, part: Part, *, limit: int = TEXT_LIMIT) -> tuple[str, bool]:
    """A leaf's content as text, and whether a limit cut it."""
    data, cut = decode_transfer(raw, (part.start, part.end), part.encoding, limit)
    label = part.charset
    if part.type == "text/html" and not label and (meta := _META.search(data[:4_000])):
        label = meta[1].decode("ascii")
    return decode_text(data, label), cut


def quote_starts(structure: Structure, content: Content) -> list[str]:
    """The lines with which quotes begin, asked of the HTML beside the plain text when that was not read."""
    if content.starts or content.unused_html is None:
        return content.starts
    return list(read_html(read_text(structure.raw, content.unused_html, limit=HTML_LIMIT)[0]).starts)


class _Reader:
    """Takes one part after the other and files each as text or attachment."""

    def __init__(self, raw: bytes, content: Content) -> None:
        self.raw = raw
        self.content = content

    def take(self, part: Part) -> None:
        """Parts nest at most `DEPTH_LIMIT` deep, so this recursion is bounded."""
        if part.children and part.type == "multipart/alternative":
            self._take_alternative(part)
        elif part.children:
            self._take_each(part.children)
        elif self._is_text(part):
            self._add_text(part)
        else:
            self._attach(part)

    def _take_each(self, parts: list[Part]) -> None:
        for part in parts:
            self.take(part)

    # --- which part is what

    def _is_text(self, part: Part) -> bool:
        """Whether a leaf is words of this mail. A name alone makes no attachment of the first text."""
        kind = part.type
        if kind.startswith("multipart/"):
            return part.disposition != "attachment"  # its boundary never came: the words must not be lost
        if kind and (not kind.startswith("text/") or _NEVER_TEXT.match(kind)):
            return False
        if part.disposition == "attachment":
            return False
        return not part.name or not any(text.strip() for text in self.content.texts)

    # --- text

    def _add_text(self, part: Part) -> None:
        text = self._text_of(part)
        if not text.strip():
            return
        if part.type == "text/html" and self._is_repeated(text):
            return
        self.content.texts.append(text.strip("\n"))

    def _is_repeated(self, text: str) -> bool:
        """Some mailers send text and HTML of the same words without calling them alternatives."""
        before = _letters("".join(self.content.texts))
        return bool(before) and _letters(text) == before

    def _text_of(self, part: Part) -> str:
        limit = max(0, TEXT_LIMIT - self.content.spent)
        text, cut = read_text(self.raw, part, limit=limit)
        self.content.spent += min(limit, part.end - part.start)
        if cut:
            self.content.warn(f"only the first {TEXT_LIMIT // 1024} KiB of text were read")
        if part.type == "text/html" or (part.type in ("", "text/plain") and _LOOKS_HTML.match(text)):
            if len(text) > HTML_LIMIT:
                self.content.warn(f"only the first {HTML_LIMIT // 1024} kB of HTML were read")
            page = read_html(text)
            self.content.starts += page.starts
            return page.text
        if part.type in _ENRICHED:
            return re.sub(r"<[^<>]{0,200}>", "", text.replace("<<", "<"))
        if part.params.get("format", "").lower() == "flowed":
            text = _unflow(text, drop_space=part.params.get("delsp", "").lower() == "yes")
        return self._without_uu(text) if "\nbegin " in f"\n{text}" else text

    def _without_uu(self, text: str) -> str:
        text, files = take_uu_files(text)
        self.content.attachments += [
            Attachment(safe_name(name), sniff_type("", b"", name), size) for name, size in files
        ]
        return text

    def _take_alternative(self, part: Part) -> None:
        """One rendering of the words; whatever is no rendering of them is an attachment."""
        plain = [child for child in part.children if child.type in ("text/plain", "") and not child.children]
        plain = [child for child in plain if child.disposition != "attachment"]
        rich = [child for child in part.children if child not in plain and _holds_html(child)]
        text = "\n".join(filter(str.strip, (self._text_of(child) for child in plain)))
        use_rich = bool(rich) and self._is_stub(text, rich)
        if not use_rich and text.strip():
            self.content.texts.append(text.strip("\n"))
        for child in part.children:
            if child in plain:
                continue
            if child not in rich or use_rich:
                self.take(child)
            else:
                self.content.unused_html = next(filter(_is_html, child.walk()), None)
                self._take_enclosed(child)

    def _take_enclosed(self, part: Part) -> None:
        """What comes with an HTML rendering that is not used: its pictures and files, not its words."""
        for leaf in part.walk():
            is_rendering = _is_html(leaf) or (leaf.type == "text/plain" and not leaf.name)
            if not leaf.children and not leaf.type.startswith("multipart/") and not is_rendering:
                self._attach(leaf)

    def _is_stub(self, text: str, rich: list[Part]) -> bool:
        """Whether the plain part is empty, or a notice ("cannot show HTML") beside the real words."""
        words = _letters(text)
        if len(words) > 200:
            return False
        shown = next(leaf for part in rich for leaf in part.walk() if _is_html(leaf))
        data, _ = decode_transfer(self.raw, (shown.start, shown.end), shown.encoding, HTML_LIMIT)
        says_so = bool(_NOTICE.search(text))
        if words and len(data) < 600 and not says_so:
            return False
        full = _letters(html_to_text(read_text(self.raw, shown, limit=HTML_LIMIT)[0]))
        if says_so:
            return bool(full) and words not in full
        return not words or (len(full) > 4 * len(words) + 100 and not full.startswith(words[:40]))

    # --- attachments

    def _attach(self, part: Part) -> None:
        if part.type.startswith("multipart/") and not self.raw[part.start : part.end].strip():
            return
        is_tnef = part.type in _TNEF_TYPES or part.name.lower() == "winmail.dat"
        if is_tnef and self._open_tnef(part):
            return
        size = content_size(self.raw, (part.start, part.end), part.encoding)
        if not part.type and not part.name and not size:
            return
        name = safe_name(part.name)
        head, _ = decode_transfer(self.raw, (part.start, part.end), part.encoding, HEAD_BYTES)
        kind = sniff_type(_type_of(part) if part.type or part.headers.has("content-type") else "", head, name)
        self._add_file(File(Attachment(name, kind, size), part), head)

    def _add_file(self, file: File, head: bytes) -> None:
        self.content.attachments.append(file.attachment)
        self.content.files.append(file)
        if reason := keep_closed(file.attachment.type, head, file.attachment.name):
            self.content.warn(f"an attachment is {reason}: it is kept as it came and was not opened")

    def _open_tnef(self, part: Part) -> bool:
        """The files inside a winmail.dat in its place; its words are the mail's when there are no others."""
        data, cut = decode_transfer(self.raw, (part.start, part.end), part.encoding, _TNEF_LIMIT)
        tnef = None if cut else read_tnef(data)
        if tnef is None:
            self.content.warn("a winmail.dat could not be opened")
            return False
        for file in tnef.files:
            name = safe_name(file.long_name or decode_text(file.name, tnef.charset))
            head = data[file.start : file.start + min(file.size_bytes, HEAD_BYTES)]
            kind = sniff_type("", head, name)
            if kind == "application/octet-stream":
                kind = sniff_type("", b"", name)  # Outlook declares no types: the name is all that is left
            self._add_file(File(Attachment(name, kind, file.size_bytes), part, file.start), head)
        if self.content.spare is None and (tnef.text or tnef.html or tnef.rtf):
            self.content.spare = _words_of(tnef) if not any(text.strip() for text in self.content.texts) else ""
        return bool(tnef.files)


def _words_of(tnef: Tnef) -> str:
    """The plain text, else the HTML's, else the RTF's: the same words, which Outlook wrote once or more."""
    if tnef.text.strip():
        return decode_text(tnef.text[:TEXT_LIMIT], tnef.charset)
    if tnef.html.strip():
        meta = _META.search(tnef.html[:4_000])
        return html_to_text(decode_text(tnef.html[:HTML_LIMIT], meta[1].decode("ascii") if meta else tnef.charset))
    return rtf_to_text(decompress_rtf(tnef.rtf, limit=HTML_LIMIT), limit=HTML_LIMIT)


def _is_html(part: Part) -> bool:
    return part.type == "text/html" and part.disposition != "attachment"


def _holds_html(part: Part) -> bool:
    return any(_is_html(leaf) for leaf in part.walk())


def _type_of(part: Part) -> str:
    return one_line(part.type)[:120] or (
        "text/plain" if not part.headers.has("content-type") else "application/octet-stream"
    )


def _letters(text: str) -> str:
    """Letters and digits alone, to compare two renderings of the same words."""
    return "".join(filter(str.isalnum, text[:100_000]))


def _unflow(text: str, *, drop_space: bool) -> str:
    """Join the lines that format=flowed (RFC 3676) has broken, quoted ones with their like."""
    lines: list[str] = []
    parts: list[str] = []
    open_depth = -1  # depth of the line being joined; -1 when the next one stands alone
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if parts and depth != open_depth:
            lines.append("".join(parts))
            parts = []
        if not parts:
            parts.append(">" * depth + (" " if depth else ""))
        goes_on = words.endswith(" ") and words != "-- "
        parts.append(words[:-1] if goes_on and drop_space else words)
        open_depth = depth if goes_on else -1
        if not goes_on:
            lines.append("".join(parts))
            parts = []
    lines.append("".join(parts))
    return "\n".join(line if line == "-- " else line.rstrip(" ") for line in lines)
