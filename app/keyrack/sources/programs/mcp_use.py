"""mcp-use: a JSON file anywhere, which the user names. Reads the fields of both its languages.

Neither of them substitutes variables, so `${X}` is sent literally.
"""

from __future__ import annotations

from keyrack.domain.kinds import kind
from keyrack.domain.model import ClientSettings, Header
from keyrack.sources.connect import BY_SDK, Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import entries, jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.headers import header_of
from keyrack.sources.parsing.interpolate import NONE

STYLE = NONE
EDIT = NotMovable("mcp-use does not support variables, so it must stay there.", "mcpServers")
CONNECT = Connect(gives=BY_SDK)


def read(text: str, collector: Collector) -> None:
    document = jsonc.parse(text)
    collector.repeated(document.repeated)
    for name, entry in collector.entries(collector.table(document.data, "mcpServers")):
        fields = Fields(entry, collector, name)
        entries.add(collector, name, entry, client=_client(fields), headers=_token(fields))


def _client(fields: Fields) -> ClientSettings | None:
    auth = fields.data.get("auth")
    if auth is None or isinstance(auth, str):
        oauth = fields.data.get("oauth")  # of the TypeScript client; true means "as discovered"
        return None if oauth is None or oauth is True else oauth_client.settings_of(fields.sub("oauth"))
    if not isinstance(auth, dict):
        fields.collector.problem(
            f"“auth” should be text or an object, but is {kind(auth)}.", entry=fields.entry
        )
        return None
    found = fields.sub("auth")
    client = oauth_client.registered_with(oauth_client.settings_of(found), "localhost", 8080)
    provider = found.sub("oauth_provider")
    metadata = provider.table("metadata")
    if not metadata:
        return client
    issuer = metadata.get("issuer")
    return client._replace(metadata=metadata, issuer=issuer if isinstance(issuer, str) else client.issuer)


def _token(fields: Fields) -> tuple[Header, ...]:
    auth = fields.data.get("auth")
    token = auth if isinstance(auth, str) else fields.text("authToken", "auth_token")
    if not token:
        return ()
    bearer = token if token.lower().startswith("bearer ") else f"Bearer {token}"
    header = header_of("Authorization", bearer, fields.collector, fields.entry)
    return (header,) if header is not None else ()
