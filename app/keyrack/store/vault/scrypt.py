"""A program that seals or unseals with a passphrase, from standard input to standard output.

The input is the passphrase's length in four bytes, the passphrase and the data. It is run
by its path, so that it imports nothing of keyrack.
"""

import sys
import time

from pyrage import DecryptError, passphrase  # pyright: ignore[reportAttributeAccessIssue]

WRONG_PASSPHRASE = "Decryption failed"  # pyrage has one class for all errors
# age first measures how fast this machine is, and refuses what would take it too long. On a busy machine
# the measurement can be far off, so it is made again.
TOO_MUCH_WORK = "Excessive work parameter"
TRIES = 10
PAUSE = 0.2  # seconds
REFUSED, BROKEN, BUSY = 10, 11, 12


def main() -> int:
    text = sys.stdin.buffer.read()
    end = 4 + int.from_bytes(text[:4])
    secret, data = text[4:end].decode(), text[end:]
    for _ in range(TRIES):
        try:
            done = (
                passphrase.encrypt(data, secret)
                if sys.argv[1] == "seal"
                else passphrase.decrypt(data, secret)
            )
        except DecryptError as error:
            if str(error).startswith(TOO_MUCH_WORK):
                time.sleep(PAUSE)
                continue
            return REFUSED if str(error) == WRONG_PASSPHRASE else BROKEN
        sys.stdout.buffer.write(done)
        return 0
    return BUSY


if __name__ == "__main__":
    sys.exit(main())
