"""
The templates that an administrator edits: files → Templates, every fault of theirs at once.

In: file names and their texts. Out: Templates that have each been rendered with sample cases, so that nothing in them
is found wrong only when a citizen is waiting. They run in a sandbox, see named values only, and escape HTML in
`*.html.*` files. Jinja stays in this file.

A name is `<purpose>.<channel>[.<part>].<language>.j2`; a name that begins with `_` is a piece for others to include.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import FunctionLoader, StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.errors import ConfigurationError, Fault
from mailbot.model import Channel, Purpose
from mailbot.notify.sample import longest_values, sample_values
from mailbot.notify.segments import check_sms
from mailbot.notify.values import Value

NAME = re.compile(
    rf"(?P<purpose>{'|'.join(Purpose)})\.(?:(?P<sms>sms)|(?P<email>email)\.(?P<part>txt|html))"
    r"\.(?P<language>[a-z]{2,3}(?:-[A-Za-z]{4})?)\.j2"
)
NAME_HINT = (
    "<purpose>.sms.<language>.j2 or <purpose>.email.<txt|html>.<language>.j2, for example referral.email.txt.en.j2"
)

REQUIRED = (
    "acknowledgement.sms.en.j2",
    "acknowledgement.email.txt.en.j2",
    "referral.email.txt.en.j2",
    "follow_up.email.txt.en.j2",
    "overdue_alert.sms.en.j2",
    "overdue_alert.email.txt.en.j2",
    "closure_notice.sms.en.j2",
    "closure_notice.email.txt.en.j2",
    "withdrawal.email.txt.en.j2",
)
"""What every other language falls back to."""

SMS_VALUES = ("reference", "department_code", "days")
"""What is registered as a variable of an SMS: digits and letters of our own. A citizen's words would be anybody's."""

FALLBACK = {"bn-Latn": "bn", "hi-Latn": "hi", "ne": "hi"}
"""Who writes romanised reads the script; who reads Nepali reads Hindi better than English."""

SUBJECT = re.compile(r"subject:[ \t]*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Templates:
    """Checked templates. Made by `read_templates`, used by Composer."""

    environment: ImmutableSandboxedEnvironment
    names: frozenset[str]

    def language(self, purpose: Purpose, channel: Channel, wanted: str) -> str:
        """The language in which this can be told to one who writes in `wanted`."""
        for language in (wanted, FALLBACK.get(wanted, "")):
            if _name(purpose, channel, "txt", language) in self.names:
                return language
        return "en"

    def sms(self, purpose: Purpose, language: str, values: Mapping[str, Value]) -> str:
        """Render an SMS: one line, in NFC, as registered with the network."""
        return _as_sms(self._render(_name(purpose, Channel.SMS, "", language), values))

    def email(self, purpose: Purpose, language: str, values: Mapping[str, Value]) -> tuple[str, str]:
        """Render subject and text of an e-mail. The subject may need cleaning still."""
        return _split(self._render(_name(purpose, Channel.EMAIL, "txt", language), values))

    def html(self, purpose: Purpose, language: str, values: Mapping[str, Value]) -> str:
        """Render the HTML of an e-mail; "" where there is no template for it."""
        name = _name(purpose, Channel.EMAIL, "html", language)
        return self._render(name, values) if name in self.names else ""

    def _render(self, name: str, values: Mapping[str, Value]) -> str:
        if name not in self.names:
            raise ConfigurationError([Fault(name, 0, "", "there is no such template")])
        outcome = _try(self.environment, name, values)
        if isinstance(outcome, Fault):
            raise ConfigurationError([outcome])
        return outcome


def read_templates(files: Mapping[str, str]) -> Templates:
    """
    Read and try all templates.

    Args:
        files: File name, without folder → text.

    Raises:
        ConfigurationError: With every fault: a name that is none, a missing template, a syntax error, an unknown
            value, one that does not render, an e-mail without subject, an SMS that is too long or says too much.
    """
    templates = Templates(_environment(files), frozenset(name for name in files if NAME.fullmatch(name)))
    faults = [
        *(Fault(name, 0, "", "this template is missing") for name in REQUIRED if name not in files),
        *(fault for name in files for fault in _file_faults(templates, name, files[name])),
    ]
    if faults:
        raise ConfigurationError(list(dict.fromkeys(faults)))
    return templates


def _environment(files: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    def load(name: str) -> tuple[str, str, None] | None:
        return (files[name], name, None) if name in files else None

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and ".html." in name,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=len(files) + 1,
    )
    environment.globals.clear()
    return environment


def _file_faults(templates: Templates, name: str, text: str) -> Iterator[Fault]:
    named = NAME.fullmatch(name)
    if named is None and not (name.startswith("_") and name.endswith(".j2")):
        yield Fault(name, 0, "", "not the name of a template", NAME_HINT)
        return
    try:
        tree = templates.environment.parse(text, name)
        templates.environment.get_template(name)  # compiled: unknown filters and tests show only now
    except TemplateSyntaxError as error:
        yield _syntax_fault(error, name)
        return
    if named is None:
        return  # a piece is tried where it is included: only there its loop variables have values
    static = list(_unknown_values(name, tree))
    if named["sms"]:
        static.extend(_sms_constructs(name, tree))
    if named["part"] == "html" and name.replace(".html.", ".txt.") not in templates.names:
        static.append(Fault(name, 0, "", "there is no .txt. template beside it", "a mail needs its text"))
    yield from static
    if not static:
        yield from _trial_faults(templates, name, named)


def _unknown_values(name: str, tree: nodes.Template) -> Iterator[Fault]:
    """Names that no notice has a value for: also those in a branch that no trial enters."""
    known = sample_values()[0].keys()
    unknown = meta.find_undeclared_variables(tree) - known
    seen = set()
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and (node.name, node.lineno) not in seen:
            seen.add((node.name, node.lineno))
            yield Fault(name, node.lineno, node.name, "no such value", f"there are: {_list(known)}")


def _sms_constructs(name: str, tree: nodes.Template) -> Iterator[Fault]:
    """An SMS is a text registered with the network, with few values in it: no conditions, filters or other names."""
    allowed = f"an SMS has plain text and {_list(SMS_VALUES)} only"
    for part in tree.body:
        if not isinstance(part, nodes.Output):
            yield Fault(name, part.lineno, "", "a statement in an SMS", allowed)
            continue
        for node in part.nodes:
            plain = isinstance(node, nodes.TemplateData) or (isinstance(node, nodes.Name) and node.name in SMS_VALUES)
            if not plain:
                what = node.name if isinstance(node, nodes.Name) else ""
                yield Fault(name, node.lineno, what, "not registered for an SMS", allowed)


def _trial_faults(templates: Templates, name: str, named: re.Match[str]) -> Iterator[Fault]:
    """Render it with the sample cases, and look at what comes out."""
    for values in (longest_values(),) if named["sms"] else sample_values():
        outcome = _try(templates.environment, name, values)
        if isinstance(outcome, Fault):
            yield outcome
        elif named["sms"]:
            yield from (Fault(name, 1, "", problem) for problem in check_sms(_as_sms(outcome), named["language"]))
        elif named["part"] == "txt":
            subject, body = _split(outcome)
            if not subject:
                yield Fault(name, 1, "", "the first line is not 'Subject: …'")
            if not body.strip():
                yield Fault(name, 0, "", "the mail has no text")


def _try(environment: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, Value]) -> str | Fault:
    """Render; when that fails, the fault, at the line of the template where it happened."""
    try:
        return environment.get_template(name).render(values)
    except Exception as error:  # noqa: BLE001 - a template is an administrator's program: it may fail in any way
        if isinstance(error, TemplateSyntaxError):
            return _syntax_fault(error, name)
        where, line = _where(error, name)
        return Fault(where, line, "", f"does not render: {str(error) or type(error).__name__}")


def _syntax_fault(error: TemplateSyntaxError, name: str) -> Fault:
    return Fault(error.name or name, error.lineno, "", f"syntax error: {error.message}")


def _where(error: BaseException, name: str) -> tuple[str, int]:
    """The innermost template line in a traceback; Jinja puts the template's own name and lines there."""
    where, trace = (name, 0), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            where = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return where


def _as_sms(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip("\n"))


def _split(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    found = SUBJECT.fullmatch(first.strip())
    return (found[1] if found else "", rest.strip("\n") + "\n")


def _name(purpose: Purpose, channel: Channel, part: str, language: str) -> str:
    return f"{purpose}.sms.{language}.j2" if channel is Channel.SMS else f"{purpose}.email.{part}.{language}.j2"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
