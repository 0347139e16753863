"""Finds the service that a server belongs to, by its host.

`data/index.toml` maps hosts to files, so that only one file is parsed (all of them
take 11 ms). The user's own files, in the `services` folder next to `config.toml`,
take precedence for the hosts that they name. A file with `extends = "gitlab"` starts
from that service, for example for a self-hosted GitLab.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, TypeVar

from keyrack.domain.errors import BadServiceFile, BadUrl, KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import host, origin
from keyrack.domain.service import Check, Revoke, Service, host_matches
from keyrack.services.parse import service_of

DATA = os.path.join(os.path.dirname(__file__), "data")
INDEX = "index.toml"

_T = TypeVar("_T")
_C = TypeVar("_C", Check, Revoke)


class UserServices(NamedTuple):
    """The services in the user's own files, and the problems of files that can't be used."""

    services: tuple[Service, ...] = ()
    problems: tuple[BadServiceFile, ...] = ()


def service_for(url: str, extra_dir: str | None = None) -> Service | None:
    """The service of a server's URL, with `{site}` filled in if the host determines it; None if unknown.

    Broken files of the user are skipped here; `user_services` reports them.
    """
    try:
        name = host(url)
    except BadUrl:
        return None
    own = user_services(extra_dir).services if extra_dir else ()
    found = _best(name, [(pattern, service) for service in own for pattern in service.hosts])
    if found is None:
        known = _best(name, list(_index().items()))
        found = built_in(known) if known else None
    return None if found is None else _settle(found, name, origin(url).split("://")[1])


def user_services(extra_dir: str) -> UserServices:
    """The services in every `*.toml` of the user's folder, which need not exist."""
    try:
        names = sorted(name for name in os.listdir(extra_dir) if name.endswith(".toml"))
    except (FileNotFoundError, NotADirectoryError):
        return UserServices()
    except OSError as error:
        return UserServices(problems=(BadServiceFile(extra_dir, error.strerror or "it can't be read"),))
    services: list[Service] = []
    problems: list[BadServiceFile] = []
    for path in (os.path.join(extra_dir, name) for name in names):
        try:
            services.append(_user_service(path))
        except BadServiceFile as error:
            problems.append(error)
    return UserServices(tuple(services), tuple(problems))


@cache
def built_in(id: str) -> Service:
    """A service of the package, with `{site}` not filled in. Raises KeyError for an unknown id."""
    return service_of(_built_in_table(id))


def built_in_ids() -> tuple[str, ...]:
    """The ids of the package's services, sorted."""
    names = (name for name in os.listdir(DATA) if name.endswith(".toml") and name != INDEX)
    return tuple(sorted(name.removesuffix(".toml") for name in names))


@cache
def _index() -> dict[str, str]:
    return _read(os.path.join(DATA, INDEX))["hosts"]


def _built_in_table(id: str) -> dict[str, Any]:
    if id not in built_in_ids():
        raise KeyError(id)
    return _read(os.path.join(DATA, id + ".toml"))


def _user_service(path: str) -> Service:
    try:
        data = _read(path)
        base = data.pop("extends", None)
        if base is not None:
            inherited = _built_in_table(base)
            if "hosts" in data:
                inherited.pop("regions", None)  # they belong to the base's hosts
            data = {**inherited, **data}
        return service_of(data, path)
    except KeyrackError as error:
        raise BadServiceFile(path, str(error)) from None
    except KeyError:
        raise BadServiceFile(path, "“extends” names no service that keyrack knows") from None
    except OSError as error:
        raise BadServiceFile(path, error.strerror or "it can't be read") from None
    except (ValueError, RecursionError) as error:
        raise BadServiceFile(path, f"it is not TOML ({error})") from None


def _read(path: str) -> dict[str, Any]:
    import tomllib

    with open(path, "rb") as file:
        return tomllib.load(file)


def _best(name: str, entries: list[tuple[str, _T]]) -> _T | None:
    """The entry with the most specific pattern: exact hosts before suffixes, then longer before shorter."""
    matching = [(pattern, entry) for pattern, entry in entries if host_matches(name, pattern)]
    if not matching:
        return None
    return max(matching, key=lambda item: (not item[0].startswith("."), len(item[0])))[1]


def _settle(service: Service, name: str, authority: str) -> Service:
    """The service for one host: with its region's site and page, and the fields that this host needs."""
    fields = tuple(
        field
        for field in service.fields
        if not field.only_on or any(host_matches(name, pattern) for pattern in field.only_on)
    )
    region = next((region for region in service.regions if host_matches(name, region.host)), None)
    if region is not None:
        site = region.site
    else:
        site = "" if any(field.key == "site" for field in fields) else authority
    page = (region.page if region else "") or service.page
    if not site:
        return service._replace(fields=fields, page="" if "{site}" in page else page)
    return service._replace(
        fields=fields,
        site=site,
        page=page.replace("{site}", site),
        check=_at(service.check, site),
        revoke=_at(service.revoke, site),
    )


def _at(call: _C | None, site: str) -> _C | None:
    return None if call is None else call._replace(url=call.url.replace("{site}", site))
