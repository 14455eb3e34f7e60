"""Pages: forms and links as a browser would use them."""

from school.traffic.pages import read

SIGN_IN = """
<a href="/password/forgotten/">Forgotten?</a>
<form method="POST" action="/sign-in/?x=1">
  <input type="hidden" name="csrfmiddlewaretoken" value="a&amp;b">
  <input name="username"><input type="password" name="password">
  <input type="checkbox" name="stay"><input type="submit" name="go" value="Go">
</form>
<form method="post" enctype="multipart/form-data"><input type="file" name="file" required>
  <textarea name="note"></textarea>
"""


def test_a_form_carries_its_fields_as_they_would_be_sent() -> None:
    form = read(SIGN_IN).sign_in_form
    assert form is not None
    assert (form.action, form.method) == ("/sign-in/?x=1", "post")
    assert form.fields == {"csrfmiddlewaretoken": "a&b", "username": "", "password": ""}


def test_a_form_with_a_file_is_known_even_if_it_is_never_closed() -> None:
    form = read(SIGN_IN).forms[1]
    assert form.takes_file
    assert form.fields == {"note": ""}


def test_a_form_is_found_by_where_it_leads() -> None:
    content = read(SIGN_IN)
    assert content.form_to("/sign-in/") is content.forms[0]
    assert content.form_to("/sign-out/") is None


def test_links_below_an_address_come_once_and_without_it() -> None:
    content = read('<a href="/courses/">All</a><a href="/courses/a/">A</a><a href="/courses/a/">A</a><a>none</a>')
    assert content.links_to("/courses/") == ["/courses/a/"]


def test_a_page_that_is_not_html_has_nothing_to_act_on() -> None:
    content = read("%PDF-1.4 <<")
    assert (content.forms, content.links) == ((), ())
