"""Interprets a service's replies to its token check and to a revocation."""

from __future__ import annotations

from typing import Any

from keyrack.domain.service import Check, Service, ServiceAnswer
from keyrack.services.extract import Headers, account_in, expiry_at, header_of, scopes_at, value_at, words

_MAY_WORK = "The token may still work."
_NO_CHECK = Check("GET", "", {})


def read_check(service: Service, status: int, headers: Headers, json: Any) -> ServiceAnswer:
    """What the reply to the service's check means. `json`: the parsed body; None if it is not JSON."""
    check = service.check
    if check is None:
        return ServiceAnswer(None, sentence=f"{service.name} has no check for tokens.")
    headers = tuple(headers)
    word = _word(check, json)
    if not 200 <= status < 300:
        return _failure(service, status, headers, word)
    if word in check.limited:
        return _limited(service, headers)
    if _is_page(headers) or (not isinstance(json, dict | list) and _reads_json(check)):
        return ServiceAnswer(None, sentence=f"{service.name} did not answer with JSON.")
    for path in (*check.require, *check.forbid):
        found = value_at(json, path)
        if found if path in check.forbid else found not in (None, check.require.get(path)):
            return ServiceAnswer(False, sentence=_refusal(service, word))
    if any(value_at(json, path) is None for path in (*check.require, *check.present)):
        return ServiceAnswer(
            None, sentence=f"{service.name} answered in a way that keyrack does not understand."
        )
    account = account_in(json, check.account)
    return ServiceAnswer(
        True,
        account,
        scopes_at(check.scopes, headers, json),
        expiry_at(check.expires, headers, json),
        f"{service.name} accepts it; it belongs to {account}." if account else f"{service.name} accepts it.",
    )


def read_revoke(service: Service, status: int, headers: Headers, json: Any) -> ServiceAnswer:
    """What the reply to the service's revoke request means. `ok` True: the token is revoked, or will be."""
    check = service.check or _NO_CHECK
    word = _word(check, json)
    require = service.revoke.require if service.revoke else {}
    unclear = _unclear(service, status, tuple(headers), word, needs_json=bool(require) and json is None)
    if unclear:
        return ServiceAnswer(None, sentence=f"{unclear} {_MAY_WORK}")
    if 200 <= status < 300 and all(value_at(json, path) == value for path, value in require.items()):
        done = "has agreed to revoke it" if status == 202 else "has revoked it"
        last = ", for good" if service.revoke and service.revoke.irreversible else ""
        return ServiceAnswer(True, sentence=f"{service.name} {done}{last}.")
    if status in check.refused or word in check.errors:
        return ServiceAnswer(False, sentence=f"There was nothing to revoke: {_refusal(service, word)}")
    said = f"“{word}”" if word else f"it answered {status}"
    return ServiceAnswer(False, sentence=f"{service.name} did not revoke it ({said}). {_MAY_WORK}")


def _unclear(service: Service, status: int, headers: Headers, word: str, *, needs_json: bool) -> str:
    """Why the reply does not tell whether the token works; "" if it does."""
    if status == 429 or word in (service.check or _NO_CHECK).limited:
        return _limited(service, headers).sentence
    if status >= 500:
        return f"{service.name} answered {status}."
    if 300 <= status < 400:
        return f"{service.name} redirected the request, and keyrack did not follow."
    if status < 300 and (needs_json or _is_page(headers)):
        return f"{service.name} did not answer with JSON."
    return ""


def _word(check: Check, json: Any) -> str:
    """The vendor's error code or message."""
    return next((text for path in check.error if (text := words(value_at(json, path)))), "")


def _is_page(headers: Headers) -> bool:
    """Is it an HTML page, such as one from a firewall or for maintenance? It can come with any status."""
    kind = header_of(headers, "content-type") or ""
    return kind.strip().lower().startswith("text/html") and header_of(headers, "content-length") != "0"


def _reads_json(check: Check) -> bool:
    places = [place for place in (check.scopes, check.expires) if place is not None and place.json]
    return bool(check.require or check.present or check.forbid or check.account or places)


def _failure(service: Service, status: int, headers: Headers, word: str) -> ServiceAnswer:
    assert service.check is not None
    # GitHub reports rate limits as 403 with none remaining, or with Retry-After.
    exhausted = header_of(headers, "x-ratelimit-remaining") == "0" or header_of(headers, "retry-after")
    if status == 429 or (status == 403 and exhausted) or word in service.check.limited:
        return _limited(service, headers)
    gate = status == 403 and _is_page(headers)  # from a firewall, not from the API
    if (status in service.check.refused and not gate) or word in service.check.errors:
        return ServiceAnswer(False, sentence=service.check.says.get(status) or _refusal(service, word))
    if status in service.check.says:
        return ServiceAnswer(None, sentence=service.check.says[status])
    if status == 403:
        return ServiceAnswer(
            None,
            sentence=f"{service.name} does not let this token ask whose it is; "
            "the server may still accept it.",
        )
    if 300 <= status < 400:
        return ServiceAnswer(
            None, sentence=f"{service.name} redirected the check, and keyrack did not follow."
        )
    return ServiceAnswer(
        None, sentence=f"{service.name} answered {status}, which says nothing about the token."
    )


def _limited(service: Service, headers: Headers) -> ServiceAnswer:
    seconds = header_of(headers, "retry-after") or ""
    when = f"in {seconds} s" if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else "later"
    return ServiceAnswer(None, sentence=f"{service.name} received too many requests; try again {when}.")


def _refusal(service: Service, word: str) -> str:
    explained = service.check.errors.get(word) if service.check else None
    if explained:
        return explained
    return f"{service.name} does not accept it" + (f" (“{word}”)." if word else ".")
