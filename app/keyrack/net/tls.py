"""Whom to trust: what the operating system trusts, so that a company's own authority works."""

from __future__ import annotations

import os
import ssl


def trust() -> ssl.SSLContext:
    """The system's authorities, or SSL_CERT_FILE and SSL_CERT_DIR; certifi's where there are none."""
    context = ssl.create_default_context()
    chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if not chosen and not context.cert_store_stats()["x509_ca"] and not _has_folder():
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    return context


def _has_folder() -> bool:
    """A folder of authorities is read at need, so it does not show in the context's count."""
    try:
        with os.scandir(ssl.get_default_verify_paths().capath or "") as entries:
            return any(entries)
    except OSError:
        return False
