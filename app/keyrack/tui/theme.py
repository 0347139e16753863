"""keyrack's own colors. Everything else uses `$primary`, `$text-error`, …"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

KEYRACK_DARK = Theme(
    name="keyrack",
    primary="#7aa2f7",
    secondary="#6b7a99",
    accent="#e0af68",
    success="#8cc98f",
    warning="#e5b567",
    error="#ec7279",
    foreground="#cdd3de",
    background="#12151c",
    surface="#171b24",
    panel="#1f2531",
    dark=True,
    variables={
        "border": "#5b77b3",
        "border-blurred": "#343d4f",
        "block-cursor-background": "#2a3550",
        "block-cursor-foreground": "#eef1f7",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#222a3a",
        "block-cursor-blurred-foreground": "#cdd3de",
        "block-hover-background": "#1f2737",
        "footer-background": "#12151c",
        "footer-key-foreground": "#e0af68",
        "footer-description-foreground": "#98a2b5",
        "input-selection-background": "#7aa2f7 35%",
        "scrollbar": "#343d4f",
        "scrollbar-hover": "#46526a",
        "scrollbar-active": "#7aa2f7",
        "scrollbar-background": "#12151c",
        "scrollbar-background-hover": "#12151c",
        "scrollbar-background-active": "#12151c",
        "scrollbar-corner-color": "#12151c",
    },
)

KEYRACK_LIGHT = Theme(
    name="keyrack-light",
    primary="#2f5fc4",
    secondary="#66718a",
    accent="#92610b",
    success="#2c7a3c",
    warning="#8f5b00",
    error="#b3303c",
    foreground="#252b37",
    background="#f6f7f9",
    surface="#fdfdfe",
    panel="#e8ebf1",
    dark=False,
    variables={
        "border": "#2f5fc4",
        "border-blurred": "#c3cad6",
        "block-cursor-background": "#d5e0f8",
        "block-cursor-foreground": "#10151f",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e3e8f2",
        "block-cursor-blurred-foreground": "#252b37",
        "footer-background": "#f6f7f9",
        "footer-key-foreground": "#92610b",
        "footer-description-foreground": "#5a6478",
    },
)

THEMES = {theme.name: theme for theme in (*BUILTIN_THEMES.values(), KEYRACK_DARK, KEYRACK_LIGHT)}
