"""Reading what a service said of a token: its own check's reply, and its revocation's."""

from __future__ import annotations

from typing import Any

from keyrack.domain.service import Card, Check, Verdict
from keyrack.services.extract import Headers, account_in, expiry_at, header_of, scopes_at, value_at, words

_MAY_WORK = "The token may still work."
_NO_CHECK = Check("GET", "", {})


def read_check(card: Card, status: int, headers: Headers, json: Any) -> Verdict:
    """What the reply to the card's check means. `json`: the parsed body, None when it is not JSON."""
    check = card.check
    if check is None:
        return Verdict(None, sentence=f"{card.name} has no check for tokens.")
    headers = tuple(headers)
    word = _word(check, json)
    if not 200 <= status < 300:
        return _failure(card, status, headers, word)
    if word in check.limited:
        return _limited(card, headers)
    if _is_page(headers) or (not isinstance(json, dict | list) and _reads_json(check)):
        return Verdict(None, sentence=f"{card.name} did not answer with JSON.")
    for path in (*check.require, *check.forbid):
        found = value_at(json, path)
        if found if path in check.forbid else found not in (None, check.require.get(path)):
            return Verdict(False, sentence=_refusal(card, word))
    if any(value_at(json, path) is None for path in (*check.require, *check.present)):
        return Verdict(None, sentence=f"{card.name} answered in a way that keyrack does not understand.")
    account = account_in(json, check.account)
    return Verdict(
        True,
        account,
        scopes_at(check.scopes, headers, json),
        expiry_at(check.expires, headers, json),
        f"{card.name} accepts it; it belongs to {account}." if account else f"{card.name} accepts it.",
    )


def read_revoke(card: Card, status: int, headers: Headers, json: Any) -> Verdict:
    """What the reply to the card's revoke request means; `ok` True: the token is dead, or will be."""
    check = card.check or _NO_CHECK
    word = _word(check, json)
    require = card.revoke.require if card.revoke else {}
    unclear = _unclear(card, status, tuple(headers), word, needs_json=bool(require) and json is None)
    if unclear:
        return Verdict(None, sentence=f"{unclear} {_MAY_WORK}")
    if 200 <= status < 300 and all(value_at(json, path) == value for path, value in require.items()):
        done = "has agreed to revoke it" if status == 202 else "has revoked it"
        last = ", for good" if card.revoke and card.revoke.irreversible else ""
        return Verdict(True, sentence=f"{card.name} {done}{last}.")
    if status in check.refused or word in check.errors:
        return Verdict(False, sentence=f"There was nothing to revoke: {_refusal(card, word)}")
    said = f"“{word}”" if word else f"it answered {status}"
    return Verdict(False, sentence=f"{card.name} did not revoke it ({said}). {_MAY_WORK}")


def _unclear(card: Card, status: int, headers: Headers, word: str, *, needs_json: bool) -> str:
    """Why a reply does not tell what became of the token; "" where it does."""
    if status == 429 or word in (card.check or _NO_CHECK).limited:
        return _limited(card, headers).sentence
    if status >= 500:
        return f"{card.name} answered {status}."
    if 300 <= status < 400:
        return f"{card.name} redirected the request, and keyrack did not follow."
    if status < 300 and (needs_json or _is_page(headers)):
        return f"{card.name} did not answer with JSON."
    return ""


def _word(check: Check, json: Any) -> str:
    """The vendor's word for what is wrong."""
    return next((text for path in check.error if (text := words(value_at(json, path)))), "")


def _is_page(headers: Headers) -> bool:
    """A page for people, as gates of networks and maintenance have it, with whatever status."""
    kind = header_of(headers, "content-type") or ""
    return kind.strip().lower().startswith("text/html") and header_of(headers, "content-length") != "0"


def _reads_json(check: Check) -> bool:
    places = [place for place in (check.scopes, check.expires) if place is not None and place.json]
    return bool(check.require or check.present or check.forbid or check.account or places)


def _failure(card: Card, status: int, headers: Headers, word: str) -> Verdict:
    assert card.check is not None
    # GitHub's limits come as 403 with nothing remaining, or with Retry-After.
    exhausted = header_of(headers, "x-ratelimit-remaining") == "0" or header_of(headers, "retry-after")
    if status == 429 or (status == 403 and exhausted) or word in card.check.limited:
        return _limited(card, headers)
    gate = status == 403 and _is_page(headers)  # a firewall's, not the API's word
    if (status in card.check.refused and not gate) or word in card.check.errors:
        return Verdict(False, sentence=card.check.says.get(status) or _refusal(card, word))
    if status in card.check.says:
        return Verdict(None, sentence=card.check.says[status])
    if status == 403:
        return Verdict(
            None,
            sentence=f"{card.name} does not let this token ask whose it is; the server may still accept it.",
        )
    if 300 <= status < 400:
        return Verdict(None, sentence=f"{card.name} redirected the check, and keyrack did not follow.")
    return Verdict(None, sentence=f"{card.name} answered {status}, which says nothing about the token.")


def _limited(card: Card, headers: Headers) -> Verdict:
    seconds = header_of(headers, "retry-after") or ""
    when = f"in {seconds} s" if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else "later"
    return Verdict(None, sentence=f"{card.name} received too many requests; try again {when}.")


def _refusal(card: Card, word: str) -> str:
    explained = card.check.errors.get(word) if card.check else None
    if explained:
        return explained
    return f"{card.name} does not accept it" + (f" (“{word}”)." if word else ".")
