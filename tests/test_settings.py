"""Settings: what is read, and every fault at once with its file and line."""

import textwrap
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import ConfigurationError, Fault
from mailbot.settings import (
    Settings,
    default_config_dir,
    is_loopback,
    load_office_files,
    load_settings,
    load_settings_or_default,
)
from mailbot.settings.source import line_index, parse_settings

SECRETS = {"MAILBOT_IMAP_PASSWORD": "imap-pass", "MAILBOT_REPLY_SECRET": "0123456789abcdef"}

GOOD = """\
    [mailbox]
    host = "imap.example.org"
    username = "cmro@example.org"
    authserv_id = "mx.example.org"

    [smtp]
    host = "smtp.example.org"
    from = "Grievances <cmro@example.org>"

    [database]
    url = "sqlite:///mailbot.db"

    [archive]
    path = "archive"

    [sms]
    gateway = "console"
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "mailbot.toml"
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return write


def with_change(old: str, new: str) -> str:
    changed = textwrap.dedent(GOOD).replace(old, new)
    assert changed != textwrap.dedent(GOOD), f"{old!r} is not in the good file"
    return changed


def faults(path: Path, environ: Mapping[str, str] = SECRETS) -> tuple[Fault, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, environ)
    return caught.value.faults


def one_fault(path: Path, environ: Mapping[str, str] = SECRETS) -> Fault:
    (fault,) = faults(path, environ)
    return fault


# --- what is read


def test_a_short_file_is_enough_and_the_rest_has_defaults(write: Write, tmp_path: Path) -> None:
    settings = load_settings(write(GOOD), SECRETS)
    assert (settings.mailbox.port, settings.mailbox.folder, settings.mailbox.idle) == (993, "INBOX", True)
    assert settings.mailbox.receiving_hosts == ()
    assert settings.smtp.port == 465
    assert (settings.smtp.from_address, settings.smtp.from_name) == ("cmro@example.org", "Grievances")
    assert settings.database.url == f"sqlite:///{tmp_path}/mailbot.db"
    assert settings.archive.path == tmp_path / "archive"
    assert settings.sms.doubt == timedelta(minutes=15)
    assert settings.term.length == timedelta(days=7)
    assert settings.rules.path == default_config_dir() / "rules"
    assert settings.file == tmp_path / "mailbot.toml"


@pytest.mark.parametrize(("tls", "ports"), [("implicit", (993, 465)), ("starttls", (143, 587)), ("none", (143, 25))])
def test_the_port_follows_from_tls(write: Write, tls: str, ports: tuple[int, int]) -> None:
    text = textwrap.dedent(GOOD).replace('host = "imap.example.org"', f'host = "127.0.0.1"\ntls = "{tls}"')
    settings = load_settings(write(text.replace('host = "smtp.example.org"', f'host = "::1"\ntls = "{tls}"')), SECRETS)
    assert (settings.mailbox.port, settings.smtp.port) == ports


def test_settings_cannot_be_changed(write: Write) -> None:
    settings = load_settings(write(GOOD), SECRETS)
    with pytest.raises(Exception, match="frozen"):
        settings.mailbox.port = 1  # type: ignore[misc] # that it may not be set is what is tested
    with pytest.raises(AttributeError):
        settings.term = settings.term  # type: ignore[misc] # as above


@pytest.mark.parametrize(
    ("days", "length"),
    [
        ("7", timedelta(days=7)),
        ("30", timedelta(days=30)),
        ('"20s"', timedelta(seconds=20)),
        ('"36h"', timedelta(hours=36)),
    ],
)
def test_the_term_is_a_number_of_days_or_a_duration(write: Write, days: str, length: timedelta) -> None:
    assert load_settings(write(GOOD + f"\n    [term]\n    days = {days}\n"), SECRETS).term.length == length


@pytest.mark.parametrize("days", ["true", "1.5", "[7]", '"soon"', "0", "-1", '""'])
def test_a_term_that_is_none_is_refused(write: Write, days: str) -> None:
    fault = one_fault(write(GOOD + f"\n    [term]\n    days = {days}\n"))
    assert (fault.key, fault.line) == ("term.days", 20)


def test_a_mark_at_the_start_of_the_file_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.toml"
    path.write_bytes(b"\xef\xbb\xbf" + textwrap.dedent(GOOD).replace("\n", "\r\n").encode())
    assert load_settings(path, SECRETS).mailbox.host == "imap.example.org"


# --- where the file is


def test_the_file_named_by_the_user_comes_first_then_the_environment(write: Write, tmp_path: Path) -> None:
    path = write(GOOD)
    other = tmp_path / "other.toml"
    other.write_text(path.read_text("utf-8").replace("imap.example.org", "other.example.org"), "utf-8")
    environ = {**SECRETS, "MAILBOT_CONFIG": str(other)}
    assert load_settings(path, environ).mailbox.host == "imap.example.org"
    assert load_settings(None, environ).mailbox.host == "other.example.org"


def test_a_missing_file_is_named_with_the_way_to_one(tmp_path: Path) -> None:
    fault = one_fault(tmp_path / "none.toml")
    assert fault.file == str(tmp_path / "none.toml")
    assert "mailbot init" in fault.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "folder" in one_fault(tmp_path).message


def test_a_file_that_was_asked_for_is_never_replaced_by_the_packaged_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load_settings_or_default(tmp_path / "none.toml", {})
    with pytest.raises(ConfigurationError):
        load_settings_or_default(None, {"MAILBOT_CONFIG": str(tmp_path / "none.toml")})


def test_the_packaged_settings_load_and_lead_to_the_packaged_configuration() -> None:
    settings = load_settings(default_config_dir() / "mailbot.toml", {}, secrets=False)
    assert settings.mailbox.host == "imap.gmail.com"
    assert settings.rules.path == default_config_dir() / "rules"
    files = load_office_files(settings)
    assert files.faults == ()
    assert all((files.departments, files.rules, files.places, files.directory, files.templates))


# --- faults


def test_every_fault_is_told_at_once_with_its_line(write: Write) -> None:
    path = write(
        """\
        [mailbox]
        hots = "imap.example.org"
        port = "993"
        username = "cmro@example.org"
        idle = 1
        max_mail_mb = 0
        receiving_hosts = "google.com"

        [smtp]
        host = ""
        tls = "ssl"
        from = "nobody"

        [archive]
        path = ""

        [sms]
        gateway = "twilio"

        [term]
        working_days = true

        [extra]
        x = 1
        """
    )
    told = [(fault.line, fault.key, fault.message) for fault in faults(path, {})]
    assert [entry for entry in told if entry[0]] == [
        (1, "mailbox.host", "is missing"),
        (2, "mailbox.hots", "is not a setting"),
        (3, "mailbox.port", "must be a whole number, without quotes"),
        (5, "mailbox.idle", "must be true or false, without quotes"),
        (6, "mailbox.max_mail_mb", "must be at least 1"),
        (7, "mailbox.receiving_hosts", 'must be a list: ["…", "…"]'),
        (10, "smtp.host", "must not be empty"),
        (11, "smtp.tls", "must be 'implicit', 'starttls' or 'none'"),
        (12, "smtp.from", "must be one e-mail address"),
        (15, "archive.path", "must not be empty"),
        (17, "sms.twilio", 'is needed for gateway = "twilio"'),
        (21, "term.working_days", "must be false: this version counts calendar days only"),
        (23, "extra", "is not a setting"),
    ]
    assert {entry[1] for entry in told if not entry[0]} == {
        "database",
        "imap_password",
        "reply_secret",
        "twilio_auth_token",
    }


@pytest.mark.parametrize(
    ("key", "hint"),
    [("hots", "host"), ("user", "username"), ("Port", "port"), ("recieving_hosts", "receiving_hosts"), ("tsl", "tls")],
)
def test_a_misspelt_key_is_met_with_the_right_one(write: Write, key: str, hint: str) -> None:
    fault = one_fault(write(with_change("[smtp]", f'{key} = "x"\n[smtp]')))
    assert (fault.key, fault.hint) == (f"mailbox.{key}", f"did you mean {hint}?")


def test_a_misspelt_table_is_met_with_the_right_one(write: Write) -> None:
    first, second = faults(write(with_change("[archive]", "[arhcive]")))
    assert (first.line, first.message) == (0, "the table [archive] is missing")
    assert (second.line, second.hint) == (13, "did you mean archive?")


def test_from_is_called_by_the_name_the_file_uses(write: Write) -> None:
    fault = one_fault(
        write(with_change('from = "Grievances <cmro@example.org>"', 'form = "cmro@example.org"\nfrom = "a@b"'))
    )
    assert fault.hint == "did you mean from?"


def test_a_secret_in_the_file_is_refused_and_not_repeated(write: Write) -> None:
    fault = one_fault(write(with_change("[smtp]", 'password = "hunter2-hunter2"\n[smtp]')))
    assert "secret" in fault.hint
    assert "hunter2" not in str(fault)


@pytest.mark.parametrize("value", ['"hunter2"', "41", "true", "[1]", "{a = 1}", '["hunter2"]', "1979-05-27"])
@pytest.mark.parametrize("key", ["host", "port", "tls", "username", "folder", "poll_seconds", "idle", "move_to"])
def test_no_value_is_ever_repeated(write: Write, key: str, value: str) -> None:
    table = {"host": '"h"', "username": '"u"', key: value}
    lines = "\n".join(f"{name} = {text}" for name, text in table.items())
    text = with_change('host = "imap.example.org"\nusername = "cmro@example.org"', lines)
    told = faults(write(text + "\n[unknown]\n"))
    assert "hunter2" not in "".join(map(str, told))
    assert {fault.key for fault in told} <= {"unknown", f"mailbox.{key}"}


def test_a_table_that_is_none_is_told(write: Write) -> None:
    fault = one_fault(write('mailbox = "x"\n' + textwrap.dedent(GOOD).partition("\n\n")[2]))
    assert (fault.line, fault.key) == (1, "mailbox")
    assert "[mailbox]" in fault.message


@pytest.mark.parametrize("host", ["imap.example.org", "192.168.1.5", "127.0.0.1.example.org", "localhost.example.org"])
def test_no_tls_is_for_this_machine_only(write: Write, host: str) -> None:
    fault = one_fault(write(with_change('host = "imap.example.org"', f'host = "{host}"\ntls = "none"')))
    assert (fault.key, fault.line) == ("mailbox.tls", 3)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.5.5.5", "::1", "[::1]", "LOCALHOST"])
def test_these_hosts_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://x/y", "mailbot.db", ""])
def test_a_database_that_keeps_nothing_or_is_not_served_is_refused(write: Write, url: str) -> None:
    assert one_fault(write(with_change("sqlite:///mailbot.db", url))).key == "database.url"


def test_a_database_password_does_not_belong_in_the_file(write: Write) -> None:
    fault = one_fault(write(with_change("sqlite:///mailbot.db", "postgresql+psycopg://m:hunter2@db/m")))
    assert "password" in fault.message
    assert "hunter2" not in str(fault)


def test_an_absolute_database_path_stays(write: Write) -> None:
    text = with_change("sqlite:///mailbot.db", "sqlite:////var/lib/m.db?timeout=5")
    assert load_settings(write(text), SECRETS).database.url == "sqlite:////var/lib/m.db?timeout=5"


def test_a_configured_folder_that_is_not_there_is_told_at_its_line(write: Write) -> None:
    fault = one_fault(write(GOOD + '\n    [rules]\n    path = "nowhere"\n'))
    assert (fault.key, fault.line) == ("rules.path", 20)


@pytest.mark.parametrize("sender", ["nobody", "a@b, c@d", "a@b\\nBcc: c@d", "", "@example.org", "<>"])
def test_a_sender_is_one_address(write: Write, sender: str) -> None:
    text = with_change("Grievances <cmro@example.org>", sender)
    assert one_fault(write(text)).key == "smtp.from"


def test_mails_are_not_moved_to_where_they_are(write: Write) -> None:
    assert one_fault(write(with_change("[smtp]", 'move_to = "INBOX"\n[smtp]'))).key == "mailbox.move_to"


# --- Twilio

TWILIO = with_change('gateway = "console"', 'gateway = "twilio"\n[sms.twilio]\naccount_sid = "AC01"\n')


def twilio(lines: str) -> str:
    return TWILIO + lines


TOKEN = {**SECRETS, "MAILBOT_TWILIO_AUTH_TOKEN": "token"}


@pytest.mark.parametrize("sender", ['from = "+12025550100"', 'messaging_service_sid = "MG01"'])
def test_twilio_takes_one_sender(write: Write, sender: str) -> None:
    settings = load_settings(write(twilio(sender)), TOKEN)
    assert settings.sms.twilio is not None
    assert bool(settings.sms.twilio.sender) != bool(settings.sms.twilio.messaging_service_sid)
    assert settings.secrets.reveal("twilio_auth_token") == "token"


@pytest.mark.parametrize("sender", ["", 'from = "+12025550100"\nmessaging_service_sid = "MG01"'])
def test_twilio_takes_neither_none_nor_two_senders(write: Write, sender: str) -> None:
    fault = one_fault(write(twilio(sender)), TOKEN)
    assert "exactly one of" in fault.message
    assert fault.line >= 17


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "http://localhost", "https://api.example.org/"])
def test_twilio_is_spoken_to_in_private(write: Write, base: str) -> None:
    settings = load_settings(write(twilio(f'from = "+12025550100"\napi_base = "{base}"')), TOKEN)
    assert settings.sms.twilio is not None
    assert settings.sms.twilio.api_base == base.rstrip("/")


@pytest.mark.parametrize(
    "base",
    ["http://api.example.org", "ftp://127.0.0.1", "api.example.org", "https://", "https://u:p@api.example.org", ""],
)
def test_twilio_is_never_spoken_to_in_the_open(write: Write, base: str) -> None:
    assert one_fault(write(twilio(f'from = "+12025550100"\napi_base = "{base}"')), TOKEN).key == "sms.twilio.api_base"


def test_the_api_key_takes_the_place_of_the_token(write: Write) -> None:
    path = write(twilio('from = "+12025550100"\napi_key_sid = "SK01"'))
    assert one_fault(path, TOKEN).key == "twilio_api_key_secret"
    settings = load_settings(path, {**SECRETS, "MAILBOT_TWILIO_API_KEY_SECRET": "s"})
    assert settings.secrets.reveal("twilio_api_key_secret") == "s"


def test_a_gateway_of_a_later_version_is_named_so(write: Write) -> None:
    assert "this version" in one_fault(write(with_change("console", "http"))).message


# --- secrets


def test_a_credential_comes_before_the_environment_and_loses_its_line_end(write: Write, tmp_path: Path) -> None:
    (tmp_path / "imap_password").write_text(" from file \r\n", "utf-8")
    settings = load_settings(write(GOOD), {**SECRETS, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert settings.secrets.reveal("imap_password") == " from file "
    assert settings.secrets.reveal("reply_secret") == "0123456789abcdef"


def test_an_smtp_user_needs_a_password(write: Write) -> None:
    path = write(with_change("[database]", 'username = "u"\n[database]'))
    fault = one_fault(path)
    assert fault.key == "smtp_password"
    assert "MAILBOT_SMTP_PASSWORD" in fault.hint
    assert load_settings(path, {**SECRETS, "MAILBOT_SMTP_PASSWORD": "x"}).secrets.reveal("smtp_password") == "x"


@pytest.mark.parametrize("secret", ["", "\n", "short", "123456789012345", " " * 40, " \t short" + " " * 20])
def test_a_short_reply_secret_is_refused_with_the_way_to_make_one(write: Write, secret: str) -> None:
    fault = one_fault(write(GOOD), {**SECRETS, "MAILBOT_REPLY_SECRET": secret})
    assert "urandom" in fault.hint
    assert secret.strip() == "" or secret not in str(fault)


def test_a_credential_that_is_not_text_is_a_fault(write: Write, tmp_path: Path) -> None:
    (tmp_path / "imap_password").write_bytes(b"\xff\xfe\x00")
    fault = one_fault(write(GOOD), {**SECRETS, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (fault.key, fault.file) == ("imap_password", str(tmp_path / "imap_password"))


def test_secrets_are_not_printed(write: Write) -> None:
    settings = load_settings(write(GOOD), SECRETS)
    assert "imap-pass" not in f"{settings!r} {settings.secrets}"


def test_a_secret_that_nobody_asked_for_is_missed_when_it_is_used(write: Write) -> None:
    some = {"MAILBOT_REPLY_SECRET": "0123456789abcdef"}
    settings: Settings = load_settings(write(GOOD), some, secrets=False)
    assert settings.secrets.reveal("reply_secret") == "0123456789abcdef"
    with pytest.raises(ConfigurationError, match=r"imap_password: the secret is missing .*MAILBOT_IMAP_PASSWORD"):
        settings.secrets.reveal("imap_password")


def test_a_secret_is_as_fit_when_it_is_used_as_when_all_are_asked_for(write: Write) -> None:
    settings = load_settings(write(GOOD), {"MAILBOT_REPLY_SECRET": "short"}, secrets=False)
    with pytest.raises(ConfigurationError, match="at least 16 characters"):
        settings.secrets.reveal("reply_secret")


# --- TOML


@pytest.mark.parametrize(
    ("text", "line"),
    [("[mailbox]\nhost = imap\n", 2), ("[mailbox\n", 1), ("a = 1\na = 2\n", 2), ("[a]\nb = '''\n", 3), ("x", 1)],
)
def test_a_syntax_fault_has_its_line(write: Write, text: str, line: int) -> None:
    assert one_fault(write(text)).line == line


@pytest.mark.parametrize("raw", ["[a]\n".encode("utf-16"), b"\xfe\xff\x00["])
def test_utf_16_is_told_with_the_way_out(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "mailbot.toml"
    path.write_bytes(raw)
    assert "UTF-16" in one_fault(path).message


def test_other_encodings_are_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.toml"
    path.write_bytes(b"# one\n# caf\xe9\n")
    assert (one_fault(path).line, one_fault(path).message) == (2, "is not UTF-8 here")


def test_an_unreadable_file_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(GOOD)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert one_fault(path).message == "cannot be read: permission denied"


def test_lines_are_found_through_strings_lists_and_dotted_keys() -> None:
    index = line_index(
        textwrap.dedent(
            '''\
            top = 1
            [a]
            text = """
            fake = 1
            [fake]
            """
            list = [
              "x = 1",  # ]
              "[b]",
            ]
            [a.'q.r']  # c
            k.l = { m = 1 }
            "n" = 2
            [[t]]
            u = 1
            '''
        )
    )
    assert index == {
        ("top",): 1,
        ("a",): 2,
        ("a", "text"): 3,
        ("a", "list"): 7,
        ("a", "q.r"): 11,
        ("a", "q.r", "k", "l"): 12,
        ("a", "q.r", "n"): 13,
        ("t",): 14,
        ("t", "u"): 15,
    }


def syntax_faults(text: str) -> tuple[Fault, ...]:
    try:
        parse_settings(text, Path("x.toml"))
    except ConfigurationError as error:
        return error.faults
    return ()


@given(st.text())
def test_any_text_is_values_or_faults(text: str) -> None:
    told = syntax_faults(text)
    assert all(fault.file == "x.toml" and 0 <= fault.line <= text.count("\n") + 1 for fault in told)


NAMES = st.sampled_from(["mailbox", "smtp", "host", "port", "sms", "twilio", "from", "term", "days", "x", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_values_are_settings_or_faults(tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]) -> None:
    text = "\n".join(f"{_key(name)} = {_toml(value)}" for name, value in values.items() if value is not None)
    path = tmp_path_factory.mktemp("any") / "mailbot.toml"
    path.write_text(text, "utf-8", errors="replace")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, SECRETS)
    assert caught.value.faults


def _key(name: str) -> str:
    return f'"{name}"'


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items() if v is not None) + "}"
        case list():
            return "[" + ", ".join(_toml(item) for item in value if item is not None) + "]"
        case str():
            return "'" + "".join(c for c in value if c.isprintable() and c != "'") + "'"
        case _:
            return str(value)


# --- the files of the office


def test_the_files_of_the_office_are_read_by_name_and_faults_collected(write: Write, tmp_path: Path) -> None:
    names = ("departments", "rules", "places", "directory", "templates")
    tables = "".join(f'\n    [{name}]\n    path = "{name}"\n' for name in names)
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n")
        (tmp_path / name / ".~lock.one.csv").write_text("x", "utf-8")
    (tmp_path / "templates" / "deep").mkdir()
    (tmp_path / "templates" / "deep" / "x.en.j2").write_text("hello", "utf-8")
    (tmp_path / "rules" / "two.csv").write_bytes("a,b".encode("utf-16"))
    (tmp_path / "places" / "one.csv").unlink()
    files = load_office_files(load_settings(write(GOOD + tables), SECRETS))
    assert files.departments == {"one.csv": "a,b\r\n"}
    assert files.rules == {"one.csv": "a,b\r\n"}
    assert files.templates == {"deep/x.en.j2": "hello"}
    assert [(Path(fault.file).name, fault.message[:15]) for fault in files.faults] == [
        ("two.csv", "is written in U"),
        ("places", "holds no .csv f"),
    ]


def test_a_path_may_name_a_single_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a", "utf-8")
    settings = load_settings(write(GOOD + '\n    [rules]\n    path = "mine.csv"\n'), SECRETS)
    assert load_office_files(settings).rules == {"mine.csv": "a"}


@pytest.mark.parametrize("host", ["imap.gmail.com", "127.0.0.1", "localhost"])
def test_the_receiving_host_is_known_for_gmail_and_for_trials_on_this_machine(write: Write, host: str) -> None:
    text = with_change('host = "imap.example.org"', f'host = "{host}"').replace('authserv_id = "mx.example.org"\n', "")
    assert load_settings(write(text), SECRETS).mailbox.authserv_id == "mx.google.com"


def test_any_other_receiving_host_must_be_named_for_its_word_closes_cases(write: Write) -> None:
    fault = one_fault(write(with_change('authserv_id = "mx.example.org"\n', "")))
    assert (fault.key, fault.line) == ("mailbox.authserv_id", 1)
