"""The screens of a login."""
