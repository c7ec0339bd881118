"""What a writer wrote above, between and below quotes, in many languages and mail programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.body import REPLY_MARKER, split_reply

ANSWER = "The road was repaired on 1 March.\nPhotos are with the junior engineer."
QUOTE = "Dear officer,\n\nA grievance was referred to you.\nPlease answer."
WHO = "Grievance Cell <grievance@example.net>"

INTROS = [
    f"On Mon, Mar 2, 2026 at 10:11 AM {WHO} wrote:",
    "On Mon, Mar 2, 2026 at 10:11 AM Grievance Cell of the Office <\ngrievance@example.net> wrote:",
    f"Am Mo., 2. März 2026 um 10:11 Uhr schrieb {WHO}:",
    f"Le lun. 2 mars 2026 à 10:11, {WHO} a écrit :",
    f"El lun, 2 mar 2026 a las 10:11, {WHO} escribió:",
    f"Il giorno lun 2 mar 2026 alle ore 10:11 {WHO} ha scritto:",
    f"Op ma 2 mrt 2026 om 10:11 schreef {WHO}:",
    f"пн, 2 мар. 2026 г. в 10:11, {WHO}:",
    f"pon., 2 mar 2026 o 10:11 {WHO} napisał(a):",
    f"2 Mar 2026 Pzt, saat 10:11 tarihinde {WHO} şunu yazdı:",
    f"2026年3月2日(月) 10:11 {WHO}:",
    f"{WHO} 于2026年3月2日周一 10:11写道：",
    f"2026년 3월 2일 (월) 오전 10:11, {WHO}님이 작성:",
    f"সোম, ২ মার্চ, ২০২৬ তারিখে ১০:১১ AM টায় {WHO} লিখেছেন:",
    f"सोम, 2 मार्च 2026 को 10:11 am बजे को {WHO} ने लिखा:",
    f"सोम, मार्च २, २०२६ मा १०:११ बजे {WHO} ले लेख्नुभयो:",
    f"திங்., 2 மார்., 2026, முற்பகல் 10:11 அன்று, {WHO} எழுதியது:",
    f"في الاثنين، ٢ مارس ٢٠٢٦ في ١٠:١١ ص تمت كتابة ما يلي بواسطة {WHO}:",
    f"ב-יום ב׳, 2 במרץ 2026 ב-10:11 מאת {WHO}:",
    f"Στις Δευ 2 Μαρ 2026 στις 10:11, ο χρήστης {WHO} έγραψε:",
    f"Vào Th 2, 2 thg 3, 2026 vào lúc 10:11 {WHO} đã viết:",
    f"ma 2. maaliskuuta 2026 klo 10.11 {WHO} kirjoitti:",
    f"Zzz, 2 xyz 2026 qq 10:11, {WHO} qqq qqq:",
]


def marked(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("intro", INTROS)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_a_marked_quote_goes_with_its_introduction_in_any_language(intro: str, gap: str) -> None:
    assert split_reply(f"{ANSWER}{gap}{intro}{gap}{marked(QUOTE)}").words == ANSWER


@pytest.mark.parametrize("intro", INTROS)
def test_a_quote_without_marks_is_known_by_address_and_date(intro: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{intro}\n\n{QUOTE}").words == ANSWER


BLOCKS = [
    f"From: {WHO}\nSent: Monday, March 2, 2026 10:11 AM\nTo: SDO <sdo@example.org>\nSubject: CM2600012349",
    f"*From:* {WHO}\n*Sent:* Monday, March 2, 2026 10:11 AM\n*To:* SDO\n*Subject:* CM2600012349",
    f"Von: {WHO}\nGesendet: Montag, 2. März 2026 10:11\nAn: SDO <sdo@example.org>\nBetreff: CM2600012349",
    f"প্রেরক: {WHO}\nতারিখ: ২ মার্চ ২০২৬ ১০:১১\nপ্রতি: SDO <sdo@example.org>\nবিষয়: CM2600012349",
    f"प्रेषक: {WHO}\nदिनांक: 2 मार्च 2026 10:11\nप्रति: SDO <sdo@example.org>\nविषय: CM2600012349",
    f"Qqqq: {WHO}\nXxxx: 2 zzz 2026 10:11\nYyyy: SDO <sdo@example.org>\nZzzz: CM2600012349",
]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("rule", ["", "_" * 32 + "\n", "-----Original Message-----\n", "-----মূল বার্তা-----\n"])
def test_a_block_of_labelled_lines_begins_a_quote(block: str, rule: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{rule}{block}\n\n{QUOTE}").words == ANSWER


def test_words_below_and_between_quotes_stay() -> None:
    text = f"{INTROS[0]}\n{marked('Is it done?')}\n\nYes.\n\n{marked('When?')}\n\nOn 1 March.\n"
    assert split_reply(text).words == "Yes.\n\nOn 1 March."


@pytest.mark.parametrize("mark", [">", "> ", ">> ", "| ", "GC> "])
def test_other_quote_marks_are_seen(mark: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{INTROS[0]}\n{marked(QUOTE, mark)}").words == ANSWER


@pytest.mark.parametrize(
    "words",
    [
        "On Monday I wrote to the BDO:\nno answer came.",
        "From: Haripada Sardar\nTo: The BDO\nSubject: House grant\n\nMy house fell.",
        "He said at 10:30 on 1.3.2026:\ngo away. I called bdo@example.org too.",
        "Name: Ram\nMobile: 9830012345\nE-mail: ram@example.org\nDate: 1.3.2026 10:30",
        "Regards from the village: we wrote three times.",
        "Sent from pillar to post for a year. From the block office nobody came.",
        "| ward | tanks |\n| 11 | 2 |",
        "The items are as follows:\n- tank\n- pipe",
        "My answers are below:\n1. yes\n2. no",
    ],
)
@pytest.mark.parametrize("answers", [True, False])
def test_ordinary_sentences_are_no_quote(words: str, answers: bool) -> None:
    assert split_reply(words, answers=answers).words == words


def test_in_a_new_mail_a_block_or_a_sentence_with_date_and_address_is_the_writers_own() -> None:
    text = f"{ANSWER}\n\n{BLOCKS[0]}\n\n{INTROS[0]}\n\n{QUOTE}\n> set apart"
    assert split_reply(text, answers=False).words == text


@pytest.mark.parametrize("title", ["---------- Forwarded message ---------", "-------- ফরোয়ার্ড করা বার্তা --------"])
def test_forwarded_words_stay(title: str) -> None:
    text = f"See below.\n\n{title}\n{BLOCKS[0]}\n\n{QUOTE}"
    assert split_reply(text).words == text


def test_our_marker_ends_the_answer_with_marks_or_without() -> None:
    ours = f"{REPLY_MARKER}\n\n{QUOTE}"
    assert split_reply(f"{ANSWER}\n\n{ours}").words == ANSWER
    assert split_reply(f"{ANSWER}\n\nQq zz wrote something unknown <a@example.net>:\n{marked(ours)}").words == ANSWER
    assert split_reply(f"{ANSWER}\n\n{ours}\n\n{REPLY_MARKER}\n\nAnd below it.").words == f"{ANSWER}\n\nAnd below it."


def test_when_nothing_would_be_left_everything_stays() -> None:
    text = marked(QUOTE)
    reply = split_reply(text)
    assert (reply.words, reply.kept_all) == (text, True)


LINES = st.sampled_from(
    [
        "word one",
        "",
        "> quoted",
        ">> deeper",
        INTROS[0],
        INTROS[13],
        BLOCKS[0],
        REPLY_MARKER,
        "-- ",
        "_" * 30,
        "From: x",
        "| a",
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=40), st.booleans())
def test_no_text_becomes_empty_and_nothing_is_invented(lines: list[str], answers: bool) -> None:
    text = "\n".join(lines)
    reply = split_reply(text, answers=answers)
    assert bool(reply.words.strip()) == bool(text.strip())
    there = {line.rstrip() for line in text.split("\n")}
    assert all(line.rstrip() in there for line in reply.words.split("\n") if line.strip())


@given(st.lists(st.sampled_from(["alpha", "beta gamma", "", "delta"]), min_size=1, max_size=10))
def test_plain_words_come_back_as_they_are(lines: list[str]) -> None:
    words = "\n".join(lines)
    assert split_reply(words).words.split() == words.split()
