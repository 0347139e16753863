"""Network access: HTTP, the loopback callback and the browser."""
