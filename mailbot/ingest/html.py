"""
The HTML of a mail goes in; its text comes out, with the lines a reader would see.

Promised: nothing raises; time and memory are bounded: HTML is cut at `HTML_LIMIT`, and what a linear look shows to be
nested or formatted without end never reaches the parser but has its tags struck out. Scripts, styles, the head and what
is hidden are left out; words of neighbouring blocks and cells are never glued together; quoted blocks come out with
`> ` before each line, as a plain-text mail would have them.
"""

import html as entities
import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailbot.ingest.vocabulary import words

HTML_LIMIT = 512 * 1024
LEVELS_LIMIT = 1_000
_OPEN_FORMATS_LIMIT = 60
QUOTE = "> "
_SHOWN_QUOTES = 5
_STARTS_LIMIT = 50

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_SELF_CLOSED = words(
    """
    area base br col command embed hr img input link meta param source track wbr p li td th tr dt dd
    option tbody thead tfoot html head body o
    """
)
# A parser opens these anew in every later block until they are closed: a thousand of them make memory explode.
_FORMATS = words(
    """
    a b big code em font i nobr s small strike strong tt u
    """
)
_SKIPPED = words(
    """
    script style head template title noframes object svg math select textarea iframe
    """
)
_BLOCKS = words(
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figure footer
    form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot
    thead tr ul
    """
)
_SPACED = words(
    """
    p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre dl
    """
)
_CELLS = frozenset({"td", "th"})
# What mail programs write around, or before, the mail that is answered. Outlook marks it by nothing but a grey line.
_QUOTE_BEGINS = re.compile(
    r"gmail_(?:attr|quote)|moz-cite-prefix|divrplyfwdmsg|appendonsend|yahoo_quoted|zmail_extra|protonmail_quote|"
    r"tutanota_quote|outlookmessageheader|ms-outlook-mobile-reference|mail-editor-reference|reply-intro|zwchr|"
    r"stopspelling|olk_src_body|messagereplysection|isreplycontent|replyforwardmessage|cm_quote|apple-mail-quote|"
    r"quoted-?(?:message|text|mail|reply)|wordsection_quote|ydp[0-9a-f]{6,10}yahoo_quoted|ntes_quote|"
    r"history_container|x_gmail_quote|lark-mail-quote|aliyun.{0,20}quote"
)
_OUTLOOK_LINE = re.compile(r"border(?:-top)?:(?:none;border-top:)?solid#?(?:b5c4df|e1e1e1|windowtext)1\.0pt")
_HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all|visibility\s{0,5}:\s{0,5}hidden")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BLANKS = re.compile(r"\n{3,}")
_STRUCK = re.compile(r"<[/!?a-zA-Z][^<>]{0,2000}>")
_BLOCK_TAG = re.compile(r"<(?:/?(?:p|div|tr|li|h[1-6]|table|blockquote)|br)\b[^<>]{0,2000}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The text of an HTML mail, and the lines with which, as its mail program says, quotes begin."""

    text: str
    starts: tuple[str, ...] = ()


def html_to_text(html: str) -> str:
    """The text of an HTML mail; "" for HTML without words."""
    return read_html(html).text


def read_html(html: str) -> HtmlText:
    """The text of an HTML mail, and where its quotes begin."""
    html = html[:HTML_LIMIT].replace("\0", "")
    if "<" not in html:
        return HtmlText(_tidy(entities.unescape(html)))
    root = LexborHTMLParser(html).root if is_tame(html) else None
    if root is None:
        return HtmlText(_strike_tags(html))
    page = _write(root)
    return HtmlText(_tidy("\n".join(page.lines)), tuple(page.starts))


def is_tame(html: str) -> bool:
    """Whether no more levels and formats stand open at once than a parser can bear."""
    levels = formats = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _SELF_CLOSED:
            continue
        step = -1 if tag[1] else 1
        levels = max(0, levels + step)
        if name in _FORMATS:
            formats = max(0, formats + step)
        if levels > LEVELS_LIMIT or formats > _OPEN_FORMATS_LIMIT:
            return False
    return True


def _strike_tags(html: str) -> str:
    """The words of HTML that must not be parsed."""
    for name in ("script", "style", "head"):
        html = _drop_element(html, name)
    return _tidy(entities.unescape(_STRUCK.sub(" ", _BLOCK_TAG.sub("\n", html))))


def _drop_element(html: str, name: str) -> str:
    kept, position, lower = [], 0, html.lower()
    if len(lower) != len(html):
        return html  # some letter has a longer lower case: offsets would lie
    while (start := lower.find(f"<{name}", position)) >= 0:
        end = lower.find(f"</{name}", start)
        if end < 0:
            break
        kept.append(html[position:start])
        position = end
    return "".join([*kept, html[position:]])


@dataclass(slots=True)
class _Page:
    """Text being written: finished lines, the line at hand, and how deep in quotes it stands."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    quotes: int = 0
    pre: int = 0
    gap: bool = False  # a blank belongs before the next word
    begins: bool = False  # the next line with words is the first of a quote
    starts: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        if self.pre:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for line in rest:
                self.end_line(force=True)
                self.line.append(line)
            return
        shown = _SPACES.sub(" ", text)
        if shown.startswith(" "):
            self.gap = True
        if shown := shown.strip(" "):
            self.line.append(" " + shown if self.gap and self.line else shown)
            self.gap = text[-1] in " \t\r\n\f\v"

    def end_line(self, *, force: bool = False) -> None:
        if self.line or force:
            self._note_start()
            mark = QUOTE * min(self.quotes, _SHOWN_QUOTES)
            self.lines.append((mark + "".join(self.line)).rstrip())
        self.line = []
        self.gap = False

    def _note_start(self) -> None:
        if self.begins and (words := " ".join("".join(self.line).split())):
            self.begins = False
            if len(self.starts) < _STARTS_LIMIT:
                self.starts.append(words)

    def end_quote(self) -> None:
        """A quote ends with its last words, not with empty marked lines."""
        while self.lines and self.quotes and self.lines[-1] and not self.lines[-1].strip("> "):
            self.lines.pop()
        self.quotes = max(0, self.quotes - 1)

    def end_paragraph(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append((QUOTE * min(self.quotes, _SHOWN_QUOTES)).rstrip())


def _write(root: LexborNode) -> _Page:
    """Walk the tree without recursion, entering and leaving each element."""
    page = _Page()
    node: LexborNode | None = root
    inside: list[LexborNode] = []
    while node is not None:
        below = _enter(node, page)
        if below is not None:
            inside.append(node)
            node = below
            continue
        while node is not None and node.next is None:
            if not inside:
                node = None
                break
            node = inside.pop()
            _leave(node, page)
        node = node.next if node is not None and inside else None
    page.end_line()
    return page


def _enter(node: LexborNode, page: _Page) -> LexborNode | None:
    """Write what a node begins with; give its first child when it is to be entered."""
    tag = node.tag
    if tag == "-text":
        page.write(node.text_content or "")
        return None
    if tag == "br":
        page.end_line(force=True)
        return None
    if tag is None or tag in _SKIPPED or tag.startswith(("-", "!")):
        return None
    attributes = node.attributes
    if _is_hidden(attributes):
        return None
    _begin(tag, attributes, page)
    child: LexborNode | None = node.child
    if child is None:
        _leave(node, page)
    return child


def _begin(tag: str, attributes: dict[str, str | None], page: _Page) -> None:
    if tag in _BLOCKS:
        page.end_line()
        if tag in _SPACED and "MsoNormal" not in (attributes.get("class") or ""):
            page.end_paragraph()
    elif tag in _CELLS:
        page.gap = True
    if tag == "li":
        page.line.append("- ")
    if tag == "pre":
        page.pre += 1
    if attributes and _begins_quote(attributes):
        page.end_line()
        page.begins = True
    if _is_quote(tag, attributes):
        page.quotes += 1


def _leave(node: LexborNode, page: _Page) -> None:
    tag = node.tag or ""
    if tag in _BLOCKS:
        page.end_line()
        if _is_quote(tag, node.attributes):
            page.end_quote()
        if tag in _SPACED and "MsoNormal" not in (node.attributes.get("class") or ""):
            page.end_paragraph()
    elif tag in _CELLS:
        page.gap = True
    if tag == "pre":
        page.pre = max(0, page.pre - 1)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _HIDDEN.search(style[:2_000].lower()))


def _begins_quote(attributes: dict[str, str | None]) -> bool:
    """Whether a mail program says here that the mail being answered follows."""
    named = " ".join(attributes.get(key) or "" for key in ("id", "class", "name"))[:500].lower()
    if (attributes.get("name") or "").lower() == "quote" or _QUOTE_BEGINS.search(named):
        return True
    style = (attributes.get("style") or "")[:500].lower().replace(" ", "")
    return bool(style) and bool(_OUTLOOK_LINE.search(style))


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    """A quoted mail, not a paragraph that its writer moved to the right."""
    if tag == "blockquote":
        style = (attributes.get("style") or "")[:2_000].lower().replace(" ", "")
        kind = (attributes.get("class") or "").lower()
        is_cited = (attributes.get("type") or "").lower() == "cite" or "quote" in kind.replace("blockquote", "")
        return is_cited or not ("border:none" in style or "margin:00040px" in style or "indent" in kind)
    return tag == "div" and "yahoo_quoted" in (attributes.get("class") or "")


def _tidy(text: str) -> str:
    """Blanks of every kind become plain ones, line ends are trimmed, and one empty line is enough."""
    text = text.replace("\xa0", " ").replace("\u200b", "").replace("\xad", "").replace("\ufeff", "")
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n ")
