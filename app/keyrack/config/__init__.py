"""keyrack's own configuration file: reading its settings and changing it."""
