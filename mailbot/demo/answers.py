"""
What comes back to the mailbox in the demo: answers, a forgery and a bounce, made from the mails that really left.

In: mails as the SMTP sink received them. Out: the raw mails that our receiving host would hand on, with its own
Authentication-Results on top.
"""

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

from mailbot.notify.mime import POLICY

HOST = "mx.cmo.example"
"""The demo's receiving host, as it names itself."""


def answer(sent: bytes, officer: str, words: str, *, proven: bool) -> bytes:
    """The officer's answer to a referral, quoting it; or, not `proven`, somebody else's in the officer's name."""
    original = message_from_bytes(sent, policy=default)
    reply = _received(officer, proven=proven)
    reply["From"] = officer
    reply["To"] = str(original["Reply-To"] or original["From"])
    reply["Subject"] = f"Re: {original['Subject']}"
    reply["Message-ID"] = f"<answer-{abs(hash((officer, words)))}@{officer.rpartition('@')[2]}>"
    reply["In-Reply-To"] = _id(original)
    reply["References"] = _id(original)
    body = original.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    reply.set_content(f"{words}\n\nOn {original['Date'] or 'Monday'}, the Grievance Cell wrote:\n{quoted}\n")
    return reply.as_bytes()


def stranger(sender: str, reference: str) -> bytes:
    """Somebody who has overheard a case reference and asks about it."""
    mail = _received(sender, proven=True)
    mail["From"] = sender
    mail["Subject"] = f"What has become of {reference}?"
    mail["Message-ID"] = f"<stranger@{sender.rpartition('@')[2]}>"
    mail.set_content(f"Please send me the details of case {reference}.\n")
    return mail.as_bytes()


def bounce(sent: bytes, recipient: str) -> bytes:
    """A delivery report (RFC 3464): this mail of ours could not be delivered."""
    original = message_from_bytes(sent, policy=default)
    domain = recipient.rpartition("@")[2]
    lines = [
        f"From: MAILER-DAEMON@{domain}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <bounce@{domain}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        f"<{recipient}>: user unknown",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {domain}",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {_id(original)}",
        f"To: {recipient}",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def _received(sender: str, *, proven: bool) -> EmailMessage:
    """An empty mail as our receiving host marks it."""
    domain = sender.rpartition("@")[2]
    verdict = "pass" if proven else "fail"
    peer = f"mail.{domain}" if proven else "cafe-42.isp.example"
    mail = EmailMessage(policy=POLICY)
    mail["Received"] = f"from {peer} by {HOST} with ESMTPS; Tue, 1 Dec 2026 11:00:00 +0530"
    mail["Authentication-Results"] = f"{HOST}; dmarc={verdict} header.from={domain}"
    return mail


def _id(original: Message) -> str:
    return "".join(str(original["Message-ID"]).split())
