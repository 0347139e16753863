"""Payloads round-trip completely, and nothing that is stored can crash the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.errors import DamagedData, KeyrackError, NewerFormat
from keyrack.domain.model import CredentialInfo, Endpoints, Registration, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.store.transaction.payload import Payload, decode, encode
from support.store_fakes import stored_credential

text = st.text(st.characters(codec=None), max_size=20)
secret = st.builds(Secret, text)
texts = st.lists(text, max_size=3).map(tuple)
times = st.floats(allow_nan=False, allow_infinity=False)
kinds = st.sampled_from(["pre-registered", "metadata-document", "dynamic"])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


grants = st.builds(
    StoredCredential,
    url=text,
    account=text,
    credential=st.builds(
        CredentialInfo,
        kind=st.sampled_from(["oauth", "token"]),
        issuer=maybe(text),
        client_id=maybe(text),
        client_kind=maybe(kinds),
        resource=maybe(text),
        scopes=texts,
        obtained_at=times,
        expires_at=maybe(times),
        refreshable=st.booleans(),
        refreshed_at=maybe(times),
        refused_at=maybe(times),
        refusal=text,
        refresh_refused_at=maybe(times),
        label=text,
        header=text,
        store=text,
        slot=text,
        ad_hoc=st.booleans(),
        names=texts,
        apart=st.booleans(),
    ),
    tokens=st.builds(TokenSet, secret, maybe(secret), text, maybe(times), texts),
    registration=maybe(
        st.builds(
            Registration,
            text,
            text,
            kinds,
            maybe(secret),
            text,
            maybe(times),
            texts,
            maybe(secret),
            maybe(text),
            callback_port=maybe(st.integers(1, 65535)),
            redirect_host=maybe(text),
            callback_path=maybe(text),
        )
    ),
    endpoints=maybe(st.builds(Endpoints, text, maybe(text))),
    headers=st.dictionaries(text, secret, max_size=3).map(lambda pairs: tuple(pairs.items())),
    fields=st.dictionaries(text, secret, max_size=3).map(lambda pairs: tuple(pairs.items())),
    name=text,
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(grants, st.integers(0, 2**40))
def test_every_grant_comes_back_as_it_was(found: StoredCredential, sequence: int) -> None:
    assert decode(encode(Payload(sequence, found))) == Payload(sequence, found)


def paths(data: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(data, dict):
        return []
    return [path for key, value in data.items() for path in [(*before, key), *paths(value, (*before, key))]]


WHOLE = json.loads(encode(Payload(1, stored_credential())).reveal())


@given(st.sampled_from(paths(WHOLE)), anything)
def test_a_wrong_value_anywhere_is_a_sentence_or_harmless(path: tuple[str, ...], value: object) -> None:
    data = json.loads(json.dumps(WHOLE))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        assert isinstance(decode(Secret(json.dumps(data))), Payload)
    except (DamagedData, NewerFormat) as error:
        assert "access-one" not in str(error)


@given(st.integers(0, 2000))
def test_a_text_that_was_cut_off_is_damaged(length: int) -> None:
    whole = encode(Payload(1, stored_credential())).reveal()
    with pytest.raises(DamagedData):
        decode(Secret(whole[: min(length, len(whole) - 1)]))


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "null",
        "[]",
        "{}",
        '"text"',
        "access-one",
        "[" * 100_000,
        "1" * 5000,
        '{"format":"1"}',
        '{"format":0}',
        '{"format":true}',
        '{"format":1}',
    ],
    ids=lambda stored: stored[:12],
)
def test_what_is_no_payload_is_damaged_and_not_quoted(stored: str) -> None:
    with pytest.raises(DamagedData) as caught:
        decode(Secret(stored))
    assert "access-one" not in str(caught.value)


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(NewerFormat, match="newer keyrack") as caught:
        decode(Secret(json.dumps(WHOLE | {"format": 99})))
    assert isinstance(caught.value, KeyrackError) and caught.value.hint == "Update keyrack."
