"""The pages that the callback shows. Their text is fixed and contains nothing from a request."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:18px/1.5 system-ui,sans-serif;
background:#f6f7f9;color:#1c2430}
main{max-width:26rem;margin:1rem;padding:2rem 2.5rem;border-radius:14px;background:#fff;
box-shadow:0 1px 3px #0002,0 8px 30px #0001;text-align:center}
h1{margin:0 0 .5rem;font-size:1.5rem}p{margin:0;opacity:.8}
b{display:block;font-size:2.5rem;line-height:1;margin-bottom:1rem}.good b{color:#1a7f4b}.bad b{color:#b4532a}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#e6eaf0}main{background:#1b212a}
.good b{color:#5fd39a}.bad b{color:#f0a07a}}
"""


def _page(kind: str, sign: str, title: str, text: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>keyrack</title>'
        f'<style>{STYLE}</style></head><body><main class="{kind}"><b aria-hidden="true">{sign}</b>'
        f"<h1>{title}</h1><p>{text}</p></main></body></html>"
    ).encode()


SIGNED_IN = _page("good", "✓", "Signed in", "You can close this tab and return to the terminal.")
NOT_SIGNED_IN = _page("bad", "!", "Sign-in not completed", "Return to the terminal.")

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}


def answer(status: int, page: bytes = b"", *, head_only: bool = False) -> bytes:
    """A complete HTTP/1.1 response that closes the connection."""
    body = page or f"{REASONS[status]}\n".encode()
    lines = [
        f"HTTP/1.1 {status} {REASONS[status]}",
        f"Content-Type: text/{'html' if page else 'plain'}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if status == 405:
        lines.append("Allow: GET")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if head_only else body)
