"""The sealed vault: secrets in one age file, for machines without a keychain."""
