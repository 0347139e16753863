"""Client authentication with `private_key_jwt` (RFC 7521, section 4.2; RFC 7523, section 3)."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 120  # seconds; allows clocks to differ by a minute or two
CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}


def choose_algorithm(key: Secret, supported: tuple[str, ...] | None) -> str:
    """The algorithm that this key signs with, at an issuer that accepts `supported`.

    Raises KeyrackError if it is not a private key, or not one that the issuer accepts.
    """
    possible = _load(key)[1]
    chosen = next((name for name in possible if supported is None or name in supported), None)
    if chosen is None:
        raise KeyrackError(
            f"The authorization server does not accept signatures from this kind of key ({possible[0]}).",
            hint="It accepts: " + ", ".join(name[:20] for name in (supported or ())[:8]),
        )
    return chosen


def client_assertion(registration: Registration, now: Callable[[], float] = time.time) -> Secret:
    """The assertion for one request. Its audience is the issuer, as MCP's extension requires."""
    assert registration.client_key is not None
    import jwt

    key, _, key_id = _load(registration.client_key)
    at = int(now())
    claims = {
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": registration.issuer,
        "iat": at,
        "exp": at + LIFETIME,
        "jti": secrets.token_urlsafe(16),
    }
    headers = {"kid": key_id} if key_id else None
    return Secret(jwt.encode(claims, key, registration.signing_alg, headers))


def _load(key: Secret) -> tuple[Any, tuple[str, ...], str | None]:
    """The private key, its signing algorithms (most widely supported first), and its ID."""
    from cryptography.hazmat.primitives import serialization

    text, key_id = key.reveal().strip(), None
    try:
        if text.startswith("{"):
            import jwt

            fields = json.loads(text)
            key_id = fields.get("kid") if isinstance(fields.get("kid"), str) else None
            loaded: Any = jwt.PyJWK(fields).key
        else:
            loaded = serialization.load_pem_private_key(text.encode(), None)
    except TypeError:
        raise _unusable("it is encrypted with a passphrase") from None
    except Exception:  # several libraries raise their own errors, whose messages could show the key
        raise _unusable("it is neither a private key in PEM nor a JWK") from None
    return loaded, _algorithms(loaded), key_id


def _algorithms(key: Any) -> tuple[str, ...]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return (CURVES[key.curve.name],)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return ("EdDSA",)
    raise _unusable("it is not a private RSA (2048 bits), EC or Ed25519 key")


def _unusable(why: str) -> KeyrackError:
    return KeyrackError(
        f"The client's private key can't be used: {why}.",
        hint="Create one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    )
