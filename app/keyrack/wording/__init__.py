"""States, outcomes and times in words and glyphs, for both front ends. No Textual."""
