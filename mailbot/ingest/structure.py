"""
The bytes of a mail go in; its header fields and its tree of parts come out, as spans of the same bytes.

Promised: nothing raises, nothing is decoded or copied but header fields, and the time is bounded by the caps below
whatever the bytes are. What a cap or a repair left out is said in `warnings`. An attached mail (message/rfc822) is one
part: its own parts are not looked at, for they are no words of this writer.
"""

import re
from dataclasses import dataclass, field

from mailbot.ingest.headers import FIELD_LIMIT, Headers, split_params, unfold

HEADER_LIMIT = 256 * 1024
FIELDS_LIMIT = 1_000
PARTS_LIMIT = 500
DEPTH_LIMIT = 50
_PART_HEADER_LIMIT = 64 * 1024
_SCAN_FACTOR = 12  # how often, in all, the bytes of a mail may be searched for boundaries

_LOOKALIKES_LIMIT = 100_000

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_GUESS = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\ncontent-[a-z-]{1,40}:", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n(?:[ \t]*\r?\n|$)")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|"
    rb"in-reply-to|references|sender|delivered-to|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Part:
    """One part: what its header says and where its body stands. `type` is "" when the header names none."""

    headers: Headers
    type: str
    params: dict[str, str]
    disposition: str
    name: str
    encoding: str
    start: int
    end: int
    depth: int
    parent: str  # type of the multipart it stands in; "" for the mail itself
    children: list["Part"] = field(default_factory=list)

    def walk(self) -> list["Part"]:
        """This part and all below it, in the order of the mail."""
        found, waiting = [], [self]
        while waiting:
            part = waiting.pop()
            found.append(part)
            waiting.extend(reversed(part.children))
        return found

    @property
    def charset(self) -> str:
        return self.params.get("charset", "")


@dataclass(frozen=True, slots=True)
class Structure:
    raw: bytes  # line ends made readable where they were bare CR
    root: Part
    warnings: tuple[str, ...]


def find_structure(raw: bytes) -> Structure:
    """Find header and parts of a mail."""
    raw = _mend_line_ends(raw)
    scan = _Scan(raw)
    root = scan.read_root()
    scan.split(root)
    return Structure(raw, root, tuple(scan.warnings))


def find_header(raw: bytes) -> Structure:
    """Find the header of a mail and where its body begins, and look no further."""
    raw = _mend_line_ends(raw)
    scan = _Scan(raw)
    return Structure(raw, scan.read_root(), tuple(scan.warnings))


def _mend_line_ends(raw: bytes) -> bytes:
    head = raw[:FIELD_LIMIT]
    return raw.replace(b"\r", b"\n") if b"\n" not in head and b"\r" in head else raw


def _skip_preface(raw: bytes) -> int:
    """Past what mailbox files and broken gateways put above the header: a BOM, empty lines, an mbox line."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[start : start + 1] in (b"\n", b"\r") and raw[start : start + 1]:
        start += 1
    if raw.startswith((b"From ", b">From "), start):
        end = raw.find(b"\n", start, start + 1_000)
        start = end + 1 if end >= 0 else start
    return start


class _Scan:
    """One walk over one mail; keeps count of parts and of bytes searched."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.warnings: list[str] = []
        self.parts = 1
        self.budget = max(_SCAN_FACTOR * len(raw), 1_000_000)

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    # --- header fields

    def read_root(self) -> Part:
        headers, body = self.read_fields(_skip_preface(self.raw), len(self.raw), HEADER_LIMIT)
        return _make_part(headers, start=body, end=len(self.raw), depth=0, parent="")

    def read_fields(self, start: int, end: int, limit: int) -> tuple[Headers, int]:
        """The fields from `start` on and where the body begins; a line that is no field ends the header."""
        fields: list[tuple[str, bytearray]] = []
        position, stop = start, min(end, start + limit)
        while position < stop:
            line_end = self.raw.find(b"\n", position, stop) + 1 or stop
            line = self.raw[position:line_end]
            if not line.strip():
                if not (fields and self._is_empty_fold(line, line_end, stop)):
                    return self._finish(fields), line_end
            elif line[:1] in (b" ", b"\t") and fields:
                self._extend(fields[-1][1], line)
            elif (name := _FIELD.match(line)) is not None:
                if len(fields) >= FIELDS_LIMIT:
                    self.warn(f"only the first {FIELDS_LIMIT} header fields were read")
                    return self._finish(fields), self._header_end(position, end)
                fields.append((name[1].decode("ascii").lower(), bytearray(line[name.end() :][:FIELD_LIMIT])))
            elif not fields and line[:1] in (b" ", b"\t") and self._goes_on(line_end, stop):
                self.warn("the beginning of the header is missing")
            elif fields and self._goes_on(line_end, stop):
                self.warn("a damaged line in the header was taken as part of the field above it")
                self._extend(fields[-1][1], b" " + line)
            else:
                return self._no_field(fields, position)
            position = line_end
        if position < end:
            self.warn(f"only the first {limit // 1024} KiB of the header were read")
            position = self._header_end(position, end)
        return self._finish(fields), position

    def _no_field(self, fields: list[tuple[str, bytearray]], position: int) -> tuple[Headers, int]:
        if fields:
            self.warn("the header ends without an empty line")
        return self._finish(fields), position

    def _extend(self, value: bytearray, line: bytes) -> None:
        if len(value) + len(line) > FIELD_LIMIT:
            self.warn(f"only the first {FIELD_LIMIT // 1024} KiB of a header field were read")
        value += line[: max(0, FIELD_LIMIT - len(value))]

    def _finish(self, fields: list[tuple[str, bytearray]]) -> Headers:
        return Headers(tuple((name, bytes(value.strip())) for name, value in fields))

    def _is_empty_fold(self, line: bytes, position: int, stop: int) -> bool:
        """Whether a line of blanks alone is a fold with nothing in it (RFC 5322 4.2), for the header goes on below."""
        if line[:1] not in (b" ", b"\t"):
            return False
        below = self.raw[position : min(stop, position + 200)].split(b"\n", 1)[0]
        return bool(_KNOWN.match(below) or (below[:1] in (b" ", b"\t") and below.strip()))

    def _goes_on(self, position: int, stop: int) -> bool:
        """Whether a known field follows soon: then the line before was damage, not the end of the header."""
        for _ in range(3):
            if _KNOWN.match(self.raw, position, min(stop, position + 200)):
                return True
            line_end = self.raw.find(b"\n", position, min(stop, position + 2_000)) + 1
            if not line_end or not self.raw[position:line_end].strip():
                return False
            position = line_end
        return False

    def _header_end(self, position: int, end: int) -> int:
        empty = _HEADER_END.search(self.raw, max(0, position - 1), end)
        return empty.end() if empty else end

    # --- parts

    def split(self, root: Part) -> None:
        """Find the parts of every multipart, outermost first; without recursion, for nesting may be an attack."""
        waiting = [root]
        while waiting:
            part = waiting.pop()
            if part.type.startswith("multipart/"):
                part.children = self._children(part)
                waiting.extend(reversed(part.children))

    def _children(self, part: Part) -> list[Part]:
        if part.depth >= DEPTH_LIMIT:
            self.warn(f"parts nested deeper than {DEPTH_LIMIT} were not opened")
            return []
        boundary = self._boundary(part)
        spans = self._spans(boundary, part) if boundary else []
        if not spans:
            self.warn("a multipart has no parts: its boundary is missing; its content was taken as text")
        children = []
        for start, end in spans:
            if self.parts >= PARTS_LIMIT:
                self.warn(f"only the first {PARTS_LIMIT} parts were read")
                break
            self.parts += 1
            headers, body = self.read_fields(start, end, _PART_HEADER_LIMIT)
            child = _make_part(headers, start=body, end=max(body, end), depth=part.depth + 1, parent=part.type)
            children.append(child)
        return children

    def _boundary(self, part: Part) -> bytes:
        """The boundary the header names, else the one that the body evidently uses."""
        named = part.params.get("boundary", "").encode("utf-8", "replace").rstrip()
        if named and self.raw.find(b"--" + named, part.start, part.end) >= 0:
            return named
        guess = _GUESS.search(self.raw, part.start, min(part.end, part.start + 1_000_000))
        if guess:
            self.warn("a boundary that the header does not name was guessed")
            return guess[1]
        return b""

    def _spans(self, boundary: bytes, part: Part) -> list[tuple[int, int]]:
        """Where the parts between boundary lines begin and end; a missing last boundary is forgiven."""
        self.budget -= part.end - part.start
        if self.budget < 0:
            self.warn("nested parts were not opened: the mail is too intricate for its size")
            return []
        spans: list[tuple[int, int]] = []
        opened = -1
        for start, after in self._marks(b"--" + boundary, part):
            if opened >= 0:
                spans.append((opened, start))
            closing = self.raw[after : after + 2] == b"--"
            line_end = self.raw.find(b"\n", after, part.end)
            opened = -1 if closing or line_end < 0 else line_end + 1
            if closing or len(spans) > PARTS_LIMIT:
                break
        if opened >= 0 and len(spans) <= PARTS_LIMIT:
            self.warn("the last boundary is missing: the mail may have been cut short")
            spans.append((opened, part.end))
        return spans

    def _marks(self, mark: bytes, part: Part) -> list[tuple[int, int]]:
        """Every line that begins with the mark and holds nothing else: (end of what stands before, after the mark)."""
        marks: list[tuple[int, int]] = []
        position, seen = part.start, 0
        while len(marks) <= PARTS_LIMIT + 1 and (found := self.raw.find(mark, position, part.end)) >= 0:
            after = position = found + len(mark)
            seen += 1
            if seen > _LOOKALIKES_LIMIT:
                self.warn("too many lines look like a boundary: the rest was not split")
                break
            before = found - 1
            if found > part.start and self.raw[before : before + 1] != b"\n":
                continue
            rest = self.raw[after : min(part.end, after + 80)].split(b"\n", 1)[0].strip()
            if rest in (b"", b"--") or (rest.startswith(b"--") and not rest.strip(b"-")):
                before -= before > part.start and self.raw[before - 1 : before] == b"\r"
                marks.append((max(before, part.start), after))
        return marks


def _make_part(headers: Headers, *, start: int, end: int, depth: int, parent: str) -> Part:
    declared = headers.raw("content-type")
    kind, params = split_params(unfold(declared[0])) if declared else ("", {})
    if parent == "multipart/digest" and not declared:
        kind = "message/rfc822"
    where = headers.raw("content-disposition")
    disposition, extra = split_params(unfold(where[0])) if where else ("", {})
    if "=" in disposition:  # the word itself was forgotten: `Content-Disposition: filename="x"`
        disposition, extra = split_params(f";{unfold(where[0])}")
    return Part(
        headers=headers,
        type=kind if kind.count("/") == 1 else "",
        params=params,
        disposition=disposition,
        name=extra.get("filename") or params.get("name") or "",
        encoding=headers.token("content-transfer-encoding"),
        start=start,
        end=end,
        depth=depth,
        parent=parent,
    )
