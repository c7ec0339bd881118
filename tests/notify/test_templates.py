from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.errors import ConfigurationError, Fault
from mailbot.ingest.body import REPLY_MARKER
from mailbot.model import Channel, Purpose
from mailbot.notify.compose import read_templates
from mailbot.notify.templates import REQUIRED

FOLDER = Path(__file__).parents[2] / "config" / "templates"


def shipped() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}


def faults_with(**changes: str | None) -> list[Fault]:
    """The faults of the templates we ship, with some changed; in a name, `__` stands for a dot."""
    files = shipped()
    for name, text in changes.items():
        files.pop(name.replace("__", "."), None)
        if text is not None:
            files[name.replace("__", ".")] = text
    with pytest.raises(ConfigurationError) as caught:
        read_templates(files)
    return list(caught.value.faults)


def test_the_templates_we_ship_have_no_fault() -> None:
    templates = read_templates(shipped())
    assert set(REQUIRED) <= templates.names == set(shipped())


@pytest.mark.parametrize("purpose", [Purpose.ACKNOWLEDGEMENT, Purpose.CLOSURE_NOTICE])
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("en", "en"),
        ("bn", "bn"),
        ("hi", "hi"),
        ("ne", "ne"),
        ("bn-Latn", "bn"),
        ("hi-Latn", "hi"),
        ("und", "en"),
        ("mixed", "en"),
        ("", "en"),
        ("ta", "en"),
        ("../en", "en"),
    ],
)
def test_a_citizen_is_told_in_the_nearest_language(purpose: Purpose, channel: Channel, wanted: str, told: str) -> None:
    assert read_templates(shipped()).language(purpose, channel, wanted) == told


def test_without_nepali_hindi_is_nearer_than_english() -> None:
    files = {name: text for name, text in shipped().items() if ".ne." not in name}
    assert read_templates(files).language(Purpose.ACKNOWLEDGEMENT, Channel.SMS, "ne") == "hi"


@pytest.mark.parametrize(
    "name", [name for name in sorted(shipped()) if name.startswith(("referral", "follow", "over"))]
)
def test_what_officers_answer_to_carries_the_line_that_is_looked_for(name: str) -> None:
    if ".email." in name:
        assert shipped()[name].count(REPLY_MARKER) == 1


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_template_is_named(name: str) -> None:
    expected = Fault(name, 0, "", "this template is missing")
    assert expected in faults_with(**{name.replace(".", "__"): None})


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("referral.email.txt.en.j2", "Subject: x\n\n{% if post %}\nno end", 4, "syntax error"),
        ("referral.email.txt.en.j2", "Subject: x\n\n{{ grievance | shout }}", 3, "shout"),
        (
            "referral.email.txt.en.j2",
            "Subject: x\n\n{% if level > 99 %}\n{{ grievence }}\n{% endif %}",
            4,
            "no such value",
        ),
        ("referral.email.txt.en.j2", "Subject: x\n\n{% for r in recipients %}\n{{ r.nme }}{% endfor %}\nx", 4, "nme"),
        ("referral.email.txt.en.j2", "Subject: x\n\na\n{{ 1 // days }}", 4, "does not render"),
        ("referral.email.txt.en.j2", "Subject: x\n\n{{ ''.__class__.__mro__ }}", 3, "unsafe"),
        ("referral.email.txt.en.j2", "Subject: x\n\n{% include 'none.j2' %}", 3, "none.j2"),
        ("referral.email.txt.en.j2", "Subject: x\n\n{{ lipsum() }}", 3, "no such value"),
        ("referral.email.txt.en.j2", "To whom it may concern\n\nx", 1, "Subject"),
        ("referral.email.txt.en.j2", "Subject: {{ complainant_name }}\n\nx", 1, "Subject"),
        ("referral.email.txt.en.j2", "Subject: x\n", 0, "no text"),
        ("referral.email.html.en.j2", "<p>\n{{ no_such }}", 2, "no such value"),
        ("referral.email.html.bn.j2", "<p>", 0, "beside it"),
        ("acknowledgement.sms.en.j2", "Case {{ reference }} of {{ complainant_name }}", 1, "not registered"),
        ("acknowledgement.sms.en.j2", "Case {{ reference }}: {{ subject }}", 1, "not registered"),
        ("acknowledgement.sms.en.j2", "Case {{ reference | lower }}", 1, "not registered"),
        ("acknowledgement.sms.en.j2", "Case {{ reference }}{% if days %} x{% endif %}", 1, "statement"),
        ("acknowledgement.sms.en.j2", "Case\n{{ reference }}", 1, "one line"),
        ("acknowledgement.sms.en.j2", "Case  {{ reference }}", 1, "two spaces"),
        ("acknowledgement.sms.en.j2", "It’s {{ reference }}", 1, "GSM"),
        ("acknowledgement.sms.en.j2", "a" * 149 + "{{ reference }}", 1, "2 segments"),
        ("acknowledgement.sms.bn.j2", "ক" * 123 + "{{ reference }}", 1, "3 segments"),
        ("acknowledgement.sms.en.j2", "", 1, "empty"),
        ("acknowledgment.sms.en.j2", "x", 0, "not the name"),
        ("acknowledgement.sms.txt.en.j2", "x", 0, "not the name"),
        ("acknowledgement.email.en.j2", "x", 0, "not the name"),
        ("notes.txt", "x", 0, "not the name"),
    ],
)
def test_a_fault_is_found_at_its_line(name: str, text: str, line: int, words: str) -> None:
    (fault,) = faults_with(**{name.replace(".", "__"): text})
    assert (fault.file, fault.line) == (name, line)
    assert words in str(fault)


def test_all_faults_are_told_at_once() -> None:
    faults = faults_with(
        referral__email__txt__en__j2="Subject: x\n\n{{ one }} {{ two }}\n{{ one }}",
        closure_notice__sms__en__j2=None,
        overdue_alert__email__txt__en__j2="Subject: x\n\n{% if %}",
        odd="x",
    )
    assert [(fault.file, fault.line, fault.key) for fault in faults] == [
        ("closure_notice.sms.en.j2", 0, ""),
        ("odd", 0, ""),
        ("overdue_alert.email.txt.en.j2", 3, ""),
        ("referral.email.txt.en.j2", 3, "one"),
        ("referral.email.txt.en.j2", 3, "two"),
        ("referral.email.txt.en.j2", 4, "one"),
    ]


def test_a_piece_can_be_included_and_its_faults_are_its_own() -> None:
    files = shipped() | {"_foot.j2": "-- \n{{ our_address }}"}
    files["closure_notice.email.txt.en.j2"] += "{% include '_foot.j2' %}"
    read_templates(files)
    files["_foot.j2"] = "-- \n{{ nobody }}"
    with pytest.raises(ConfigurationError) as caught:
        read_templates(files)
    assert {(fault.file, fault.line) for fault in caught.value.faults} == {("_foot.j2", 2)}
    files["_foot.j2"] = "-- \n{% if %}"
    with pytest.raises(ConfigurationError) as caught:
        read_templates(files)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [("_foot.j2", 2)]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ cycler.__init__.__globals__ }}",
        "{{ reference.__class__ }}",
        "{{ recipients.append(1) }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ 'a' * 10**12 }}",
        "{% include 'referral.email.txt.en.j2' %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values_and_comes_to_an_end(attack: str) -> None:
    (fault,) = faults_with(referral__email__txt__en__j2=f"Subject: x\n\n{attack}")
    assert fault.file == "referral.email.txt.en.j2"


READERS: list[Callable[[str], str]] = [lambda text: text, lambda text: text.replace("\n", "\r\n")]


@pytest.mark.parametrize("edited", READERS)
def test_line_ends_of_another_system_are_no_fault(edited: Callable[[str], str]) -> None:
    read_templates({name: edited(text) for name, text in shipped().items()})
