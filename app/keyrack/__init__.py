"""keyrack manages the credentials of MCP servers.

For Python programs: `keyrack.Auth`, which sends keyrack's tokens with httpx, and the errors it raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyrack.auth import Auth as Auth
    from keyrack.domain.errors import KeyrackError as KeyrackError
    from keyrack.domain.errors import LoginNeeded as LoginNeeded
    from keyrack.version import __version__ as __version__

__all__ = ["Auth", "KeyrackError", "LoginNeeded", "__version__"]


def __getattr__(name: str) -> Any:
    # Late: the command line also imports this module, and does not need httpx.
    if name == "Auth":
        from keyrack.auth import Auth

        return Auth
    if name in ("KeyrackError", "LoginNeeded"):
        from keyrack.domain import errors

        return getattr(errors, name)
    if name == "__version__":
        from keyrack.version import __version__

        return __version__
    raise AttributeError(name)
