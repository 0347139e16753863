"""Listing, finding and checking servers."""
