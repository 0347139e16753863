"""The sealed vault: secrets in one encrypted age file, for machines without a keychain."""
