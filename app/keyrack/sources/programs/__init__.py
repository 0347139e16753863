"""One file per program: how it writes its servers down."""
