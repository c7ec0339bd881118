"""Which numbers are taken as the writer's mobile, which are left, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.phone import choose_mobile, find_phones


def taken(text: str) -> list[str]:
    return [phone.e164 for phone in find_phones(text) if phone.e164]


@pytest.mark.parametrize(
    "written",
    [
        "9830012345",
        "98300 12345",
        "98300-12345",
        "+91 98300 12345",
        "+91-9830012345",
        "09830012345",
        "0091 9830012345",
        "919830012345",
        "৯৮৩০০১২৩৪৫",
        "९८३००१२३४५",
        "９８３００１２３４５",
        "98300\u200912345",
        "98300\u201312345",
        "983\u200b0012345",
        "(+91) 98300 12345",
        "983 001 2345",
        "091-98300-12345",
        "98300_12345",
        "9830012345.",
    ],
)
@pytest.mark.parametrize("label", ["Mobile: ", "ফোন নং ", "मोबाइल नं. ", "Ph. No. ", "WhatsApp no - ", "call me on "])
def test_a_labelled_mobile_is_taken_however_it_is_written(label: str, written: str) -> None:
    assert taken(f"Please act.\n{label}{written}\n") == ["+919830012345"]


@pytest.mark.parametrize(
    "text",
    [
        "Aadhaar no. 9198 3000 1234",
        "Aadhaar: 919830012345",
        "আধার নম্বর ৯১৯৮৩০০১২৩৪৫",
        "Consumer ID 9830012345",
        "গ্রাহক নং ৯৮৩০০১২৩৪৫",
        "A/c no. 9830012345",
        "account number 9830012345",
        "PNR 9830012345",
        "Ration card no 9830012345",
        "রেশন কার্ড নং ৯৮৩০০১২৩৪৫",
        "राशन कार्ड ९८३००१२३४५",
        "Application No: 9830012345",
        "আবেদন নম্বর ৯৮৩০০১২৩৪৫",
        "docket no 9830012345",
        "memo 12/9830012345/2026",
        "WBX-9830012345",
        "Rs. 9830012345",
        "9830012345@ybl",
        "खाता संख्या 9830012345",
        "https://example.org/case/9830012345",
        "meter no. 9830012345",
        "receipt 9830012345",
        "080-12345678",
        "9830012345 is my consumer number",
        "9198 3000 1234",
    ],
)
def test_what_is_no_phone_is_left_with_a_reason(text: str) -> None:
    phones = find_phones(text)
    assert [phone.e164 for phone in phones] == [None] * len(phones)
    assert all(phone.reason for phone in phones)


@pytest.mark.parametrize("text", ["700001", "12.03.2026", "2026/000123", "9999999999", "+880 1712 345678"])
def test_what_no_mobile_can_be_is_not_even_mentioned_as_one(text: str) -> None:
    assert taken(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mob: 9830012345/9830012346",
        "Ph 9830012345, 9830012346",
        "ফোন ৯৮৩০০১২৩৪৫ ও ৯৮৩০০১২৩৪৬",
        "Mobile 98300123459830012346",
        "call 9830012345 or 9830012346",
    ],
)
def test_joined_numbers_are_split_and_share_their_label(text: str) -> None:
    assert taken(text) == ["+919830012345", "+919830012346"]


def test_the_last_label_before_a_number_decides() -> None:
    assert taken("Ration card no 9830012340, contact no. 9830012346") == ["+919830012346"]
    assert taken("mobile 9830012346; consumer no 9830012340") == ["+919830012346"]


@pytest.mark.parametrize(
    ("text", "mobile"),
    [
        ("The BDO called me from 9830012340. My mobile is 9830012345.", "+919830012345"),
        ("প্রধানের ফোন ৯৮৩০০১২৩৪০। আমার মোবাইল ৯৮৩০০১২৩৪৫।", "+919830012345"),
        ("ठेकेदार का फोन 9830012340 है। मेरा नंबर 9830012345 है।", "+919830012345"),
        ("No water here.\n\nYours faithfully,\nRam Das\nHalisahar\n9830012345", "+919830012345"),
        ("জল নেই।\n\nবিনীত\nরাম দাস\nমোবাইল- ৯৮৩০০১২৩৪৫", "+919830012345"),
        ("No water.\nName: Ram Das\nMobile: 9830012345\nVill: Kashipur", "+919830012345"),
        ("A fraud with number 9830012340 took my money.", ""),
        ("The officer's mobile is 9830012340.", ""),
        ("The consumer number 9830012340 is wrong.", ""),
        ("", ""),
    ],
)
def test_the_writers_own_number_is_chosen_or_none(text: str, mobile: str) -> None:
    assert choose_mobile(find_phones(text)) == mobile


@given(st.text(alphabet="0123456789 +-/()\n.,:৯৮अmobileআধার@\u200d", max_size=200))
def test_offsets_lie_in_the_text_and_what_is_taken_is_an_indian_mobile(text: str) -> None:
    for phone in find_phones(text):
        assert 0 <= phone.start < phone.end <= len(text)
        assert phone.written == " ".join(text[phone.start : phone.end].split())
        assert phone.e164 is None or (phone.e164.startswith("+91") and len(phone.e164) == 13)
        assert phone.e164 or not phone.own
