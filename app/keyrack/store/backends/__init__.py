"""Where the operating system, or this process, keeps secrets."""
