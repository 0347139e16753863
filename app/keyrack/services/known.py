"""The known services and vendors, as an adapter for `operations.ports.Services`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `keyrack list` asks for problems; there are rarely any
    from collections.abc import Mapping

    from keyrack.domain.errors import BadServiceFile
    from keyrack.domain.secret import Secret
    from keyrack.domain.service import Call, Service, ServiceAnswer
    from keyrack.domain.vendor import Vendor


class KnownServices:
    """The services of the package and of the user's files, and the package's vendors.

    Nothing is read until it is needed.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder

    def service_for(self, url: str) -> Service | None:
        from keyrack.services import load

        return load.service_for(url, self._folder)

    def problems(self) -> tuple[BadServiceFile, ...]:
        if self._folder is None or not os.path.isdir(self._folder):  # few people have any
            return ()
        from keyrack.services import load

        return load.user_services(self._folder).problems

    def vendor_of(self, issuer: str) -> Vendor:
        from keyrack.services import vendors

        return vendors.vendor_of(issuer)

    def check_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        from keyrack.services import calls

        return calls.check_call(service, fields)

    def revoke_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        from keyrack.services import calls

        return calls.revoke_call(service, fields)

    def may_send(self, service: Service, url: str) -> bool:
        from keyrack.services import calls

        return calls.may_send(service, url)

    def read_check(
        self, service: Service, reply: tuple[int, tuple[tuple[str, str], ...], Any]
    ) -> ServiceAnswer:
        from keyrack.services import replies

        return replies.read_check(service, *reply)

    def read_revoke(
        self, service: Service, reply: tuple[int, tuple[tuple[str, str], ...], Any]
    ) -> ServiceAnswer:
        from keyrack.services import replies

        return replies.read_revoke(service, *reply)
