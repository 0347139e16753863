"""A QR picture in characters, for a phone's camera."""

from __future__ import annotations

BORDER = 2  # modules of quiet around it; the standard wants 4, readers are content with 2
# (upper is light, lower is light) → what paints the light halves; the rest is the background.
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def qr_rows(text: str) -> list[str]:
    """The picture's rows, two modules high each: light ones painted, so it suits white on black.

    Empty where the text is too long for a picture that fits a terminal (40 modules or so).
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
