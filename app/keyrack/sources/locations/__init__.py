"""Where programs look for their files. Most are described by `Files`, in `PROGRAMS` itself.

Separate from the readers, so that a reader is imported only if one of its program's files exists.
"""

from keyrack.sources.locations.candidates import MOST_FOLDERS, Candidate, Files, Search

__all__ = ["MOST_FOLDERS", "Candidate", "Files", "Search"]
