"""
Lines of a mail go in; whether a block of labelled lines (From:, Sent:, To:, Subject:) that begins a quote stands there
comes out.

Promised: nothing raises, time is linear in the lines looked at. Known labels decide; unknown ones where the block has
the form of a mail's header: an address or a known name, a moment, our own subject. A block with a label that people
fill in themselves (mobile, village, father's name) is the writer's own.
"""

import re
from collections.abc import Sequence

from mailbot.ingest.quote_signs import ADDRESS, FORWARDED, TIME, YEAR, About, bare_subject, find_signs
from mailbot.ingest.vocabulary import words

_LABEL = re.compile(r"[ \t>*_]{0,6}([^\W\d_][^:：\n@<>]{0,34}?)[ \t*_]{0,4}[:：][ \t*_]{0,6}(\S.{0,900})?$")
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
    r"\b(?:mobile|phone|mob|contact|e-?mail|address|village|name|father\S*|husband\S*|aadhaar|age|district|block|ward)\b|"
    r"মোবাইল|ফোন|নাম|ঠিকানা|ইমেল|গ্রাম|मोबाइल|फोन|नाम|पता|ईमेल|गांव",
    re.IGNORECASE,
)
RULE = re.compile(r"[ \t>]{0,6}[_=*-]{5,200}[ \t]{0,5}")
TITLED_RULE = re.compile(r"[ \t>]{0,6}[-_=*]{2,60}[ \t]{0,5}[^-_=*\s][^\n]{1,120}?[ \t]{0,5}[-_=*]{2,60}[ \t]{0,5}")
ORIGINAL = re.compile(
    r"original|ursprüngliche|origine|oorspronkelijk|opprinnelig|oprindelig|alkuperäinen|исходное|"
    r"первоначальное|원본|原始|元のメッセージ|মূল বার্তা|"
    r"আসল বার্তা|मूल संदेश|सक्कल",
    re.IGNORECASE,
)

# A telephone has lost the line ends: "-------- Original message --------From: … <…> Date: … Subject: …".
_ALL_ON_ONE_LINE = re.compile(
    rf"[ \t>]{{0,6}}-{{4,20}} ?(?:{ORIGINAL.pattern}).{{0,20}}-{{4,20}}[ \t]{{0,3}}[^\s:：-][^:：\n]{{0,30}}[:：]",
    re.IGNORECASE,
)

_BLOCK_LINES = 14


def label_of(line: str) -> str:
    """The label a line begins with; "" when it has none."""
    found = _LABEL.fullmatch(line)
    return " ".join(found[1].split()).casefold() if found else ""


def begins_quote(lines: Sequence[str], index: int, about: About) -> bool:
    """Whether a header block, or a line that announces one, stands here."""
    line = lines[index]
    if _ALL_ON_ONE_LINE.match(line) and ADDRESS.search(line):
        return True
    if TITLED_RULE.fullmatch(line):
        signs = find_signs(line, about)
        says_so = bool(ORIGINAL.search(line)) or (signs.address and (signs.wrote or signs.colon or signs.when > 0))
        return says_so or header_block(lines, index + 1, about, ruled=True) >= 2
    if RULE.fullmatch(line):
        return header_block(lines, index + 1, about, ruled=True) >= 2
    label = label_of(line)
    if not label or (label not in _FROM_LABELS and index and label_of(lines[index - 1])):
        return False  # the block was looked at from its first line
    return header_block(lines, index, about) >= 3


def header_block(lines: Sequence[str], start: int, about: About, *, ruled: bool = False) -> int:
    """How many labelled lines (From:, Sent:, To: …) stand here; 0 when they are no header of a mail."""
    labels: list[str] = []
    texts: list[str] = []
    blanks = 0
    for line in lines[start : start + _BLOCK_LINES]:
        if label := label_of(line):
            labels.append(label)
            texts.append(line)
            blanks = 0
        elif not line.strip() and (blanks := blanks + 1) <= 1:
            continue
        elif labels and _continues(line, texts[-1]):
            texts.append(line)
        else:
            break
    return len(labels) if _is_mail_header(labels, texts, about, ruled=ruled) else 0


def _continues(line: str, above: str) -> bool:
    """Whether a line goes on with a list of recipients, or gives the value its label lacks."""
    return line.startswith((" ", "\t")) or above.rstrip().endswith((";", ",", ":", "："))


def _is_mail_header(labels: list[str], texts: list[str], about: About, *, ruled: bool) -> bool:
    """Known labels decide; unknown ones by what stands behind them, when no label is personal."""
    if not labels or FORWARDED.search(labels[0]):
        return False
    text = "\n".join(texts)
    moment = bool(YEAR.search(text)) + bool(TIME.search(text))
    address = bool(ADDRESS.search(text))
    if not (address or moment == 2):
        return False  # a letter, too, begins with From, To and Subject
    known = sum(label in _OTHER_LABELS for label in labels)
    if labels[0] in _FROM_LABELS and known >= 1:
        return True
    if (known >= 3 and any(label in _FROM_LABELS for label in labels)) or (ruled and known == len(labels) >= 2):
        return True
    if any(_OWN_LABELS.search(label) for label in labels):
        return False
    return _has_its_form(texts, about, named=address, moment=moment, enough=2 if ruled else 3)


def _has_its_form(texts: list[str], about: About, *, named: bool, moment: int, enough: int) -> bool:
    """Whether the values are those of a mail's header, whatever the labels mean."""
    folded = "\n".join(texts).casefold()
    who = named or any(name in folded for name in about.names)
    if not who or moment < 2 or len(texts) < enough:
        return False
    return len(texts) >= 4 or enough == 2 or _repeats_subject(texts, about)


def _repeats_subject(texts: list[str], about: About) -> bool:
    if len(about.subject) < 4:
        return False
    values = (re.split(r"[:：]", text.replace("*", ""), maxsplit=1)[-1] for text in texts)
    return any(bare_subject(value) == about.subject for value in values)


def word_above(lines: Sequence[str], index: int) -> int:
    """The nearest line above that is not empty; -1 when there is none."""
    index -= 1
    while index >= 0 and not lines[index].strip():
        index -= 1
    return index


def header_block_above(lines: Sequence[str], last: int, quoted: Sequence[bool], about: About) -> int | None:
    """A header block that ends at this line, with the rule above it; None when there is none."""
    for first in range(max(0, last - 9), last + 1):
        if quoted[first] or not lines[first].strip():
            continue
        size = header_block(lines, first, about)
        if size >= 2 and first + size >= last - 3:
            above = word_above(lines, first)
            has_rule = above >= 0 and bool(RULE.fullmatch(lines[above]) or TITLED_RULE.fullmatch(lines[above]))
            return above if has_rule and not FORWARDED.search(lines[above]) else (None if has_rule else first)
    return None
