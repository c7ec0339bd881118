"""
Who may import whom (DESIGN 4), read from the source itself; and each rule is shown to bite.

A new file in ingest, classify, cases or notify is core until it is named below as an adapter; a new file beside them
must be named as words, loop or root.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "mailbot"
PACKAGES = ("ingest", "classify", "cases", "notify")

WORDS = {"model", "errors", "ports"}
LOOPS = {"receive", "dispatch", "escalate", "followed", "intake", "desk", "replay", "reminders", "review", "told"}
ADAPTERS = {
    "cases.database",
    "cases.labels",
    "cases.loading",
    "cases.mails",
    "cases.migrations",
    "cases.outbox",
    "cases.queries",
    "cases.rows",
    "cases.statements",
    "cases.store",
    "cases.tables",
    "ingest.apart",
    "ingest.archive",
    "ingest.connection",
    "ingest.extract",
    "ingest.mailbox",
    "notify.sms",
    "notify.smtp",
}
ROOT = {"", "__main__", "cli", "daemon", "demo", "embedded", "log", "machine", "office", "settings", "systemd"}

LAYERS: Mapping[str, frozenset[str]] = {
    "words": frozenset({"words"}),
    "core": frozenset({"words", "core"}),
    "loops": frozenset({"words", "core", "loops"}),
    "adapters": frozenset({"words", "core", "adapters"}),
    "root": frozenset({"words", "core", "loops", "adapters", "root"}),
}
WITHIN_PACKAGE = {"core", "adapters"}
"""These layers reach core and adapters of their own package only."""

LIBRARIES: Mapping[str, frozenset[str]] = {
    "cases": frozenset({"sqlalchemy"}),  # its adapters; its core has none, see NO_LIBRARY
    "cases.database": frozenset({"alembic", "sqlalchemy"}),
    "cases.migrations": frozenset({"alembic", "sqlalchemy"}),
    "cli": frozenset({"click"}),
    "cli.database": frozenset({"sqlalchemy"}),
    "daemon": frozenset({"apscheduler"}),
    "embedded": frozenset({"aiosmtpd", "imapclient", "proxyprotocol", "pymap"}),
    "ingest.connection": frozenset({"imapclient"}),
    "ingest.extract": frozenset({"pypdfium2"}),
    "ingest.html": frozenset({"selectolax"}),
    "ingest.mailbox": frozenset({"imapclient"}),
    "ingest.parse": frozenset({"mailparser"}),
    "ingest.phone": frozenset({"phonenumbers"}),
    "log": frozenset({"structlog"}),
    "machine": frozenset({"sqlalchemy"}),
    "notify.sms": frozenset({"twilio", "requests", "urllib3"}),  # the SDK, and the errors it lets through
    "notify.templates": frozenset({"jinja2"}),
    "settings": frozenset({"pydantic", "pydantic_core"}),
}

# fmt: off
OUTSIDE_WORLD = frozenset({
    "asyncio", "builtins", "concurrent", "ctypes", "fcntl", "ftplib", "getpass", "glob", "http", "imaplib",
    "importlib", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform", "poplib", "pwd",
    "queue", "random", "resource", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shutil",
    "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "syslog", "tempfile",
    "threading", "time", "urllib.request", "uuid", "webbrowser",
})
# fmt: on
LOOPS_MAY_USE = frozenset({"logging", "time"})
CLOCK_CALLS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
IN_MEMORY = frozenset({"BytesIO", "StringIO"})
CLOCK_NAMES = frozenset({"formatdate", "localtime", "make_msgid"})  # of email.utils
FORBIDDEN_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__"})
LOADS_BY_NAME = frozenset({"cli.lazy"})
"""The one place that imports by name, so that a command is loaded when it is used."""


@dataclass(frozen=True)
class Module:
    """A file of the program: `name` is its path below mailbot with dots, "" for mailbot/__init__.py itself."""

    name: str
    tree: ast.Module
    everyone: frozenset[str]

    @property
    def layer(self) -> str:
        for layer, names in (("words", WORDS), ("loops", LOOPS), ("adapters", ADAPTERS), ("root", ROOT)):
            if any(_is_within(self.name, name) for name in names):
                return layer
        return "core" if self.package in PACKAGES else "unknown"

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def imports(self) -> list[tuple[str, str, int]]:
        """Module, name taken from it ("" for none) and line, of every import anywhere in the file."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, "", node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found += [(module, alias.name, node.lineno) for alias in node.names]
        return found

    @cached_property
    def ours(self) -> dict[str, int]:
        """The modules of mailbot that this one imports, each with the line."""
        found: dict[str, int] = {}
        for module, name, line in self.imports:
            if module.partition(".")[0] != "mailbot":
                continue
            base = module.removeprefix("mailbot").removeprefix(".")
            deeper = f"{base}.{name}".strip(".")
            found.setdefault(deeper if deeper in self.everyone else base, line)
        return found


def read_tree(root: Path) -> dict[str, Module]:
    files = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    names = frozenset(files)
    return {name: Module(name, ast.parse(file.read_text("utf-8")), names) for name, file in files.items()}


def offences(root: Path) -> list[str]:
    """Every breach of DESIGN 4, as one sentence each."""
    modules = read_tree(root)
    found = list(_cycles(modules))
    for module in modules.values():
        for rule in (
            _unknown,
            _relative,
            _directions,
            _outside_libraries,
            _inner_imports,
            _outside_world,
            _clock_and_environment,
        ):
            found += [f"mailbot.{module.name}: {offence}" for offence in rule(module, modules)]
    return found


Rule = Iterator[str]


def _unknown(module: Module, _modules: Mapping[str, Module]) -> Rule:
    if module.layer == "unknown":
        yield "is in no layer; name it in tests/test_layers.py"


def _relative(module: Module, _modules: Mapping[str, Module]) -> Rule:
    for name, _, line in module.imports:
        if name.startswith("."):
            yield f"line {line} imports relatively"


def _directions(module: Module, modules: Mapping[str, Module]) -> Rule:
    for name, line in module.ours.items():
        other = modules.get(name)
        if other is None:
            yield f"line {line} imports mailbot.{name}, which is not there"
        elif other.layer not in LAYERS.get(module.layer, frozenset()):
            yield f"line {line}: {module.layer} may not import {other.layer} (mailbot.{name})"
        elif {module.layer, other.layer} <= WITHIN_PACKAGE and module.package != other.package:
            yield f"line {line}: a package may not import another (mailbot.{name})"


def _outside_libraries(module: Module, _modules: Mapping[str, Module]) -> Rule:
    allowed = _libraries(module)
    for name, _, line in module.imports:
        top = name.partition(".")[0]
        if top and top != "mailbot" and top not in sys.stdlib_module_names and top not in allowed:
            yield f"line {line}: {top} is not its library"


def _libraries(module: Module) -> frozenset[str]:
    """The libraries of the longest name that holds for the module; a package's own are for its adapters only."""
    fitting = [name for name in LIBRARIES if _is_within(module.name, name)]
    if not fitting:
        return frozenset()
    name = max(fitting, key=len)
    return frozenset() if name in PACKAGES and module.layer != "adapters" else LIBRARIES[name]


def _inner_imports(module: Module, _modules: Mapping[str, Module]) -> Rule:
    for function in _functions(module.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"line {node.lineno} imports inside a function"
    for node in ast.walk(module.tree):
        if module.name in LOADS_BY_NAME:
            return
        if isinstance(node, ast.Call) and _dotted(node.func).rpartition(".")[2] in ("import_module", "__import__"):
            yield f"line {node.lineno} imports by name"


def _outside_world(module: Module, _modules: Mapping[str, Module]) -> Rule:
    if module.layer not in ("words", "core", "loops"):
        return
    forbidden = OUTSIDE_WORLD - (LOOPS_MAY_USE if module.layer == "loops" else frozenset())
    for name, taken, line in module.imports:
        if forbidden & {name, name.partition(".")[0], f"{name}.{taken}"} and taken not in IN_MEMORY:
            yield f"line {line}: {module.layer} may not use {name}"
        if taken in CLOCK_NAMES:
            yield f"line {line}: {module.layer} reads no clock ({taken})"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno} changes a global"
        if isinstance(node, ast.Call) and _dotted(node.func) in FORBIDDEN_CALLS:
            yield f"line {node.lineno}: {module.layer} may not call {_dotted(node.func)}"
        if isinstance(node, ast.Attribute) and _dotted(node).startswith("time.") and node.attr != "monotonic":
            yield f"line {node.lineno}: {module.layer} reads no clock ({_dotted(node)})"


def _clock_and_environment(module: Module, _modules: Mapping[str, Module]) -> Rule:
    """Only the root reads the environment; an adapter may look at the clock for what it writes, core and loops not."""
    for node in ast.walk(module.tree):
        if module.layer == "root" or not isinstance(node, ast.Attribute):
            continue
        name = _dotted(node)
        if module.layer != "adapters" and ".".join(name.split(".")[-2:]) in CLOCK_CALLS:
            yield f"line {node.lineno} reads the clock ({name})"
        if name in ("os.environ", "os.getenv", "sys.argv"):
            yield f"line {node.lineno} reads the environment ({name})"


def _cycles(modules: Mapping[str, Module]) -> Iterator[str]:
    """A cycle is told once, from the module where it closes."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in path:
            yield "a cycle: " + " -> ".join((*path[path.index(name) :], name))
        elif name not in done and name in modules:
            for other in modules[name].ours:
                yield from visit(other, (*path, name))
            done.add(name)

    for name in modules:
        yield from visit(name, ())


def _is_within(name: str, package: str) -> bool:
    return name == package or (package != "" and name.startswith(package + "."))


def _functions(tree: ast.AST) -> Iterable[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


# --- the program itself


def test_mailbot_keeps_to_its_layers() -> None:
    assert offences(SOURCE) == []


def test_every_name_in_the_tables_is_there() -> None:
    names = set(read_tree(SOURCE))
    assert {*WORDS, *LOOPS, *ADAPTERS, *ROOT, *LIBRARIES} - names == set()


def test_every_library_in_the_table_is_used_where_it_says() -> None:
    modules = read_tree(SOURCE)
    for name, libraries in LIBRARIES.items():
        used = {i.partition(".")[0] for m in modules.values() if _is_within(m.name, name) for i, _, _ in m.imports}
        assert libraries - used == set(), name


# --- each rule bites


SOUND: Mapping[str, str] = {
    "__init__.py": "",
    "model.py": "from datetime import datetime",
    "errors.py": "",
    "ports.py": "from mailbot.model import Mail",
    "ingest/__init__.py": "",
    "ingest/parse.py": "import mailparser\nfrom mailbot.ingest import body\nfrom mailbot.model import Mail",
    "ingest/body.py": "import re\nfrom io import BytesIO",
    "ingest/mailbox.py": "import socket\nimport imapclient\nfrom mailbot.errors import MailboxError",
    "classify/__init__.py": "",
    "classify/match.py": "from mailbot.model import Mail",
    "cases/__init__.py": "",
    "cases/store.py": "import sqlalchemy\nfrom mailbot.ports import CaseStore",
    "cases/term.py": "from datetime import timedelta",
    "receive.py": "import logging\nimport time\nfrom mailbot.ingest.parse import read_mail\n"
    "from mailbot.ports import Mailbox\ndef f():\n    return time.monotonic()",
    "daemon.py": "import os\nimport apscheduler\nfrom mailbot.receive import run\n"
    "from mailbot.ingest.mailbox import M\nos.environ['x']",
    "cli/__init__.py": "",
    "cli/lazy.py": "import click\nfrom importlib import import_module\ndef f():\n    import_module('x')",
}

BREACHES: Mapping[str, tuple[str, str, str]] = {
    "words import core": ("model.py", "from mailbot.ingest.body import x", "words may not import core"),
    "words import a library": ("model.py", "import pydantic", "pydantic is not its library"),
    "core imports a loop": ("ingest/body.py", "import mailbot.receive", "core may not import loops"),
    "core imports an adapter": (
        "ingest/body.py",
        "from mailbot.ingest.mailbox import M",
        "core may not import adapters",
    ),
    "core imports root": ("ingest/body.py", "from mailbot import daemon", "core may not import root"),
    "core imports another package": ("classify/match.py", "from mailbot.ingest import body", "may not import another"),
    "core has another's library": ("ingest/body.py", "import mailparser.utils", "mailparser is not its library"),
    "core has its package's library": ("cases/term.py", "import sqlalchemy", "sqlalchemy is not its library"),
    "loop imports an adapter": ("receive.py", "from mailbot.cases.store import S", "loops may not import adapters"),
    "loop imports root": ("receive.py", "from mailbot.cli import entry", "loops may not import root"),
    "loop opens a socket": ("receive.py", "import socket", "loops may not use socket"),
    "loop tells the time": ("receive.py", "import time\ntime.time()", "reads no clock (time.time)"),
    "adapter imports another's package": (
        "cases/store.py",
        "from mailbot.ingest import body",
        "may not import another",
    ),
    "adapter imports root": ("ingest/mailbox.py", "from mailbot import daemon", "adapters may not import root"),
    "adapter has a second library": ("ingest/mailbox.py", "import requests", "requests is not its library"),
    "adapter reads the environment": ("ingest/mailbox.py", "import os\nos.environ.get('x')", "reads the environment"),
    "loop reads the clock": ("receive.py", "import datetime\ndatetime.datetime.now()", "reads the clock"),
    "core uses a path": ("ingest/body.py", "from pathlib import Path", "core may not use pathlib"),
    "core uses a submodule of os": ("ingest/body.py", "import os.path", "core may not use os.path"),
    "core throws dice": ("ingest/body.py", "import random", "core may not use random"),
    "core fetches": ("ingest/body.py", "from urllib import request", "core may not use urllib"),
    "core opens a file": ("ingest/body.py", "def f():\n    return open('x')", "core may not call open"),
    "core opens a file by io": ("ingest/body.py", "from io import open as o", "core may not use io"),
    "core prints": ("ingest/body.py", "print('x')", "core may not call print"),
    "core tells the time": (
        "ingest/body.py",
        "from datetime import datetime\nx = datetime.now(None)",
        "reads the clock",
    ),
    "core passes the clock on": ("ingest/body.py", "from datetime import date\nx = date.today", "reads the clock"),
    "core dates a mail": ("ingest/body.py", "from email.utils import formatdate", "reads no clock (formatdate)"),
    "core keeps a global": ("ingest/body.py", "x = 1\ndef f():\n    global x\n    x = 2", "changes a global"),
    "import in a function": ("daemon.py", "def f():\n    import json", "imports inside a function"),
    "import in a method": (
        "daemon.py",
        "class C:\n    async def f(self):\n        from json import x",
        "imports inside a",
    ),
    "import by name": ("daemon.py", "import importlib\nimportlib.import_module('json')", "imports by name"),
    "a cycle of two": ("ingest/body.py", "from mailbot.ingest.parse import read_mail", "a cycle: ingest."),
    "a file of no layer": ("helpers.py", "", "is in no layer"),
    "a relative import": ("ingest/body.py", "from . import parse", "imports relatively"),
    "a module that is not there": ("daemon.py", "import mailbot.nowhere.at_all", "which is not there"),
}


def write_tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


def test_a_sound_tree_has_no_offence(tmp_path: Path) -> None:
    assert offences(write_tree(tmp_path, SOUND)) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_named(tmp_path: Path, breach: str) -> None:
    file, text, expected = BREACHES[breach]
    found = offences(write_tree(tmp_path, {**SOUND, file: f"{SOUND.get(file, '')}\n{text}\n"}))
    # An import that goes up also closes a cycle with those that go down.
    named = [offence for offence in found if not offence.startswith("a cycle")] or found
    assert named
    assert all(expected in offence for offence in named), found
