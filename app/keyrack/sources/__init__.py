"""The configuration files of MCP programs, including keyrack's own: finding, reading and changing them."""
