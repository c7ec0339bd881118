"""
A local stand-in for Twilio's Messages: create, list, fetch, with the shapes of the real answers and faults on order.

In a test: `with TwilioServer() as twilio:` a TwilioGateway at `twilio.base_url`, and `twilio.fault(Fault.RESET_AFTER)`.
As a process, for tests that kill others: `python -m tests.twilio_server --port 0 --ledger FILE` prints its port on
stdout and runs until SIGTERM. What it has accepted is in the ledger (a JSON object a line, on disk before the answer).
"""

import argparse
import base64
import json
import os
import random
import re
import signal
import socket
import struct
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

ACCOUNT_SID = "AC" + "0" * 32
MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC\w+)/Messages\.json")
MESSAGE = re.compile(r"/2010-04-01/Accounts/(AC\w+)/Messages/(SM\w+)\.json")
SILENCE_SECONDS = 30.0


class Fault(StrEnum):
    """What becomes of one POST. After: the message is accepted first. Before: it is not."""

    TIMEOUT_AFTER = "timeout_after"
    TIMEOUT_BEFORE = "timeout_before"
    RESET_AFTER = "reset_after"
    RESET_BEFORE = "reset_before"
    THROTTLED = "throttled"  # 429, 20429, Retry-After
    ERROR_500_AFTER = "error_500_after"
    ERROR_500_BEFORE = "error_500_before"
    ERROR_503_HTML = "error_503_html"  # before; not of the API, but of what stands in front of it
    GARBAGE_201 = "garbage_201"  # accepted; the answer is no JSON
    EMPTY_201 = "empty_201"  # accepted; JSON, but no message
    LIST_201 = "list_201"  # accepted; JSON of another shape
    CUT_201 = "cut_201"  # accepted; the connection ends within the body
    UNAUTHORIZED = "unauthorized"  # 401, 20003
    INVALID_TO = "invalid_to"  # 400, 21211
    LANDLINE = "landline"  # 400, 21614
    OPTED_OUT = "opted_out"  # 400, 21610
    NO_REGION = "no_region"  # 403, 21408
    BAD_SENDER = "bad_sender"  # 400, 21606
    NO_ROUTE = "no_route"  # 400, 21612
    QUEUE_FULL = "queue_full"  # 400, 21611
    SUSPENDED = "suspended"  # 403, 30002
    UNKNOWN_400 = "unknown_400"  # 400, a code that nobody knows yet
    PROBLEM_400 = "problem_400"  # 400, 21211, as a "problem" (RFC 9457)


REFUSALS = {
    Fault.THROTTLED: (429, 20429, "Too Many Requests"),
    Fault.ERROR_500_AFTER: (500, 20500, "Internal Server Error"),
    Fault.ERROR_500_BEFORE: (500, 20500, "Internal Server Error"),
    Fault.UNAUTHORIZED: (401, 20003, "Authenticate"),
    Fault.INVALID_TO: (400, 21211, "Invalid 'To' Phone Number: {to}"),
    Fault.LANDLINE: (400, 21614, "'To' number is not a valid mobile number"),
    Fault.OPTED_OUT: (400, 21610, "Attempt to send to unsubscribed recipient"),
    Fault.NO_REGION: (403, 21408, "Permission to send an SMS has not been enabled for the region"),
    Fault.BAD_SENDER: (400, 21606, "The 'From' phone number is not a valid, SMS-capable number"),
    Fault.NO_ROUTE: (400, 21612, "The 'To' phone number is not currently reachable"),
    Fault.QUEUE_FULL: (400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
    Fault.SUSPENDED: (403, 30002, "Account suspended"),
    Fault.UNKNOWN_400: (400, 29999, "Something new"),
}
ACCEPTS_FIRST = frozenset(
    {
        Fault.TIMEOUT_AFTER,
        Fault.RESET_AFTER,
        Fault.ERROR_500_AFTER,
        Fault.GARBAGE_201,
        Fault.EMPTY_201,
        Fault.LIST_201,
        Fault.CUT_201,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that the gateway has taken. `at` is when, in seconds since 1970."""

    sid: str
    to: str
    body: str
    sender: str
    service: str
    at: float


class TwilioServer:
    """
    The server, on a free port of this machine. Its state may be looked at and changed between requests.

    Args:
        port: 0 for a free one.
        ledger: A file to keep what was accepted in, also over restarts; None for memory only.
        username, password: What must be presented; "" for whatever is.
        list_lag_seconds: How long a message accepted is not in lists yet.
        body_prefix: What the account puts before each text (as a trial account does).
        silence_seconds: How long a time-out fault stays silent.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        ledger: Path | None = None,
        username: str = "",
        password: str = "",
        list_lag_seconds: float = 0.0,
        body_prefix: str = "",
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self.accepted: list[Accepted] = []
        self.posts = 0
        self.gets: list[str] = []
        self.retry_after = "7"
        self.list_faults: deque[tuple[int, str]] = deque()
        self.list_lag_seconds = list_lag_seconds
        self.body_prefix = body_prefix
        self.username, self.password = username, password
        self._faults: deque[Fault] = deque()
        self._dice: tuple[random.Random, float, Sequence[Fault]] | None = None
        self._ledger = ledger
        self._lock = threading.Lock()
        self.silence = threading.Event()  # set: whoever is kept waiting is let go
        self.silence_seconds = silence_seconds
        if ledger is not None and ledger.exists():
            self.accepted = read_ledger(ledger)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.twilio = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fault(self, *faults: Fault) -> None:
        """These become of the next POSTs, in order; those after them are accepted."""
        self._faults.extend(faults)

    def roll_faults(self, seed: int, rate: float, faults: Sequence[Fault]) -> None:
        """From now on so many of all POSTs meet one of these, by dice that can be thrown again."""
        self._dice = (random.Random(seed), rate, tuple(faults))  # noqa: S311 - faults to order, no secrets

    def fail_lists(self, *answers: tuple[int, str]) -> None:
        """Answer the next lists with these statuses and bodies."""
        self.list_faults.extend(answers)

    def count_copies(self) -> Mapping[tuple[str, str], int]:
        """How often each text was accepted for each number."""
        copies: dict[tuple[str, str], int] = {}
        for message in self.accepted:
            copies[(message.to, message.body)] = copies.get((message.to, message.body), 0) + 1
        return copies

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.silence.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- what the handler asks ----------------------------------------------------------------------------------

    def next_fault(self) -> Fault | None:
        with self._lock:
            self.posts += 1
            if self._faults:
                return self._faults.popleft()
            if self._dice is not None and self._dice[0].random() < self._dice[1]:
                return self._dice[0].choice(self._dice[2])
            return None

    def accept(self, form: Mapping[str, str]) -> Accepted:
        message = Accepted(
            sid="SM" + uuid.uuid4().hex,
            to=form["To"],
            body=self.body_prefix + form["Body"],
            sender=form.get("From", ""),
            service=form.get("MessagingServiceSid", ""),
            at=time.time(),
        )
        with self._lock:
            if self._ledger is not None:
                _keep(self._ledger, message)
            self.accepted.append(message)
        return message

    def listed(self, query: Mapping[str, str]) -> list[Accepted]:
        """Newest first; what was accepted just now may be missing."""
        until = time.time() - self.list_lag_seconds
        with self._lock:
            return [
                message
                for message in reversed(self.accepted)
                if message.at <= until
                and query.get("To", message.to) == message.to
                and query.get("From", message.sender) == message.sender
            ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    twilio: TwilioServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Silent: tests read their own words only."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        twilio = self.server.twilio
        fault = twilio.next_fault()
        if not self._is_known():
            self._refuse(401, 20003, "Authenticate")
        elif not MESSAGES.fullmatch(self.path):
            self._refuse_missing()
        elif fault is not None and fault not in ACCEPTS_FIRST:
            self._fail(fault, None, to=form.get("To", ""))
        elif wrong := _wrong(form):
            self._refuse(*wrong)
        else:
            message = twilio.accept(form)
            if fault is None:
                self._answer(201, json.dumps(_resource(message)))
            else:
                self._fail(fault, message)

    def do_GET(self) -> None:
        twilio = self.server.twilio
        twilio.gets.append(self.path)
        parts = urlsplit(self.path)
        if not self._is_known():
            self._refuse(401, 20003, "Authenticate")
        elif MESSAGES.fullmatch(parts.path):
            if twilio.list_faults:
                self._answer(*twilio.list_faults.popleft())
            else:
                self._answer(200, json.dumps(_page(twilio, parts.path, parts.query)))
        elif one := MESSAGE.fullmatch(parts.path):
            found = [message for message in twilio.accepted if message.sid == one[2]]
            self._answer(200, json.dumps(_resource(found[0]))) if found else self._refuse_missing()
        else:
            self._refuse_missing()

    def _is_known(self) -> bool:
        twilio = self.server.twilio
        if not twilio.username:
            return True
        wanted = base64.b64encode(f"{twilio.username}:{twilio.password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _fail(self, fault: Fault, message: Accepted | None, *, to: str = "") -> None:
        if fault in (Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE):
            self.server.twilio.silence.wait(self.server.twilio.silence_seconds)
            self._hang_up()
        elif fault in (Fault.RESET_AFTER, Fault.RESET_BEFORE):
            self._hang_up()
        elif fault is Fault.ERROR_503_HTML:
            self._answer(503, "<html><h1>503 Service Unavailable</h1></html>", kind="text/html")
        elif fault is Fault.GARBAGE_201:
            self._answer(201, '{"sid": "SM', kind="application/json")
        elif fault is Fault.EMPTY_201:
            self._answer(201, "{}")
        elif fault is Fault.LIST_201:
            self._answer(201, '["accepted"]')
        elif fault is Fault.CUT_201 and message is not None:
            self._answer(201, json.dumps(_resource(message)), cut=40)
        elif fault is Fault.PROBLEM_400:
            self._problem()
        else:
            status, code, text = REFUSALS[fault]
            self._refuse(status, code, text.format(to=to))

    def _problem(self) -> None:
        problem = {
            "type": "https://www.twilio.com/docs/api/errors/21211",
            "title": "Invalid 'To' phone number",
            "status": 400,
            "code": 21211,
        }
        self._answer(400, json.dumps(problem), kind="application/problem+json")

    def _refuse(self, status: int, code: int, text: str) -> None:
        refusal = {
            "code": code,
            "message": text,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        self._answer(status, json.dumps(refusal))

    def _refuse_missing(self) -> None:
        self._refuse(404, 20404, f"The requested resource {urlsplit(self.path).path} was not found")

    def _answer(self, status: int, text: str, *, kind: str = "application/json", cut: int = 0) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", self.server.twilio.retry_after)
        self.end_headers()
        self.wfile.write(content[: len(content) - cut])
        self.wfile.flush()
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        """Reset the connection: no answer, not even an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _wrong(form: Mapping[str, str]) -> tuple[int, int, str] | None:
    """What Twilio itself would say to such a form."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", form.get("To", "")):
        return 400, 21211, f"Invalid 'To' Phone Number: {form.get('To', '')}"
    if not form.get("Body"):
        return 400, 21602, "Message body is required."
    if len(form["Body"]) > 1600:
        return 400, 21617, "The concatenated message body exceeds the 1600 character limit."
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 400, 21603, "A 'From' phone number is required."
    return None


def _resource(message: Accepted) -> dict[str, object]:
    """A message as the API shows it (a service chooses the sender later, so `from` is null at first)."""
    moment = format_datetime(datetime.fromtimestamp(int(message.at), UTC))
    uri = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{message.sid}"
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": moment,
        "date_sent": None,
        "date_updated": moment,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender or None,
        "messaging_service_sid": message.service or None,
        "num_media": "0",
        "num_segments": "0" if message.service else "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": "accepted" if message.service else "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def _page(twilio: TwilioServer, path: str, query_text: str) -> dict[str, object]:
    query = {name: values[0] for name, values in parse_qs(query_text).items()}
    size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    listed = twilio.listed(query)
    shown = listed[page * size : (page + 1) * size]

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    return {
        "end": page * size + max(0, len(shown) - 1),
        "first_page_uri": uri(0),
        "messages": [_resource(message) for message in shown],
        "next_page_uri": uri(page + 1) if len(listed) > (page + 1) * size else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1) if page else None,
        "start": page * size,
        "uri": f"{path}?{query_text}",
    }


def read_ledger(path: Path) -> list[Accepted]:
    """What was accepted; a line that a kill has torn was never answered for, and is passed over."""
    messages = []
    for line in path.read_bytes().splitlines():
        try:
            messages.append(Accepted(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return messages


def _keep(path: Path, message: Accepted) -> None:
    path.touch()
    with path.open("ab+") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        torn = file.read() not in (b"", b"\n")
        file.write((b"\n" if torn else b"") + json.dumps(asdict(message)).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT."""
    reader = argparse.ArgumentParser(prog="tests.twilio_server", description=__doc__)
    reader.add_argument("--port", type=int, default=0)
    reader.add_argument("--ledger", type=Path, required=True)
    reader.add_argument("--username", default="")
    reader.add_argument("--password", default="")
    reader.add_argument("--list-lag", type=float, default=0.0, metavar="SECONDS")
    reader.add_argument("--faults", default="", help=f"comma-separated, of: {', '.join(Fault)}")
    reader.add_argument("--rate", type=float, default=0.3, help="how many of all POSTs meet a fault")
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    twilio = TwilioServer(
        port=given.port,
        ledger=given.ledger,
        username=given.username,
        password=given.password,
        list_lag_seconds=given.list_lag,
    )
    if given.faults:
        twilio.roll_faults(given.seed, given.rate, [Fault(name) for name in given.faults.split(",")])
    with twilio:
        print(twilio.port, flush=True)  # noqa: T201 - whoever started us reads the port here
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
