"""The mailbox against real servers: listing, fetching, marking, on a clean line and through every fault we know of."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.errors import MailboxError, MailboxUnavailable
from mailbot.ingest import mailbox as mailbox_file
from mailbot.ingest.mailbox import ImapMailbox
from tests.faulty_imap import ALWAYS, faulty
from tests.servers import Account, fetched, raws, sample_mail

MIB = 1024 * 1024


# --- listing ----------------------------------------------------------------------------------------------------


def test_an_empty_folder_lists_nothing(imap_server: Account) -> None:
    listing = imap_server.mailbox().listing()
    assert listing.uids == ()
    assert listing.mailbox.folder == imap_server.folder
    assert listing.mailbox.uidvalidity > 0


def test_every_uid_is_listed_in_ascending_order(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(5)))
    listing = imap_server.mailbox().listing()
    assert list(listing.uids) == imap_server.uids()
    assert len(listing.uids) == 5


def test_a_mail_that_comes_later_is_in_the_next_listing(imap_server: Account) -> None:
    mailbox = imap_server.mailbox()
    imap_server.deliver(sample_mail(1))
    before = mailbox.listing().uids
    imap_server.deliver(sample_mail(2))
    assert set(before) < set(mailbox.listing().uids)


@pytest.mark.parametrize("total", [3, 4, 5, 12])
def test_a_folder_larger_than_a_window_is_listed_whole(
    imap_server: Account, monkeypatch: pytest.MonkeyPatch, total: int
) -> None:
    monkeypatch.setattr(mailbox_file, "WINDOW", 4)
    imap_server.deliver(*(sample_mail(n) for n in range(total + 2)))
    imap_server.expunge(*imap_server.uids()[1:3])
    assert list(imap_server.mailbox().listing().uids) == imap_server.uids()


def test_a_folder_in_bengali_is_found(imap_server: Account) -> None:
    with imap_server.connect() as client:
        client.create_folder("অভিযোগ")
    assert imap_server.mailbox(folder="অভিযোগ").listing().uids == ()


# --- fetching ---------------------------------------------------------------------------------------------------


def test_mails_are_fetched_byte_for_byte_with_size_and_time(imap_server: Account) -> None:
    arrived = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    raw = b"Subject: =?utf-8?q?caf=C3=A9?=\r\nX: \xff\xfe\r\n\r\n\x80binary \xe0\xa6\x9c\r\n.\r\n"
    imap_server.deliver(raw, received_at=arrived)
    mailbox = imap_server.mailbox()
    (mail,) = fetched(mailbox, mailbox.listing().uids)
    assert mail.raw == raw
    assert mail.size_bytes == len(raw)
    assert mail.received_at == arrived
    assert mail.received_at.tzinfo is UTC
    assert mail.whole


def test_mails_come_in_the_order_asked_for(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(6)))
    mailbox = imap_server.mailbox(batch_mails=4)
    uids = list(mailbox.listing().uids)
    uids = uids[1::2] + uids[::2][::-1]
    assert [mail.uid for mail in fetched(mailbox, uids)] == uids


def test_batches_are_bounded_in_number_and_in_bytes(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n, size=4000) for n in range(7)))
    mailbox = imap_server.mailbox(batch_mails=3)
    uids = mailbox.listing().uids
    assert [len(batch) for batch in mailbox.fetch(uids)] == [3, 3, 1]
    mailbox = imap_server.mailbox(batch_bytes=9000)
    assert [len(batch) for batch in mailbox.fetch(mailbox.listing().uids)] == [2, 2, 2, 1]


@pytest.mark.parametrize("size", [MIB - 100, MIB, 2 * MIB, 2 * MIB + 500_000])
def test_a_large_mail_is_fetched_in_pieces_and_whole(imap_server: Account, size: int) -> None:
    head = b"Subject: large\r\n\r\n"
    raw = head + bytes(b"0123456789abcdef" * ((size - len(head)) // 16 + 1))[: size - len(head) - 2] + b"\r\n"
    imap_server.deliver(raw)
    assert raws(imap_server.mailbox()) == [raw]


def test_of_a_mail_above_the_limit_only_the_header_is_fetched(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1, size=5000), sample_mail(2))
    mailbox = imap_server.mailbox(max_bytes=2000)
    large, small = fetched(mailbox, mailbox.listing().uids)
    assert not large.whole
    assert large.size_bytes >= 5000
    assert large.raw == sample_mail(1).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert small.whole
    assert small.raw == sample_mail(2)


def test_fetching_sets_no_flag(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1), sample_mail(2, size=MIB + 10))
    assert len(raws(imap_server.mailbox())) == 2
    assert imap_server.seen() == []


def test_a_mail_gone_since_the_listing_is_missing_and_the_others_come(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(4)))
    mailbox = imap_server.mailbox()
    uids = mailbox.listing().uids
    imap_server.expunge(uids[1])
    assert [mail.uid for mail in fetched(mailbox, uids)] == [uids[0], uids[2], uids[3]]


def test_a_mail_gone_between_two_batches_is_missing(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(4)))
    mailbox = imap_server.mailbox(batch_mails=2)
    uids = mailbox.listing().uids
    batches = mailbox.fetch(uids)
    first = next(batches)
    imap_server.expunge(uids[2])
    assert [mail.uid for mail in first] == list(uids[:2])
    rest = [mail.uid for batch in batches for mail in batch]
    assert rest in ([uids[3]], list(uids[2:])), "a server may go on showing it to a session that saw it before"


def test_nothing_is_fetched_for_no_uids(imap_server: Account) -> None:
    assert list(imap_server.mailbox().fetch([])) == []


# --- marking ----------------------------------------------------------------------------------------------------


def test_marked_mails_are_seen_and_no_others(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(5)))
    mailbox = imap_server.mailbox()
    uids = mailbox.listing().uids
    mailbox.mark([uids[0], uids[1], uids[3]])
    assert imap_server.seen() == [uids[0], uids[1], uids[3]]
    assert imap_server.uids() == list(uids)


def test_marking_twice_or_what_is_gone_does_no_harm(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(3)))
    mailbox = imap_server.mailbox(move_to="Done")
    uids = mailbox.listing().uids
    imap_server.expunge(uids[0])
    mailbox.mark(uids[:2])
    mailbox.mark(uids[:2])
    assert imap_server.uids() == [uids[2]]


def test_more_marks_than_fit_one_command_are_all_set(imap_server: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_file, "MARKED_AT_ONCE", 2)
    imap_server.deliver(*(sample_mail(n) for n in range(5)))
    mailbox = imap_server.mailbox()
    uids = mailbox.listing().uids
    mailbox.mark(uids)
    assert imap_server.seen() == list(uids)


# What MOVE stands for must do the same where MOVE, or UIDPLUS with it, is missing.
@pytest.mark.parametrize("hide", [(), ("MOVE",)])
def test_marked_mails_are_moved_to_a_folder_that_is_made(imap_server: Account, hide: Sequence[str]) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(4)))
    target = f"Taken {imap_server.folder}"
    with faulty(imap_server, hide=hide) as (_, account):
        mailbox = account.mailbox(move_to=target)
        uids = mailbox.listing().uids
        imap_server.flag(uids[3], rb"\Deleted")
        mailbox.mark(uids[:2])
        mailbox.close()
    assert imap_server.uids() == list(uids[2:]), "a mail that another client has deleted is not ours to expunge"
    assert imap_server.raws(folder=target) == [sample_mail(0), sample_mail(1)]


def test_without_move_and_uidplus_nothing_is_expunged(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(0), sample_mail(1))
    target = f"Taken {imap_server.folder}"
    with faulty(imap_server, hide=("MOVE", "UIDPLUS")) as (proxy, account):
        mailbox = account.mailbox(move_to=target)
        uids = mailbox.listing().uids
        mailbox.mark(uids[:1])
        assert not [command for command in proxy.commands if "EXPUNGE" in command]
    assert imap_server.raws(folder=target) == [sample_mail(0)]
    assert imap_server.uids() == list(uids)


# --- UIDVALIDITY ------------------------------------------------------------------------------------------------


def test_a_folder_numbered_anew_is_listed_under_its_new_name(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1), sample_mail(2))
    mailbox = imap_server.mailbox()
    before = mailbox.listing()
    imap_server.flip_uidvalidity()
    mailbox.close()
    after = mailbox.listing()
    assert after.mailbox != before.mailbox
    assert [mail.raw for mail in fetched(mailbox, after.uids)] == [sample_mail(1), sample_mail(2)]


def test_old_uids_touch_nothing_in_a_folder_numbered_anew(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1), sample_mail(2))
    mailbox = imap_server.mailbox(move_to="Done")
    uids = mailbox.listing().uids
    imap_server.flip_uidvalidity()
    mailbox.close()
    with pytest.raises(MailboxUnavailable, match="UIDVALIDITY"):
        fetched(mailbox, uids)
    with pytest.raises(MailboxUnavailable, match="UIDVALIDITY"):
        mailbox.mark(uids)
    assert imap_server.seen() == []
    assert len(imap_server.uids()) == 2
    assert len(mailbox.listing().uids) == 2


# --- faults -----------------------------------------------------------------------------------------------------

# kind, orders: each costs the call in which it strikes an error, and nothing more.
BREAKING: list[tuple[str, dict[str, object]]] = [
    ("refuse", {}),
    ("busy_login", {}),
    ("cmd_bad", {"at": "FETCH"}),
    ("cmd_bad", {"at": "SELECT"}),
    ("cmd_no", {"at": "SELECT"}),
    ("cmd_no", {"at": "SEARCH"}),
    ("cmd_no", {"at": "FETCH"}),
    ("cmd_no", {"at": "STORE"}),
    ("cmd_no", {"at": "CAPABILITY"}),
    ("bye", {"at": "SELECT"}),
    ("bye", {"at": "SEARCH"}),
    ("bye", {"at": "FETCH"}),
    ("bye", {"at": "STORE"}),
    ("bye", {"at": "LOGIN"}),
    ("stall", {"at": "LOGIN"}),
    ("stall", {"at": "SEARCH"}),
    ("stall", {"at": "FETCH"}),
    ("stall", {"at": "STORE"}),
    ("ack_lost", {"at": "SELECT"}),
    ("ack_lost", {"at": "SEARCH"}),
    ("ack_lost", {"at": "FETCH"}),
    ("ack_lost", {"at": "STORE"}),
    ("ack_lost", {"at": "MOVE"}),
    ("ack_lost", {"at": "CREATE"}),
    ("garbage", {"at": "SEARCH"}),
    ("garbage", {"at": "FETCH"}),
    ("drop_literal", {}),
    ("dup_search", {}),
]
# These are borne without an error.
BORNE: list[tuple[str, dict[str, object]]] = [
    ("swallow_fetch", {}),
    ("empty_body", {}),
    ("short_body", {}),
    ("lose_search", {}),
    ("flags_noise", {"times": ALWAYS}),
    ("split", {"times": 12}),
    ("dribble", {"times": ALWAYS}),
]


def named(case: tuple[str, dict[str, object]]) -> str:
    return f"{case[0]} {case[1].get('at', '')}".strip()


def take_all(mailbox: ImapMailbox, rounds: int = 8) -> tuple[list[bytes], int]:
    """Work as the receive loop does until a round finds nothing; give what was taken and the errors on the way."""
    taken: dict[tuple[int, int], bytes] = {}
    errors = 0
    for _ in range(rounds):
        try:
            listing = mailbox.listing()
            for batch in mailbox.fetch([u for u in listing.uids if (listing.mailbox.uidvalidity, u) not in taken]):
                taken.update({(listing.mailbox.uidvalidity, mail.uid): mail.raw for mail in batch if mail.whole})
            mailbox.mark([uid for uid in listing.uids if (listing.mailbox.uidvalidity, uid) in taken])
        except MailboxUnavailable:
            errors += 1
    return [taken[key] for key in sorted(taken)], errors


@pytest.mark.parametrize("case", BREAKING, ids=named)
def test_a_fault_costs_one_call_and_no_mail(imap_server: Account, case: tuple[str, dict[str, object]]) -> None:
    kind, orders = case
    mails = [sample_mail(n) for n in range(5)]
    imap_server.deliver(*mails)
    target = f"Taken {imap_server.folder}"
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox(move_to=target, read_timeout=0.5, batch_mails=2)
        proxy.inject(kind, **orders)  # type: ignore[arg-type]  # times and after are ints, at is a string
        taken, errors = take_all(mailbox)
        assert proxy.struck[kind] == 1
        mailbox.close()
    assert errors == 1
    assert taken == mails
    assert imap_server.raws(folder=target) == mails
    assert imap_server.uids() == []


@pytest.mark.parametrize("case", BORNE, ids=named)
def test_what_can_be_borne_costs_neither_call_nor_mail(
    imap_server: Account, case: tuple[str, dict[str, object]]
) -> None:
    kind, orders = case
    mails = [sample_mail(n) for n in range(5)]
    imap_server.deliver(*mails)
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        proxy.inject(kind, **orders)  # type: ignore[arg-type]  # times and after are ints, at is a string
        taken, errors = take_all(mailbox, rounds=3)
        assert proxy.struck[kind] >= 1
        mailbox.close()
    assert errors == 0
    assert taken == mails
    assert len(imap_server.seen()) == 5


@pytest.mark.parametrize("after", [0, 1, 100, 300, 500, 700, 900, 1100, 1400, 1700, 2000, 2500, 3000])
def test_a_reset_after_any_byte_loses_nothing(imap_server: Account, after: int) -> None:
    mails = [sample_mail(n) for n in range(5)]
    imap_server.deliver(*mails)
    target = f"Taken {imap_server.folder}"
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox(move_to=target, batch_mails=2)
        proxy.inject("reset", after=after)
        taken, errors = take_all(mailbox)
        mailbox.close()
    assert errors == proxy.struck["reset"]
    assert taken == mails
    assert imap_server.raws(folder=target) == mails
    assert imap_server.uids() == []


@pytest.mark.parametrize("kind", ["empty_body", "short_body", "swallow_fetch"])
def test_what_the_server_never_sends_whole_is_never_taken_for_a_mail(imap_server: Account, kind: str) -> None:
    imap_server.deliver(sample_mail(1))
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        uids = mailbox.listing().uids
        proxy.inject(kind, times=2)
        assert [mail.raw for mail in fetched(mailbox, uids)] in ([], [sample_mail(1)])
        proxy.heal()
        assert [mail.raw for mail in fetched(mailbox, uids)] == [sample_mail(1)]


def test_of_a_large_mail_each_missing_piece_is_noticed(imap_server: Account) -> None:
    raw = sample_mail(1, size=3 * MIB)
    imap_server.deliver(raw)
    for kind in ("short_body", "empty_body", "swallow_fetch"):
        with faulty(imap_server) as (proxy, account):
            mailbox = account.mailbox()
            uids = mailbox.listing().uids
            proxy.inject(kind)
            assert [mail.raw for mail in fetched(mailbox, uids)] in ([], [raw])
            assert [mail.raw for mail in fetched(mailbox, uids)] == [raw]
            assert proxy.struck[kind] == 1


def test_noise_about_other_mails_does_not_stick_to_one_that_is_gone(imap_server: Account) -> None:
    imap_server.deliver(*(sample_mail(n) for n in range(4)))
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox()
        uids = mailbox.listing().uids
        imap_server.expunge(uids[1], uids[2])
        proxy.inject("flags_noise", times=ALWAYS)
        assert [mail.uid for mail in fetched(mailbox, uids)] == [uids[0], uids[3]]


def test_a_folder_to_move_to_that_cannot_be_made_is_refused(imap_server: Account) -> None:
    imap_server.deliver(sample_mail(1))
    with faulty(imap_server) as (proxy, account):
        mailbox = account.mailbox(move_to=f"Taken {imap_server.folder}")
        uids = mailbox.listing().uids
        proxy.inject("cmd_bad", at="CREATE")
        with pytest.raises(MailboxUnavailable):
            mailbox.mark(uids)
        mailbox.mark(uids)
    assert imap_server.uids() == []


# --- sets of UIDs -----------------------------------------------------------------------------------------------


@given(st.sets(st.integers(min_value=1, max_value=2**32 - 1) | st.integers(min_value=1, max_value=60)))
def test_a_set_of_uids_names_these_and_no_other(uids: set[int]) -> None:
    named_uids: list[int] = []
    for span in mailbox_file._ranges(sorted(uids)):
        low, _, high = span.partition(":")
        named_uids += range(int(low), int(high or low) + 1)
    assert named_uids == sorted(uids)


# --- a vast folder ----------------------------------------------------------------------------------------------

VAST = 500_000
STEP = 7  # between two UIDs: ten digits long, and none next to another


class VastServer:
    """As much of an IMAP server as a listing needs, with half a million mails."""

    def __init__(self) -> None:
        self.longest = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._listener.close()

    @staticmethod
    def uid(number: int) -> int:
        return 4_000_000_000 + number * STEP

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with line, line.makefile("rwb") as stream:
            stream.write(b"* OK ready\r\n")
            stream.flush()
            while command := stream.readline().decode():
                tag, _, rest = command.strip().partition(" ")
                stream.write(self._answer(rest) + f"{tag} OK done\r\n".encode())
                stream.flush()

    def _answer(self, command: str) -> bytes:
        if command.startswith("SELECT"):
            return f"* {VAST} EXISTS\r\n* OK [UIDVALIDITY 9] numbered\r\n".encode()
        if command.startswith("FETCH"):
            numbers = command.split()[1].split(",")
            return "".join(f"* {n} FETCH (UID {self.uid(int(n))})\r\n" for n in numbers).encode()
        if command.startswith("UID SEARCH UID"):
            low, high = (int(end.replace("*", "4294967295")) for end in command.split()[3].split(":"))
            first = max(1, -((4_000_000_000 - low) // STEP))
            last = min(VAST, (high - 4_000_000_000) // STEP)
            line = b"* SEARCH " + b" ".join(b"%d" % self.uid(n) for n in range(first, last + 1)) + b"\r\n"
            self.longest = max(self.longest, len(line))
            return line
        return b"* CAPABILITY IMAP4rev1\r\n" if command == "CAPABILITY" else b""


def test_half_a_million_mails_are_listed_within_the_line_limit_of_imaplib() -> None:
    with VastServer() as server:
        mailbox = ImapMailbox(
            host="127.0.0.1", port=server.port, tls="none", username="a", password="b", folder="INBOX"
        )
        uids = mailbox.listing().uids
        mailbox.close()
    assert len(uids) == VAST
    assert (uids[0], uids[-1]) == (server.uid(1), server.uid(VAST))
    assert server.longest < 1_000_000


# --- nonsense ---------------------------------------------------------------------------------------------------


class BabblingServer(VastServer):
    """Greets, then says to each command what the script has next, and hangs up at its end."""

    def __init__(self, script: Sequence[bytes]) -> None:
        super().__init__()
        self._script = script

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with suppress(OSError), line, line.makefile("rwb") as stream:
            stream.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            stream.flush()
            for words in self._script:
                tag = stream.readline().split(b" ")[0]
                stream.write(words.replace(b"TAG", tag))
                stream.flush()


FRAGMENTS = [
    b"* SEARCH 1 2\r\n",
    b"* SEARCH one\r\n",
    b"* 1 EXISTS\r\n",
    b"* x EXISTS\r\n",
    b"* FLAGS\r\n",
    b"* OK [UIDVALIDITY 7] numbered\r\n",
    b"* OK [UIDVALIDITY x] numbered\r\n",
    b"* CAPABILITY IMAP4rev1 MOVE ID\r\n",
    b"* ID (((\r\n",
    b'* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE "31-Feb-0000 99:00:00 +9999")\r\n',
    b"* 1 FETCH (UID 1 RFC822.SIZE 5000000)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n",
    b"* 1 FETCH (UID 1 BODY[] NIL)\r\n",
    b"* 1 FETCH (UID NIL 7 8 9)\r\n",
    b"* 1 FETCH (UID 1 BODY NIL)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {999999999999999}\r\nx",
    b"* 1 FETCH " + b"(" * 3000 + b"\r\n",
    b"* BYE\r\n",
    b"+ go on\r\n",
]
DECENT = [  # answers to CAPABILITY, LOGIN, CAPABILITY, SELECT, SEARCH and the question for sizes
    b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    b"TAG OK done\r\n",
    b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] numbered\r\nTAG OK done\r\n",
    b"* SEARCH 1\r\nTAG OK done\r\n",
    b'* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE "23-Nov-2026 10:00:00 +0530")\r\nTAG OK done\r\n',
]
ENDINGS = [b"TAG OK done\r\n", b"TAG OK [READ-ONLY] done\r\n", b"TAG NO [NOPERM] no\r\n", b"TAG BAD\r\n", b""]
babble = st.lists(
    st.builds(
        lambda lines, end: b"".join(lines) + end,
        st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=30).map(lambda noise: b"* " + noise), max_size=3),
        st.sampled_from(ENDINGS[:1] * 8 + ENDINGS),
    ),
    max_size=9,
)


@settings(deadline=None, max_examples=150)
@given(babble, st.integers(0, 3))
def test_whatever_a_server_says_no_error_but_ours_comes_out(script: list[bytes], sane: int) -> None:
    with BabblingServer([*DECENT[: 3 + sane], *script]) as server:
        mailbox = ImapMailbox(
            host="127.0.0.1",
            port=server.port,
            tls="none",
            username="a",
            password="b",
            folder="INBOX",
            connect_timeout=1.0,
            read_timeout=1.0,
        )
        try:
            for mail in fetched(mailbox, mailbox.listing().uids or [1]):
                assert mail.raw == b"hello"
            mailbox.mark([1])
            mailbox.wait(0)
        except MailboxError:
            pass
        mailbox.close()
