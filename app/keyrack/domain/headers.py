"""What a header is for, judged by its name."""

CREDENTIAL = frozenset(("authorization", "proxy-authorization", "apikey", "token", "cookie"))
CREDENTIAL_ENDS = ("api-key", "-token", "-key", "-secret", "-password")
# Headers that select one of a user's tenants: with another value, the same URL is another server.
TENANT = frozenset((
    *(f"{start}{what}{end}"
      for start in ("", "x-")
      for what in ("account", "customer", "org", "organisation", "organization", "project", "team", "tenant",
                   "workspace")
      for end in ("", "-id", "-name", "-slug")),
    "openai-organization",
    "openai-project",
    "stripe-account",
    "x-atlassian-cloud-id",
    "x-databricks-org-id",
    "x-goog-user-project",
    "x-grafana-org-id",
    "x-scope-orgid",  # Grafana's Loki, Mimir and Tempo
    "xero-tenant-id",
))  # fmt: skip


def carries_credential(name: str) -> bool:
    """Does a header of this name carry a credential?"""
    name = _plain(name)
    return name in CREDENTIAL or name.endswith(CREDENTIAL_ENDS)


def selects_tenant(name: str) -> bool:
    """Does a header of this name select whose data to use at the same URL?"""
    return _plain(name) in TENANT


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
