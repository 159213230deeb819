"""Makes archive-v1.age with the standard `age` tool (Debian's package `age`), which asks for a passphrase only at a terminal.

Usage: python3 archive.py
"""

import os
import pty
import tempfile

PASSPHRASE = "green tea for café"
# A little more than one chunk of 64 KiB, so that there are two.
PLAINTEXT = "".join(f'{{"line":{n},"text":"green tea"}}\n' for n in range(1, 2101))

with tempfile.NamedTemporaryFile("w") as plaintext:
    plaintext.write(PLAINTEXT)
    plaintext.flush()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("age", ["age", "--passphrase", "--output", "archive-v1.age", plaintext.name])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 1024)
        except OSError:  # The terminal is gone: age has ended.
            break
        if shown.rstrip().endswith(b":"):  # It asks for the passphrase, and then once more.
            os.write(terminal, f"{PASSPHRASE}\n".encode())
            shown = b""
    assert os.waitpid(child, 0)[1] == 0
