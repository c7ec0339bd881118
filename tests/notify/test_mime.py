"""The bytes of a mail that leaves (delivery itself is tried in test_smtp.py)."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from mailbot.notify.mime import POLICY


@given(st.text(st.sampled_from("লক্ষ্মীরভাণ্ডারের টাকা বন্ধ पानी no water 12 éü "), min_size=0, max_size=200))
def test_every_subject_comes_back_as_it_was_written(subject: str) -> None:
    subject = " ".join(subject.split())
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = subject
    raw = mail.as_bytes()
    assert max(len(line) for line in raw.splitlines()) <= 78
    assert str(make_header(decode_header(message_from_bytes(raw)["Subject"]))) == subject
