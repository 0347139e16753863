"""One module for each program that holds tokens: how it writes them down.

A module has `rows(opened)`, which yields the rows of one file or item, and `accounts(env, folder)` if the
program has keychain items.
"""
