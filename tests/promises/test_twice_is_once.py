"""Promise 3: a mail taken again changes nothing."""

from mailbot.cases.queries import export
from tests.office import Rig, a_grievance


def everything(rig: Rig) -> list[object]:
    return [list(export(rig.engine)), len(rig.sms.accepted), len(rig.post.accepted)]


def test_after_a_new_uidvalidity_every_mail_is_known(rig: Rig) -> None:
    for number in range(1, 8):
        rig.mailbox.deliver(a_grievance(number))
    rig.receive()
    rig.dispatch()
    before = everything(rig)
    rig.mailbox.restore()
    summary = rig.receive()
    rig.dispatch()
    assert (summary.fetched, summary.ignored) == (7, 7)
    assert everything(rig) == before
    assert len(rig.mailbox.marked) == 7


def test_two_deliveries_of_one_mail_make_one_case(rig: Rig) -> None:
    rig.mailbox.deliver(b"Received: by one\r\n" + a_grievance())
    rig.mailbox.deliver(b"Received: by two\r\nDelivered-To: another@cmo.example\r\n" + a_grievance())
    assert (rig.receive().cases, len(list(export(rig.engine)))) == (1, 1)


def test_two_folders_with_one_mail_make_one_case(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.receive()
    rig.mailbox.folder, rig.mailbox.uidvalidity = "Spam", 99
    assert rig.receive().ignored == 1
    assert len(list(export(rig.engine))) == 1


def test_two_mails_alike_but_for_their_message_id_are_two_about_one_matter(rig: Rig) -> None:
    rig.mailbox.deliver(a_grievance())
    rig.mailbox.deliver(a_grievance().replace(b"<grievance-1@", b"<another@"))
    summary = rig.receive()
    assert (summary.cases, summary.follow_ups, summary.ignored) == (1, 1, 0)
