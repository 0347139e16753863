"""Draws a QR code with characters, for a phone's camera."""

from __future__ import annotations

BORDER = 2  # modules around it; the standard requires 4, but readers accept 2
# (upper is light, lower is light) → what paints the light halves; the rest is the background.
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def qr_rows(text: str) -> list[str]:
    """The rows of the code, two modules high each, for white on black: light modules are painted.

    Empty if the text is too long for a code that fits a terminal (about 40 modules).
    """
    import segno

    try:
        code = segno.make_qr(text, error="L", boost_error=False)
    except segno.DataOverflowError:
        return []
    if int(code.version) > 8:
        return []
    light = [[not dark for dark in row] for row in code.matrix_iter(border=BORDER)]
    if len(light) % 2:
        light.append([True] * len(light[0]))
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(light[::2], light[1::2], strict=True)
    ]
