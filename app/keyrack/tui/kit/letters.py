"""Letters three rows high, for a code to read from the screen and type on another device."""

from __future__ import annotations

import re

HEIGHT = 3  # rows of a line
GAP = 1  # columns between two letters

# Five rows of pixels each. Characters that look alike are drawn differently: 0 and O, 2 and Z, 8 and B.
_PIXELS = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".### #... #.## #..# .###",
    "H": "#.# #.# ### #.# #.#",
    "I": "### .#. .#. .#. ###",
    "J": "..# ..# ..# #.# .#.",
    "K": "#..# #.#. ##.. #.#. #..#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".##. #..# #..# #.## .###",
    "R": "##. #.# ##. #.# #.#",
    "S": ".### #... .##. ...# ###.",
    "T": "### .#. .#. .#. .#.",
    "U": "#..# #..# #..# #..# .##.",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "#### ...# .##. #... ####",
    "0": ".###. #..## #.#.# ##..# .###.",
    "1": ".#. ##. .#. .#. ###",
    "2": "##. ..# .#. #.. ###",
    "3": "##. ..# .#. ..# ##.",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ##. ..# ##.",
    "6": ".##. #... ###. #..# .##.",
    "7": "### ..# .#. .#. .#.",
    "8": ".##. #..# .##. #..# .##.",
    "9": ".##. #..# .### ...# .##.",
    "-": ".. .. ## .. ..",
    " ": ".. .. .. .. ..",
}
_HALVES = {"##": "█", "#.": "▀", ".#": "▄", "..": " "}


def big(code: str, width: int) -> list[str] | None:
    """The code as rows of blocks, at most `width` columns wide; None where a character has no letter.

    A small letter has none: in a code it may mean another than the capital.
    """
    if not code or set(code) - set(_PIXELS):
        return None
    rows: list[str] = []
    for line in _lines(code, width):
        letters = [_letter(char) for char in line.rstrip(" ")]
        if rows:
            rows.append("")
        rows += [(" " * GAP).join(parts) for parts in zip(*letters, strict=True)]
    return rows


def _letter(char: str) -> list[str]:
    pixels = _PIXELS[char].split()
    pixels.append("." * len(pixels[0]))
    return [
        "".join(_HALVES[upper + lower] for upper, lower in zip(pixels[row], pixels[row + 1], strict=True))
        for row in range(0, 2 * HEIGHT, 2)
    ]


def _columns(text: str) -> int:
    return sum(len(_PIXELS[char].split()[0]) + GAP for char in text.rstrip(" ")) - GAP


def _lines(code: str, width: int) -> list[str]:
    """Break after a hyphen or a space if possible, else anywhere."""
    lines = [""]
    for piece in re.findall(r"[^- ]*[- ]*", code):
        if _columns(lines[-1] + piece) <= width:
            lines[-1] += piece
            continue
        lines.append("")
        for char in piece:
            if lines[-1] and _columns(lines[-1] + char) > width:
                lines.append("")
            lines[-1] += char
    return [line for line in lines if line]
