"""
The text of a mail goes in; what its writer wrote above, between and below the quotes comes out.

Promised: nothing raises, time is linear in the lines, and no word outside a quote is lost: where it is not certain that
lines are a quote or a signature, they stay. A quote is known by its form (marks before the lines, an address beside a
date above them, a block of labelled lines, our own marker), so the language of the mail program does not matter.
A forward is no quote: the forwarded words are the grievance.
"""

import re
import unicodedata
from dataclasses import dataclass

from mailbot.ingest.signature import strip_signature
from mailbot.ingest.vocabulary import words

# A line that our own mails carry, at the top and at the bottom of what may be quoted back to us.
REPLY_MARKER = "--- Please reply above this line (mailbot) ---"

_LINES_LIMIT = 20_000
_LINE_LIMIT = 1_000  # characters of a line that are looked at
_INTRO_LINES = 4
_INTRO_LENGTH = 500

_MARKER = re.compile(r"please\s{1,3}reply\s{1,3}above\s{1,3}this\s{1,3}line\s{1,3}\(mailbot\)", re.IGNORECASE)
_MARK = re.compile(r"[ \t]{0,3}(?:[>＞»]|&gt;|[A-Z][A-Za-z]{0,3}>(?=[ >]|$))")
_PIPE = re.compile(r"[ \t]{0,3}[|│┃¦] ?")
_MBOX = re.compile(r">From ")
_ADDRESS = re.compile(r"[^\s<>\[\](),;:]{1,64}@[^\s<>\[\](),;:]{1,255}")
_YEAR = re.compile(r"(?<!\d)(?:1[34]\d\d|19\d\d|20\d\d|25\d\d)(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h٫]\s?\d{2}(?!\d)")
_COLON_END = (":", "：", ":-", "፦", "…", "&colon;", "：>", "﹕")
_WROTE = re.compile(
    r"\b(?:wrote|writes|said|schrieb|écrit|escribió|scritto|scrive|schreef|skrev|skrifaði|kirjoitti|napisał|"
    r"napsal|napísal|írta|scris|"
    r"yazdı|написал|написала|пише|пишет|написа|έγραψε|viết|menulis|nulis|sumulat|escreveu|escribiu|"
    r"va escriure|idatzi|shkroi|kirjutas|"
    r"rakstīja|rašė|likhechen|likha)\b|写道|寫道|书写|のメール|:のメッセージ|작성|লিখেছেন|লিখেছে|লেখেন|লিখলেন|"
    r"ने लिखा|लिखा|लेख्नुभयो|लेख्नु|எழுதினார்|వ్రాసారు|લખ્યું|ਲਿਖਿਆ|เขียน|כתב|كتب|نوشت",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[ \t>*_]{0,6}([^\W\d_][^:：\n@<>]{0,28}?)[ \t*_]{0,4}[:：][ \t*_]{0,6}(\S.{0,900})?$")
_FROM_LABELS = words(
    """
    from de von van da fra från lähettäjä od nadawca feladó expéditeur remitente mittente absender
    afzender avsändare от кого від gönderen kimden 发件人 寄件者 差出人 보낸사람 보낸 사람 থেকে প্রেরক হইতে प्रेषक से
    बाट από emisor expedidor dari từ จาก
    """
) | {"от кого", "보낸 사람", "de la"}
_OTHER_LABELS = words(
    """
    sent date to cc subject gesendet datum an betreff envoyé à objet enviado fecha para asunto
    inviato data a oggetto verzonden aan onderwerp sendt til emne skickat till ämne lähetetty
    vastaanottaja aihe odesláno komu předmět wysłano do temat elküldve címzett tárgy отправлено дата
    кому тема gönderildi tarih kime konu 发送时间 收件人 主题 日期 寄件日期 收件者 主旨 送信日時 宛先 件名
    보낸날짜 받는사람 제목 তারিখ
    প্রতি প্রাপক বিষয় পাঠানো दिनांक तारीख प्रति सेवा विषय reply-to importance priority assunto
    destinatario destinataire dato kopi
    """
)
# Labels that complainants fill in themselves; a block with one of these is no mail header.
_OWN_LABELS = re.compile(
    r"mobile|phone|\bmob\b|contact|e-?mail|address|village|name|father|husband|aadhaar|age|district|block|"
    r"মোবাইল|ফোন|নাম|ঠিকানা|ইমেল|গ্রাম|मोबाइल|फोन|नाम|पता|ईमेल|गांव",
    re.IGNORECASE,
)
_RULE = re.compile(r"[ \t>]{0,6}[_=*-]{5,200}[ \t]{0,5}")
_TITLED_RULE = re.compile(r"[ \t>]{0,6}[-_=*]{2,60}[ \t]{0,5}[^-_=*\s][^\n]{1,60}?[ \t]{0,5}[-_=*]{2,60}[ \t]{0,5}")
_ORIGINAL = re.compile(
    r"original|ursprüngliche|origine|oorspronkelijk|opprinnelig|oprindelig|alkuperäinen|исходное|"
    r"первоначальное|원본|原始|元のメッセージ|মূল বার্তা|"
    r"আসল বার্তা|मूल संदेश|सक्कल",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"forward|weitergeleitet|transféré|reenviado|inoltrato|doorgestuurd|encaminhada|vidaresänt|videresendt|"
    r"пересылаемое|переслан|转发|转寄|"
    r"ফরোয়ার্ড|ফরোয়ার্ড|ফরওয়ার্ড|ফরওয়ার্ড|अग्रेषित|फ़ॉरवर्ड|फॉरवर्ड|अगाडि पठाइ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """
    `words` are the writer's; `signature` is what was taken off below them. `cut` says that something was taken off;
    `kept_all` that nothing would have been left, so that everything stayed.
    """

    words: str
    signature: str
    cut: bool
    kept_all: bool


def split_reply(text: str, *, answers: bool = True) -> Reply:
    """
    Take quotes and signatures off.

    Args:
        text: The whole body.
        answers: Whether headers or subject say that this mail answers another. When not, a block of labelled lines or
            a sentence with an address and a date is the writer's own, and only marked quotes are taken off.
    """
    lines = text.split("\n")
    looked_at, rest = lines[:_LINES_LIMIT], lines[_LINES_LIMIT:]
    quoted = _find_quotes(looked_at, answers=answers)
    own = [line for line, is_quote in zip(looked_at, quoted, strict=True) if not is_quote]
    words, signature = strip_signature(_trim(own + ([] if quoted and quoted[-1] else rest)))
    if not words.strip() and text.strip():
        return Reply(text.strip("\n"), "", cut=False, kept_all=True)
    return Reply(words, signature, cut=any(quoted) or bool(signature), kept_all=False)


def _trim(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


# --- quotes -------------------------------------------------------------------------------------------------------


def _find_quotes(lines: list[str], *, answers: bool) -> list[bool]:
    """For each line, whether it is a quote or introduces one."""
    plain = [_ascii_digits(line[:_LINE_LIMIT]) for line in lines]
    quoted = _marked(plain)
    _mark_intros(plain, quoted, answers=answers)
    _mark_ours(plain, quoted)
    if answers:
        start = _unmarked_start(plain, quoted)
        if start is not None:
            quoted[start:] = [True] * (len(quoted) - start)
    return quoted


def _ascii_digits(line: str) -> str:
    """Digits of every script as 0-9, so that a Bengali or Persian date is seen as one."""
    if line.isascii():
        return line
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() and char > "\x7f" else char for char in line)


def _marked(lines: list[str]) -> list[bool]:
    """Lines with a quote mark, and the empty lines between them."""
    quoted = [bool(_MARK.match(line)) and not _MBOX.match(line) for line in lines]
    pipes = [bool(_PIPE.match(line)) for line in lines]
    for index in range(1, len(lines)):
        if pipes[index] and pipes[index - 1] and not _is_table(lines[index]):
            quoted[index] = quoted[index - 1] = True
    last = None
    for index, line in enumerate(lines):
        if quoted[index]:
            if last is not None:
                quoted[last:index] = [True] * (index - last)
            last = index
        elif line.strip():
            last = None
    return quoted


def _is_table(line: str) -> bool:
    """A row that also ends in a bar is a table, not a quote."""
    return line.rstrip().endswith(("|", "│", "┃", "¦")) or line.count("|") > 2


def _mark_intros(lines: list[str], quoted: list[bool], *, answers: bool) -> None:
    """
    Count the sentence above a marked quote, which says whose words follow, to the quote.

    In a mail that answers nothing, marks without such a sentence are the writer's own way of setting lines apart.
    """
    marked = list(quoted)
    for index, is_quote in enumerate(marked):
        if not is_quote or (index and marked[index - 1]):
            continue
        above = _word_above(lines, index)
        start = None
        if above >= index - 3:
            start = _intro_start(lines, above, quoted, marked=True)
            start = _header_block_above(lines, above, quoted) if start is None else start
        if start is not None:
            quoted[start:index] = [True] * (index - start)
        elif not answers:
            end = next((at for at in range(index, len(marked)) if not marked[at]), len(marked))
            quoted[index:end] = [False] * (end - index)


def _intro_start(lines: list[str], last: int, quoted: list[bool], *, marked: bool) -> int | None:
    """
    Where the sentence ending at line `last` begins that introduces a quote; None when it is no such sentence.

    It is grown upwards while it lacks the address or the date that such a sentence has, at most four lines.
    """
    found = None
    for first in range(last, max(-1, last - _INTRO_LINES), -1):
        if first < 0 or quoted[first] or not lines[first].strip():
            break
        if first < last and _ends_sentence(lines[first]):
            break
        sentence = " ".join(line.strip() for line in lines[first : last + 1])
        if len(sentence) > _INTRO_LENGTH or _FORWARDED.search(sentence):
            break
        if found is not None and not _adds(lines[first], sentence=" ".join(lines[found : last + 1])):
            break
        # A last line without any sign of its own is a sentence of the writer, unless all signs are above it.
        needs_all = found is None and first < last and not _has_sign(lines[last])
        if _is_intro(sentence, marked=marked and not needs_all):
            found = first
    return found


def _has_sign(line: str) -> bool:
    return bool(_ADDRESS.search(line) or _YEAR.search(line) or _TIME.search(line) or _WROTE.search(line) or ">" in line)


def _ends_sentence(line: str) -> bool:
    return (
        line.rstrip().endswith((".", "!", "?", "।", "。"))
        and not _YEAR.search(line[-12:])
        and not _ADDRESS.search(line)
    )


def _adds(line: str, *, sentence: str) -> bool:
    """Whether the line above brings what the sentence still lacks."""
    if sentence.count(">") > sentence.count("<"):
        return True
    needs_date = not (_YEAR.search(sentence) or _TIME.search(sentence))
    needs_address = not _ADDRESS.search(sentence)
    return (needs_date and bool(_YEAR.search(line))) or (needs_address and bool(_ADDRESS.search(line)))


def _is_intro(sentence: str, *, marked: bool) -> bool:
    """Address and date beside each other, or one of them and a colon at the end; without quote marks all three."""
    if sentence.count(">") > sentence.count("<"):
        return False  # its beginning is on the line above
    end = sentence.rstrip(" *_>\u200e\u200f").endswith(_COLON_END)
    address = bool(_ADDRESS.search(sentence))
    date = bool(_YEAR.search(sentence)) + bool(_TIME.search(sentence))
    wrote = bool(_WROTE.search(sentence))
    if not marked:
        return (end and date > 0 and (address or (wrote and date == 2))) or (wrote and address and date == 2)
    if end and (wrote or address or date == 2):
        return True
    return address and date > 0 and (date == 2 or wrote)


def _mark_ours(lines: list[str], quoted: list[bool]) -> None:
    """Our own marker: what stands between two of them is ours; after a single unmarked one, everything."""
    marks = [index for index, line in enumerate(lines) if _MARKER.search(line)]
    if not marks:
        return
    first, last = marks[0], marks[-1]
    if not quoted[first]:
        end = last + 1 if last > first else len(lines)
        start = _intro_start(lines, _word_above(lines, first), quoted, marked=True)
        block = _header_block_above(lines, _word_above(lines, first), quoted)
        begin = min((at for at in (start, block, first) if at is not None), default=first)
        quoted[begin:end] = [True] * (end - begin)
    for index in marks:
        quoted[index] = True


def _word_above(lines: list[str], index: int) -> int:
    index -= 1
    while index >= 0 and not lines[index].strip():
        index -= 1
    return index


def _unmarked_start(lines: list[str], quoted: list[bool]) -> int | None:
    """Where a quote without marks begins: everything below it is another's. None when there is none."""
    for index, line in enumerate(lines):
        if quoted[index] or not line.strip():
            continue
        if _TITLED_RULE.fullmatch(line) and _FORWARDED.search(line):
            return None
        if _begins_quote(lines, index):
            return index
        end = _sentence_end(lines, index)
        if end is not None and _words_follow(lines, end) and not any(quoted[index : end + 1]):
            return index
    return None


def _begins_quote(lines: list[str], index: int) -> bool:
    line = lines[index]
    if _TITLED_RULE.fullmatch(line):
        return bool(_ORIGINAL.search(line)) or _header_block(lines, index + 1) >= 3
    if _RULE.fullmatch(line):
        size = _header_block(lines, index + 1)
        return size >= 3 or (size == 2 and _has_from(lines, index + 1))
    label = _label_of(line)
    if not label or (label not in _FROM_LABELS and index and _label_of(lines[index - 1])):
        return False  # the block was looked at from its first line
    return _header_block(lines, index) >= 3


def _sentence_end(lines: list[str], index: int) -> int | None:
    """The last line of an unmarked introduction that begins here."""
    for last in range(index, min(len(lines), index + _INTRO_LINES)):
        if not lines[last].strip():
            return None
        if not lines[last].rstrip(" *_").endswith(_COLON_END):
            continue
        sentence = " ".join(line.strip() for line in lines[index : last + 1])
        if len(sentence) > _INTRO_LENGTH or _FORWARDED.search(sentence):
            return None
        if not _is_intro(sentence, marked=False):
            return None
        # The writer's own line may stand right above: then the introduction begins below it.
        date = min(found.start() for found in (_YEAR.search(sentence), _TIME.search(sentence)) if found)
        first = " ".join(lines[index].split())
        return last if date <= len(first) or _ADDRESS.search(first) else None
    return None


def _words_follow(lines: list[str], end: int) -> bool:
    return any(line.strip() for line in lines[end + 1 :])


# --- blocks of labelled lines -------------------------------------------------------------------------------------


def _label_of(line: str) -> str:
    """The label a line begins with; "" when it has none."""
    found = _LABEL.fullmatch(line)
    return " ".join(found[1].split()).casefold() if found else ""


def _header_block(lines: list[str], start: int) -> int:
    """How many labelled lines (From:, Sent:, To: …) stand here; 0 when they are no header of a mail."""
    labels: list[str] = []
    texts: list[str] = []
    blanks = 0
    for line in lines[start : start + 14]:
        if label := _label_of(line):
            labels.append(label)
            texts.append(line)
            blanks = 0
        elif not line.strip() and (blanks := blanks + 1) <= 1:
            continue
        elif (labels and line.startswith((" ", "\t"))) or (texts and texts[-1].rstrip().endswith((";", ","))):
            texts.append(line)
        else:
            break
    return len(labels) if _is_mail_header(labels, "\n".join(texts)) else 0


def _is_mail_header(labels: list[str], text: str) -> bool:
    """Known labels decide; unknown ones when address, year and time stand among them and no label is personal."""
    if not labels or _FORWARDED.search(labels[0]):
        return False
    if not (_ADDRESS.search(text) or (_YEAR.search(text) and _TIME.search(text))):
        return False  # a letter, too, begins with From, To and Subject
    known = sum(label in _OTHER_LABELS for label in labels)
    if labels[0] in _FROM_LABELS and known >= 1:
        return True
    if known >= 3 and any(label in _FROM_LABELS for label in labels):
        return True
    if any(_OWN_LABELS.search(label) for label in labels):
        return False
    return len(labels) >= 4 and bool(_ADDRESS.search(text) and _YEAR.search(text) and _TIME.search(text))


def _has_from(lines: list[str], start: int) -> bool:
    head = next((line for line in lines[start : start + 3] if line.strip()), "")
    return _label_of(head) in _FROM_LABELS


def _header_block_above(lines: list[str], last: int, quoted: list[bool]) -> int | None:
    """A header block that ends at this line, with the rule above it; None when there is none."""
    for first in range(max(0, last - 9), last + 1):
        if quoted[first] or not lines[first].strip():
            continue
        size = _header_block(lines, first)
        if size >= 2 and first + size >= last - 3:
            above = _word_above(lines, first)
            has_rule = above >= 0 and bool(_RULE.fullmatch(lines[above]) or _TITLED_RULE.fullmatch(lines[above]))
            return above if has_rule and not _FORWARDED.search(lines[above]) else (None if has_rule else first)
    return None
