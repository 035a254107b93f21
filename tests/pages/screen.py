"""The whole screen in a test, through the shell, with the jobs waited for."""

import re
import time
from pathlib import Path

SHELL = Path(__file__).parents[2] / "pages" / "ui" / "shell.py"
PATIENCE_SECONDS = 90


def open_page(screen, page=None):
    """Return the screen on a page (the first one by default), once no job of it is under way."""
    if page is not None:
        screen.switch_page(f"../{page}.py")
    return settled(screen.run())


def settled(screen):
    """Run the screen until nothing on it is in progress."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(str(button.key).startswith("cancel_") for button in screen.button):
        assert time.monotonic() < deadline, "a job of the page did not finish"
        time.sleep(0.2)
        screen.run()
    assert not screen.exception, screen.exception
    return screen


def texts(screen):
    """Return all that the page says in words, without the marks of markdown."""
    parts = [
        *screen.title,
        *screen.header,
        *screen.subheader,
        *screen.markdown,
        *screen.caption,
        *screen.text,
        *screen.info,
        *screen.warning,
        *screen.error,
        *screen.success,
    ]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def metric(screen, label):
    """Return the whole number that a figure shows."""
    (found,) = [one for one in screen.metric if one.label == label]
    return int(re.sub(r"[^\d-]", "", found.value))
