"""The fast path of parse_url gives the same results as the full one."""

from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain import resource


@given(st.from_regex(resource.PLAIN, fullmatch=True))
def test_a_plain_address_is_its_own_canonical_form(url: str) -> None:
    adapters = resource._split(url)
    long_way = adapters._replace(netloc=resource._netloc(adapters)).geturl()
    assert resource.parse_url(url) == long_way == url
