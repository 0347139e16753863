"""What is known of services and vendors, as the operations reach it (`operations.ports.Services`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `keyrack list` asks for problems, and has none as a rule
    from collections.abc import Mapping

    from keyrack.domain.errors import BadServiceFile
    from keyrack.domain.secret import Secret
    from keyrack.domain.service import Call, Card, Verdict
    from keyrack.domain.vendor import Vendor


class KnownServices:
    """The cards of the package and those in the user's folder; its vendors. Nothing is read before it is
    asked for."""

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder

    def card_for(self, url: str) -> Card | None:
        from keyrack.services import load

        return load.card_for(url, self._folder)

    def problems(self) -> tuple[BadServiceFile, ...]:
        if self._folder is None or not os.path.isdir(self._folder):  # few people have cards of their own
            return ()
        from keyrack.services import load

        return load.user_cards(self._folder).problems

    def vendor_of(self, issuer: str) -> Vendor:
        from keyrack.services import vendors

        return vendors.vendor_of(issuer)

    def check_call(self, card: Card, fields: Mapping[str, Secret]) -> Call | None:
        from keyrack.services import calls

        return calls.check_call(card, fields)

    def revoke_call(self, card: Card, fields: Mapping[str, Secret]) -> Call | None:
        from keyrack.services import calls

        return calls.revoke_call(card, fields)

    def may_send(self, card: Card, url: str) -> bool:
        from keyrack.services import calls

        return calls.may_send(card, url)

    def read_check(self, card: Card, reply: tuple[int, tuple[tuple[str, str], ...], Any]) -> Verdict:
        from keyrack.services import judge

        return judge.read_check(card, *reply)

    def read_revoke(self, card: Card, reply: tuple[int, tuple[tuple[str, str], ...], Any]) -> Verdict:
        from keyrack.services import judge

        return judge.read_revoke(card, *reply)
