"""Case references: made, checked, and found in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.reference import FIRST_YEAR, LAST_SERIAL, LAST_YEAR, find_references, is_reference, make_reference

references = st.builds(
    make_reference, st.integers(FIRST_YEAR, LAST_YEAR), st.integers(min_value=1, max_value=LAST_SERIAL)
)
BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def test_a_reference_is_prefix_year_serial_and_check_digit() -> None:
    assert make_reference(2026, 1234) == "CM2600012349"
    assert make_reference(2026, 1) == "CM2600000014"


@pytest.mark.parametrize(("year", "serial"), [(2019, 1), (2060, 1), (2026, 0), (2026, -1), (2026, 10_000_000)])
def test_a_year_or_serial_without_room_is_refused(year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="a reference has room for"):
        make_reference(year, serial)


@given(references)
def test_what_is_made_is_a_reference(reference: str) -> None:
    assert is_reference(reference)
    assert len(reference) == 12


@given(references, st.integers(2, 11), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(reference: str, position: int, shift: int) -> None:
    digit = str((int(reference[position]) + shift) % 10)
    assert not is_reference(reference[:position] + digit + reference[position + 1 :])


@given(references, st.integers(2, 10))
def test_every_swap_of_neighbours_is_noticed(reference: str, position: int) -> None:
    one, two = reference[position], reference[position + 1]
    assert one == two or not is_reference(reference[:position] + two + one + reference[position + 2 :])


@pytest.mark.parametrize(
    "text", ["", "CM", "cm2600012349", "CM260001234", "CM26000123490", "CM২৬০০০১২৩৪৯", "CM2600012349\n"]
)
def test_only_our_own_spelling_is_a_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "CM2600012349",
        "Re: [CM2600012349] No doctor",
        "cm 26 000 1234 9",
        "CM-26-0001234-9",
        "CM 2600012349, dated 12.11.2026",
        "C.M. 26/0001234/9",
        "CM\n2600012349",
        "CM\u00a026\u00a00001234\u00a09",
        "CM\u200b2600\u200d012349",
        "CM–26–0001234–9",
        "CM26OOO12349",
        "cm26ooo12349",
        "CM2600O1234 9",
        "CM২৬০০০১২৩৪৯",
        "CM २६०००१२३४९",
        "CM２６０００１２３４９",
        "CM2600012349এর কী হল?",
        "সিএম ২৬০০০১২৩৪৯",
        "सीएम २६०००१२३४९",
        "scan of CM2600012349_letter.pdf",
        "CM 2600012349 9830012345",
        "Case No 2600012349",
        "case no: 2600012349",
        "CASE NUMBER - 26 000 1234 9",
        "my case reference no. is 2600012349.",
        "Grievance ID: 2600012349\n9830012345",
        "complaint no 2600012349, please",
        "Ref: 2600012349",
        "কেস নং ২৬০০০১২৩৪৯",
        "কেস নম্বর: 2600012349",
        "কেস নং ২৬০০০১২৩৪৯এর বিষয়ে",
        "আমার কেসের নম্বর ২৬০০০১২৩৪৯।",
        "केस नं २६०००१२३४९",
        "केस नं० २६०००१२३४९",
        "केस नं. 2600012349 है",
        "शिकायत की संख्या २६०००१२३४९",
        "amar case nong 2600012349",
        "CM26\n0001234\n9",
        "CM26000-\n12349",
        "> my case CM2600\r\n> 012349 of May",
        "case no. 26000\n12349",
        "Case No.\n2600012349",
        "docket no 2600012349",
        "Registration number 2600012349",
        "case ref. no. 2600012349",
        "CM no 2600012349",
        "CM নং ২৬০০০১২৩৪৯",
        "CM_2600012349",
        "CM：2600012349",
        "ＣＭ２６０００１２３４９",
        "СМ2600012349",  # Cyrillic
        "cm(2600012349)",
        "CM26,0001234,9",
        "CM*26000*12349",
        "CM 26-000-l234-9.",
        "রেজিস্ট্রেশন নং ২৬০০০১২৩৪৯",
        "কেস নম্বরটি ২৬০০০১২৩৪৯",
        "আমার অভিযোগ নম্বর হল ২৬ ০০০ ১২৩৪ ৯",
        "मेरा केस नंबर २६०००१२३४९ है",
        "शिकायत सं. २६०००१२३४९",
        "पंजीकरण संख्या २६०००१२३४९",
        "उजुरी नं २६०००१२३४९",
        "गुनासो नम्बर २६०००१२३४९",
        "amar case ta holo 2600012349",
        "abhijog nong 2600012349",
    ],
)
def test_a_reference_is_found_however_it_is_written(text: str) -> None:
    assert find_references(text) == ("CM2600012349",)


def test_the_letters_l_and_i_are_read_as_one() -> None:
    assert find_references("CM26000l2349 and cm26000I2349 and CM26000|2349") == ("CM2600012349",)


@pytest.mark.parametrize(
    "text",
    [
        "2600012349",
        "CM2600012348",
        "XCM2600012349",
        "CM26000123499",
        "CM2600012349A",
        "Case No 26000123499",
        "Case No 12600012349",
        "Case No 2600012349 1234",
        "Case No 1234 2600012349",
        "Case No 2600012349-12",
        "Account 2600012349, see my complaint",
        "the showcase 2600012349",
        "height 150 cm 9830012345",
        "CM 9830012345",
        "PNR 2600012349",
        "CM26 of my letter 00012349",
        "In my case consumer number 2600012349",
        "reference: my account number 2600012349",
        "my case; mobile no: 2600012349",
        "Complaint. Aadhaar 2600 0123 4912",
        "my complaint about account 2600012349",
        "FIR case no 2600012349 of the thana",
        "court case no 2600012349",
        "grievance, voter id 2600012349",
        "অভিযোগ: অ্যাকাউন্ট নং ২৬০০০১২৩৪৯",
        "मेरी शिकायत खाता संख्या 2600012349",
        "গ্রাহক নং ২৬০০০১২৩৪৯",
        "case no 2600012349 7",
        "+91 2600012349",
    ],
)
def test_other_numbers_are_left(text: str) -> None:
    assert find_references(text) == ()


def test_several_are_given_once_each_in_order() -> None:
    text = "Case No 2600000014 and CM2600012349; again cm 2600000014"
    assert find_references(text) == ("CM2600000014", "CM2600012349")


@given(
    references,
    st.lists(st.sampled_from(["", " ", "-", " - ", "\u00a0", "/"]), min_size=10, max_size=10),
    st.sampled_from([{}, BENGALI, DEVANAGARI, WIDE]),
    st.booleans(),
    st.sampled_from(["", "Re: ", "আমার চিঠি ", "(", "মেল:\n"]),
    st.sampled_from(["", ".", " এর বিষয়ে", ")", ",\nRina"]),
)
def test_noise_does_not_hide_a_reference(
    reference: str, gaps: list[str], script: dict[int, str], lower: bool, before: str, after: str
) -> None:
    parts = zip(gaps, reference[2:], strict=True)
    written = reference[:2] + "".join(gap + digit for gap, digit in parts).translate(script)
    assert find_references(before + (written.lower() if lower else written) + after) == (reference,)


@given(st.text())
def test_any_text_gives_references_or_none(text: str) -> None:
    assert all(map(is_reference, find_references(text)))


@given(st.text(alphabet="CM 26-0134Ol\n নংকেস:case no", max_size=200))
def test_any_text_that_looks_like_one_gives_references_or_none(text: str) -> None:
    assert all(map(is_reference, find_references(text)))


LABELS = ("Case No ", "case no. ", "Grievance ID: ", "কেস নং ", "केस नं ", "CM", "cm ")


@given(references, st.sampled_from(LABELS), st.text(alphabet="0123456789", min_size=1, max_size=6), st.booleans())
def test_a_reference_within_a_longer_number_is_none(reference: str, label: str, more: str, before: bool) -> None:
    digits = reference[2:]
    assert find_references(f"{label}{more + digits if before else digits + more}") == ()


@given(st.lists(st.sampled_from(["Account", "Aadhaar", "Mobile", "a/c no", "consumer no", "PNR", "ফোন"]), min_size=1))
def test_a_number_with_another_label_is_left_however_near_a_word_for_the_case(labels: list[str]) -> None:
    text = " ".join(f"my case; {label}: 2600012349," for label in labels)
    assert find_references(text) == ()


@given(
    references, st.integers(1, 9), st.sampled_from(["\n", "\r\n", "\r\n> ", "-\n", "\n>> "]), st.sampled_from(LABELS)
)
def test_a_line_break_does_not_hide_a_reference(reference: str, at: int, broken: str, label: str) -> None:
    digits = reference[2:]
    assert find_references(f"{label}{digits[:at]}{broken}{digits[at:]} please") == (reference,)


@pytest.mark.parametrize("unit", ["CM2", "CM2\n>0", "case no 2600", "2\n\n\n0", "CM 2 . 0 . 0 ", "case is our "])
def test_a_long_text_is_searched_at_once(unit: str) -> None:
    assert find_references(unit * 20_000) == ()  # the suite's own limit would end a search that goes wrong
