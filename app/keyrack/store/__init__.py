"""Where secrets and facts lie: keychain, memory, records, locks."""
