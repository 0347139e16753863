"""Paths, files, locks, forks and threads: what every other package may use."""
