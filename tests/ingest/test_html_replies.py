"""Replies whose quote only the HTML shows, as mail programs mark it; their labels are in no language."""

import pytest

from mailbot.ingest.parse import read_mail

HEAD = (
    "From: Roy <roy@example.org>\nTo: Grievance Cell <grievance@example.net>\nSubject: Re: Road in ward 11\n"
    "In-Reply-To: <1@example.net>\n"
)


def html(body: str) -> str:
    return f"{HEAD}Content-Type: text/html; charset=utf-8\n\n{body}"


def alt(plain: str, rich: str) -> str:
    return (
        f"{HEAD}Content-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{rich}\n--b--\n"
    )


MAILS = {
    "gmail": html(
        '<div dir="ltr">Done.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Qq 2 '
        'Mar 2026 Cell zz:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">Dear '
        "officer</blockquote></div>"
    ),
    "moz": html(
        '<div class="moz-cite-prefix">Le 02/03/2026 Cell a zz :<br></div><blockquote type="cite">'
        "<p>Dear officer</p></blockquote><p>Done.</p>"
    ),
    "owa": html(
        '<div>Done.</div><hr style="display:inline-block;width:98%" tabindex="-1"><div '
        'id="divRplyFwdMsg" dir="ltr"><b>Qqqq:</b> Cell<br><b>Rrrr:</b> lundi 2<br><b>Tttt:</b> '
        "Road</div><div>Dear officer</div>"
    ),
    "outlook": html(
        "<div class=WordSection1><p class=MsoNormal>Done.<o:p></o:p></p><div><div "
        'style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p '
        "class=MsoNormal><b>Qq:</b> Cell<br><b>Rr:</b> x<br></p></div></div><p class=MsoNormal>Dear "
        "officer</p></div>"
    ),
    "zimbra": html(
        '<div>Done.</div><hr id="zwchr"><div><b>Qq: </b>"Cell"<br><b>Ss: </b>y</div><div>Dear officer</div>'
    ),
    "yahoo": html(
        '<div class="ydp1"><div>Done.</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>Qq '
        "Monday, zz Cell zz:</div><div>Dear officer</div></div>"
    ),
    "proton": html(
        '<div>Done.</div><div class="protonmail_quote">Qq Monday, zz Cell zz<br><blockquote '
        'class="protonmail_quote" type="cite">Dear officer</blockquote></div>'
    ),
    "alt outlook unknown language, plain unmarked": alt(
        "Done.\n\nQq wwww zzzz kkkkk eeee Cell\n\nDear officer",
        '<div>Done.</div><div id="appendonsend"></div><div id="divRplyFwdMsg">Qq wwww zzzz kkkkk eeee '
        "Cell</div><div>Dear officer</div>",
    ),
    "apple": html(
        '<body>Done.<div><br><blockquote type="cite"><div>On 2 Mar 2026, at 10:11, Cell '
        "&lt;grievance@example.net&gt; wrote:</div><br><div>Dear officer</div></blockquote></div></body>"
    ),
    "qq": html(
        '<div>Done.</div><div><includetail><div style="font-size:12px;padding:2px 0 2px '
        '0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div '
        'style="background:#efefef;"><div><b>发件人:</b>&nbsp;"Cell"&lt;grievance@example.net&gt;;</div>'
        "<div><b>发送时间:</b>&nbsp;2026年3月2日</div><div><b>主题:</b> x</div></div><div>Dear officer</div>"
        "</includetail></div>"
    ),
    "gmx": html(
        '<div>Done.</div><div name="quote" style="margin:10px 5px; border-left:2px solid #C3D9E5"><div>'
        "<b>Gesendet:</b> x<br><b>Von:</b> y</div><div>Dear officer</div></div>"
    ),
}


@pytest.mark.parametrize("name", MAILS)
def test_the_answer_alone_is_the_reply(name: str) -> None:
    assert read_mail(MAILS[name].encode()).reply_text == "Done."


def test_a_greeting_that_stands_in_answer_and_quote_cuts_nothing() -> None:
    mail = html('<div>Hello,</div><div>it is done.</div><div id="appendonsend"></div><div>Hello,</div><div>when?</div>')
    assert "it is done." in read_mail(mail.encode()).reply_text
