"""Which single words of the phrases that clerks wrote are mostly one department's."""

from collections.abc import Sequence

from mailbot.classify.hints import MOST_WEIGHT
from mailbot.classify.mine import LEAST_MAILS, LEAST_SEEN, mine, write_hints
from mailbot.classify.rules import read_rules
from mailbot.classify.score import Labelled
from tests.classify import office_files

HEADER = "department,phrase,weight\n"


def mined(keywords: str, labelled: Sequence[Labelled] = ()) -> dict[tuple[str, str], float]:
    rules = read_rules({"keywords.csv": HEADER + keywords}, office_files.departments())
    return {(row.word, row.department): row.weight for row in mine(rules, labelled)}


def labelled(text: str, *departments: str) -> Labelled:
    return Labelled(
        id="1", language="en", subject="", body=text, departments=departments, district="", places=(), kind="new"
    )


def test_a_word_of_one_department_hints_at_it_the_more_the_more_phrases_hold_it() -> None:
    found = mined("HFW,nurse rude|nurse absent|bed dirty|bed broken|bed sold|bed given|bed lost,3\nPRD,road,3\n")
    assert found["bed", "HFW"] > found["nurse", "HFW"] > 0


def test_a_word_in_one_phrase_alone_says_too_little() -> None:
    assert LEAST_SEEN == 2
    assert mined("HFW,nurse rude|doctor absent,3\n") == {}


def test_a_word_that_two_departments_use_alike_hints_less_at_each() -> None:
    alone = mined("HFW,ward dirty|ward full|ward far,3\nPRD,road lost|road cut|road far,3\n")
    shared = mined("HFW,ward dirty|ward full|ward far,3\nPRD,ward lost|ward cut|road far,3\n")
    assert alone["ward", "HFW"] > shared["ward", "HFW"]
    assert ("far", "HFW") not in alone


def test_a_department_that_has_written_much_does_not_own_every_word() -> None:
    many = "|".join(f"ward {a}{b}x" for a in "abcdefgh" for b in "abcdefgh")
    found = mined(f"HFW,{many}|bill high|bill late,3\nPRD,bill cut|bill lost,3\n")
    assert found["bill", "PRD"] > found.get(("bill", "HFW"), 0.0)


def test_forms_of_a_word_are_one_and_it_stands_as_it_is_mostly_written() -> None:
    found = mined("HFW,হাসপাতালে নেই|হাসপাতাল নোংরা|হাসপাতাল দূর,3\n")
    assert [word for word, _ in found] == ["হাসপাতাল"]


def test_short_words_and_numbers_are_no_hints() -> None:
    assert mined("HFW,no 108|no 108 car|of 108,3\n") == {}


def test_labelled_mails_strike_out_a_word_that_many_use_and_hardly_for_that_department() -> None:
    keywords = "HFW,nurse please|please nurse,3\nPRD,road,3\n"
    assert set(mined(keywords)) == {("nurse", "HFW"), ("please", "HFW")}
    mails = [labelled(f"please mend road {i}", "PRD") for i in range(LEAST_MAILS)]
    assert set(mined(keywords, mails)) == {("nurse", "HFW")}
    assert ("please", "HFW") in mined(keywords, mails[1:])
    assert ("please", "HFW") in mined(keywords, [*mails, *[labelled("nurses, PLEASE", "PRD", "HFW")] * 2])


def test_no_word_of_a_labelled_mail_comes_into_the_table() -> None:
    mails = [labelled(f"the culvert of Haru Mandal {i}", "PRD") for i in range(20)]
    assert mined("HFW,nurse,3\nPRD,road,3\n", mails) == {}


def test_what_is_mined_can_be_read_back() -> None:
    keywords = f"{HEADER}HFW,{'|'.join(f'nurse {letter}' for letter in 'abcdefghijklmnopqrstuvwxyz')},3\n"
    files = {"keywords.csv": keywords}
    found = mine(read_rules(files, office_files.departments()))
    assert [(row.word, row.department) for row in found] == [("nurse", "HFW")]
    assert 1 < found[0].weight <= MOST_WEIGHT
    text = write_hints(found)
    assert text == f"word,department,weight\nnurse,HFW,{found[0].weight:g}\n"
    again = read_rules(files | {"hints.csv": text}, office_files.departments())
    assert again.hints.departments == {"HFW"}
    assert mine(again) == found
