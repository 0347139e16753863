"""Records on disk: the facts about credentials that are not secret."""
