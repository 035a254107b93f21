"""Start the app on this computer: ``.venv/bin/python deploy/start.py [port]``; prints the address.

A port that is taken is one sentence, said before anything is loaded.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
HIGHEST_PORT = 65_535


def main(arguments: list[str]) -> None:
    """Become the server; ends with one sentence where that cannot be done."""
    port = arguments[0] if arguments else "8501"
    complaint = refusal(port)
    if complaint:
        sys.exit(complaint)
    print(f"Waymark: http://{HOST}:{port}   (stop it with Ctrl+C)", flush=True)
    os.chdir(ROOT)
    options = ["--server.address", HOST, "--server.port", port, "--server.headless", "true"]
    os.execv(  # noqa: S606  no shell is wanted: this process becomes the server
        sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    )


def refusal(port: str) -> str | None:
    """Return why the app cannot be started on this port, or None.

    >>> refusal("web")
    "A port is a number from 1 to 65535, not 'web'."
    """
    if not port.isdecimal() or not 1 <= int(port) <= HIGHEST_PORT:
        return f"A port is a number from 1 to {HIGHEST_PORT}, not '{port}'."
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(port)))
        except PermissionError:
            return f"Port {port} is reserved for the system; take one above 1023: make run PORT=8501."
        except OSError:
            other = int(port) + 1 if int(port) < HIGHEST_PORT else int(port) - 1
            return (
                f"Port {port} is taken, perhaps by Waymark itself (http://{HOST}:{port}): "
                f"stop that program, or take another port: make run PORT={other}."
            )
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
