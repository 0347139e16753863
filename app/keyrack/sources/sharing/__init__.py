"""Changes rows in the files and keychain items of other programs, and reverses such changes."""
