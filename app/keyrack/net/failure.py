"""Sentences for why a request got no reply.

They name the host, but never a URL's path or query, or a header's value.
"""

from __future__ import annotations

import errno
import ssl

from keyrack.net.tls import whom_to_trust

# OpenSSL's X509_V_ERR_… numbers.
CERTIFICATE_PROBLEMS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "was issued by an authority that this machine does not trust",
    20: "was issued by an authority that this machine does not trust",
    21: "was issued by an authority that this machine does not trust",
    23: "has been revoked",
    62: "is for another host",
    64: "is for another address",
}

UNKNOWN_AUTHORITY = (18, 19, 20, 21)
# OpenSSL's names of the alerts from a server that requires a client certificate, or rejects this one
# (RFC 8446, section 6.2).
CERTIFICATE_WANTED = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
CERTIFICATE_REFUSED = {
    *("SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"),
    *("SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED", "TLSV1_ALERT_ACCESS_DENIED"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
}

UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.EHOSTDOWN}
BROKEN = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}


def sentence(error: Exception, host: str) -> str:
    """What went wrong with the request to `host`, for the user."""
    import httpx

    certificate = _cause(error, ssl.SSLCertVerificationError)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        why = CERTIFICATE_PROBLEMS.get(certificate.verify_code, "is not valid")
        unknown = certificate.verify_code in UNKNOWN_AUTHORITY
        return f"The certificate of {host} {why}.{f' {whom_to_trust()}' if unknown else ''}"
    reason = _alert(error)
    if reason == CERTIFICATE_WANTED:
        return f"{host} requires a client certificate (mutual TLS). Set client_cert in keyrack's own file."
    if reason in CERTIFICATE_REFUSED:
        return f"{host} refuses the client certificate. Check client_cert in keyrack's own file."
    if is_tls(error) and isinstance(error, httpx.ConnectError):
        return f"The TLS connection to {host} failed."
    if isinstance(error, httpx.ConnectTimeout):
        return f"The connection to {host} timed out."
    if isinstance(error, httpx.TimeoutException):
        return too_slow(host)
    if isinstance(error, httpx.ProxyError):
        return f"The proxy refused the request to {host}."
    system = _cause(error, OSError)
    if isinstance(system, ConnectionRefusedError):
        return f"{host} refused the connection."
    if isinstance(system, OSError) and system.errno in UNREACHABLE:
        return f"There is no route to {host} from this machine."
    if isinstance(error, httpx.ConnectError):
        return f"{host} could not be reached."
    if isinstance(error, httpx.RemoteProtocolError) and not _is_early_end(error):
        return f"{host} answered with something that is not HTTP."
    if isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError) or (
        isinstance(system, OSError) and system.errno in BROKEN
    ):
        return f"{host} closed the connection before its response was complete."
    return f"The request to {host} could not be sent."


def setting_for(error: Exception) -> str:
    """The setting in keyrack's own file that may help, as in `KeyrackError`: ca_file, client_cert, ""."""
    certificate = _cause(error, ssl.SSLCertVerificationError)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        return "ca_file" if certificate.verify_code in UNKNOWN_AUTHORITY else ""
    return "client_cert" if _alert(error) == CERTIFICATE_WANTED else ""


def too_slow(host: str) -> str:
    """The sentence for a server that accepts the connection but does not reply in time."""
    return f"{host} did not answer in time."


def is_tls(error: Exception) -> bool:
    """Did TLS fail? Then another address of the same host would not help."""
    return _cause(error, ssl.SSLError) is not None


def _alert(error: Exception) -> str | None:
    tls = _cause(error, ssl.SSLError)
    return tls.reason if isinstance(tls, ssl.SSLError) else None


def _is_early_end(error: Exception) -> bool:
    """Did the connection end early? h11's message is the only way to tell that from invalid HTTP."""
    words = str(error)
    return "disconnected" in words or "peer closed" in words or "peer unexpectedly closed" in words


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """The first of that kind in the chain of causes."""
    seen: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in seen:
        if isinstance(each, kind):
            return each
        seen.append(each)
        each = each.__cause__ or each.__context__
    return None
