"""A program that seals or unseals with a passphrase, from standard input to standard output.

The input is the passphrase's length in four bytes, the passphrase and the data. It is run
by its path, so that it imports nothing of keyrack.
"""

import sys

from pyrage import DecryptError, passphrase  # pyright: ignore[reportAttributeAccessIssue]

WRONG_PASSPHRASE = "Decryption failed"  # pyrage has one class for all errors
REFUSED, BROKEN = 10, 11


def main() -> int:
    text = sys.stdin.buffer.read()
    end = 4 + int.from_bytes(text[:4])
    secret, data = text[4:end].decode(), text[end:]
    try:
        done = passphrase.encrypt(data, secret) if sys.argv[1] == "seal" else passphrase.decrypt(data, secret)
    except DecryptError as error:
        return REFUSED if str(error) == WRONG_PASSPHRASE else BROKEN
    sys.stdout.buffer.write(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
