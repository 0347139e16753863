"""keyrack: a rack with a hook for every MCP server's key."""

__version__ = "0.1.0"
