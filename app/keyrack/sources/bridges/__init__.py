"""Finds the remote server behind a local command, such as `npx mcp-remote URL`."""
