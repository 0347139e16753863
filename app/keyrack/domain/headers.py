"""What a header is for, as far as its name can tell."""

CREDENTIAL = frozenset(("authorization", "proxy-authorization", "apikey", "token", "cookie"))
CREDENTIAL_ENDS = ("api-key", "-token", "-key", "-secret", "-password")
# Which of a person's tenants is meant: with another value the same address is another server.
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
    """Does a header of this name say whose data at the same address is meant?"""
    return _plain(name) in TENANT


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
