"""HTML of mails as the text a reader sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.ingest.html import html_to_text, is_tame


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
        ("a <b>bold</b>ly written\n word", "a boldly written word"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<style>p{}</style><script>x</script><p style='display: none'>no</p>yes", "yes"),
        ("<head><title>t</title></head><body>Second&amp;para &lt;b&gt; &nbsp;x</body>", "Second&para <b>  x"),
        ("<blockquote>q1<br>q2</blockquote>mine", "> q1\n> q2\n\nmine"),
        ("<blockquote style='margin: 0 0 0 40px; border: none; padding: 0px;'>moved right</blockquote>", "moved right"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ul><li>x</li><li>y</li></ul>", "- x\n- y"),
        ("no tags &amp; all", "no tags & all"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("", ""),
    ],
)
def test_html_becomes_the_lines_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_html_that_must_not_be_parsed_still_gives_its_words() -> None:
    html = "<style>p{}</style>" + "<div>" * 2_000 + "word<br>next &amp; last"
    assert not is_tame(html)
    assert html_to_text(html).split() == ["word", "next", "&", "last"]


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "<blockquote>",
        "</blockquote>",
        "<br",
        "<!--",
        "&#",
        "<pre>",
        "<table><td>",
        "\0",
        "<a href='",
        "x",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=60))
def test_any_html_becomes_text(pieces: list[str]) -> None:
    text = html_to_text("".join(pieces))
    assert "\0" not in text
    assert "\xa0" not in text
