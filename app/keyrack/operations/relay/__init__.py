"""Relays MCP messages between a program and a remote server."""
