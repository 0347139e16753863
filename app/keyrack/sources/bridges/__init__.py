"""Remote servers that a local command stands in for, such as `npx mcp-remote URL`."""
