"""What the shells offer for a command line of keyrack that is being typed.

shtab and argcomplete, the usual generators, work on argparse, which keyrack does not use (`parse.py`
says why). Neither offers the names of servers and accounts. The scripts here are short and the same for
every version: each asks `keyrack __complete`, and quotes the answer as its shell does.
"""
