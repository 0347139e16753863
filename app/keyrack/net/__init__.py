"""The wires: HTTP, the loopback callback, the browser."""
