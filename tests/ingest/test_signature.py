"""Footers that certainly are no words of the writer, and words that look like them."""

import pytest

from mailbot.ingest.signature import strip_signature

WORDS = "The pump works again.\nPlease close."


LEGAL = """This e-mail is confidential and intended solely for the addressee.
If you are not the intended recipient, notify the sender and delete it."""


@pytest.mark.parametrize(
    "footer",
    [
        "-- \nS. Pal\nExecutive Engineer",
        "--\nS. Pal",
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Sent on my BlackBerry® from Vodafone",
        "iPhoneから送信",
        LEGAL,
        "_______________________________________________\nGrievance mailing list\nhttps://lists.example.org/listinfo/x",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_certain_footer_is_taken_off(footer: str, gap: str) -> None:
    if footer.startswith("___") and gap == "\n":
        gap = "\n\n"
    words, signature = strip_signature(WORDS + gap + footer)
    assert words == WORDS
    assert signature.strip() == footer.strip()


@pytest.mark.parametrize(
    "words",
    [
        "Regards,\nS. Pal",
        "Sent from pillar to post for one year I have been.",
        "The file is confidential, said the clerk.",
        "--\n" + "a long list below dashes is no signature\n" * 30 + "end",
        "--\nonly dashes above",
    ],
)
def test_words_stay(words: str) -> None:
    assert strip_signature(words)[0] == words.strip("\n")
