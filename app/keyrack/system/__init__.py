"""The ground floor: paths, files, locks, forks and threads."""
