"""A letter handed in at the desk goes the same way as a mail."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.queries import show_case
from mailbot.desk import Letter, Scan, as_mail, register
from mailbot.model import Purpose, Source
from tests.fakes import NOON
from tests.office import a_rig

LETTER = Letter(
    name="Rina Das",
    mobile="+916999900001",
    address="",
    subject="No doctor",
    text="There is no doctor at the health centre of Onda block, district Bankura.",
    scans=(Scan("চিঠি.png", "image/png", b"\x89PNG pretended"),),
)


def test_a_letter_becomes_a_case_with_an_acknowledgement_and_a_referral_with_its_scan(tmp_path: Path) -> None:
    with a_rig(tmp_path) as rig:
        case = register(LETTER, archive=rig.archive, store=rig.store, office=rig.office, now=NOON)
        assert (case.source, case.department, case.complainant.mobile) == (Source.DESK, "HFW", "+916999900001")
        assert [file.name for file in case.attachments] == ["চিঠি.png"]
        rig.dispatch()
        assert [m.purpose for m in rig.sms.accepted] == [Purpose.ACKNOWLEDGEMENT]
        originals = {original for m, original in rig.post.accepted if m.purpose is Purpose.REFERRAL}
        (raw,) = originals
        assert raw is not None
        (scan,) = message_from_bytes(raw, policy=default).iter_attachments()
        assert (scan.get_filename(), scan.get_content()) == ("চিঠি.png", b"\x89PNG pretended")


def test_a_letter_without_a_mobile_or_an_address_is_a_case_all_the_same(tmp_path: Path) -> None:
    with a_rig(tmp_path) as rig:
        letter = Letter(name="", mobile="", address="", subject="", text="Help.")
        case = register(letter, archive=rig.archive, store=rig.store, office=rig.office, now=NOON)
        shown: Any = show_case(rig.engine, case.reference)
        assert shown["review"] is True
        rig.dispatch()
        assert rig.sms.accepted == []


@given(st.text(), st.text(), st.sampled_from(["", "a@example.net", "ü@example.net"]))
def test_whatever_a_clerk_types_becomes_a_mail(name: str, text: str, address: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    raw = as_mail(Letter(name=name, mobile="", address=address, subject=name, text=clean), NOON)
    assert message_from_bytes(raw, policy=default).get_content_type() == "text/plain"
