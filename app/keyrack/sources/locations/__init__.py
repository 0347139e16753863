"""The files in which each program may have its servers, for each platform.

Separate from the readers, so that a reader is imported only if one of its program's files exists.
"""

from keyrack.sources.locations.candidates import MOST_FOLDERS, Candidate, Files, Search

__all__ = ["MOST_FOLDERS", "Candidate", "Files", "Search"]
