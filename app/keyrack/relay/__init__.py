"""MCP's transports as pure decisions: which headers go with a message, and what a reply to it means."""
