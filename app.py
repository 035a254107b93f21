"""The launcher: the gate in front, warm imports, then the screen in ``pages/ui/shell.py``.

The entry script is not beside ``pages/``: a cold deep link would run a page without it (decision 0001).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from core import cache  # noqa: E402  the root must be importable first
from core.errors import AppError  # noqa: E402
from core.gate import Gate  # noqa: E402
from pages.ui import widgets  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm what the first viewer needs, then take it out of the garbage collector's sight.

    Streamlit collects garbage after each script run; with our imports that costs 142 ms a click.
    """
    try:
        cache.warm()
    except AppError as error:
        sys.exit(f"{error} {error.hint or ''}")
    gc.collect()
    gc.freeze()
    yield
    cache.stop()


app = st.App(
    ROOT / "pages/ui/shell.py",
    lifespan=lifespan,
    middleware=[Middleware(Gate)],
    on_script_error=widgets.unexpected,  # panels redraw alone, without the shell around them
)
