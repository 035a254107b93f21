"""The screen's frame: who is here, the pages, and the only error boundary of the screen."""

from pathlib import Path

import streamlit as st

from core.errors import AppError
from pages.ui import freshness, state, widgets

ICON = str(Path(__file__).with_name("icon.png"))
PAGES = {
    "Students": [
        st.Page("../explorer.py", title="Explorer", icon=":material/tune:", default=True),
        st.Page("../student.py", title="Student", icon=":material/person:"),
    ],
    "Analysis": [
        st.Page("../data_sources.py", title="Data sources", icon=":material/database:"),
        st.Page("../cleaning.py", title="Cleaning", icon=":material/cleaning_services:"),
        st.Page("../explore.py", title="Explore", icon=":material/query_stats:"),
        st.Page("../train.py", title="Train", icon=":material/model_training:"),
    ],
}


def main() -> None:
    """Draw the frame and the page; an expected failure is one sentence and a hint."""
    st.set_page_config(page_title="Waymark", page_icon=ICON, layout="wide")
    page = st.navigation(PAGES)
    try:
        widgets.sidebar(state.actor(), state.request())
        freshness.draw(state.actor(), state.request())
        page.run()
    except AppError as error:
        widgets.failure(error)
    except Exception as error:
        widgets.unexpected(error)


main()
