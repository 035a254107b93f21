"""An empty Streamlit app, launched as Waymark is: what a slider move costs before anything is computed."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Take what is loaded out of the garbage collector's sight, as Waymark does."""
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).with_name("screen.py"), lifespan=lifespan)
