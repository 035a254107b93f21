"""The first step of Data sources: the demo school, a file, or tables of servers joined into one record."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import connections, drift, record_builder, state, text, trying, widgets

DEMO, UPLOAD, PATH, SERVERS = "Demo school", "Upload a file", "File on this computer", "Databases and Spark"
TAKEN = "source_upload_taken"

SWITCHES = (
    ("dirt", "Untidy data", "Copies, gaps, spelling variants, decimal commas and impossible values."),
    ("leaks", "Columns that give the outcome away", "To see how such a leak shows itself."),
    ("drift", "A last cohort that differs", "Students who started last are unlike the earlier ones."),
    ("mentoring", "Mentoring that helps", "Those who talked with a mentor really have a lower risk."),
)


def draw(request) -> None:
    """Draw the choice of a source; a new one is tried before it replaces what is there."""
    first = SERVERS if cache.plan_of(request) else DEMO if request.table.is_demo else UPLOAD
    chosen = st.segmented_control(
        "Source", [DEMO, UPLOAD, PATH, SERVERS], default=first, required=True, key="source_kind",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    {DEMO: _demo, UPLOAD: _upload, PATH: _path, SERVERS: _servers}[chosen](request)
    trying.take_over(chosen)
    if cache.plan_of(request) or chosen == SERVERS:
        drift.draw(request, place=chosen)


def _demo(request) -> None:
    """Let the viewer set the made-up school."""
    spec = request.table.source if request.table.is_demo else cache.default_request().table.source
    st.caption("Students are made up from a seed: the same choices give the same students, everywhere.")
    with st.form("demo_school", border=True):
        left, right = st.columns(2)
        students = left.number_input("Students", 1, 5_000_000, spec.students, 500, key="demo_students")
        seed = right.number_input("Seed", 0, 2**53 - 1, spec.seed, key="demo_seed")
        grid = st.grid(2, row_height="content")
        switches = {
            name: grid.toggle(label, getattr(spec, name), key=f"demo_{name}", help=words)
            for name, label, words in SWITCHES
        }
        wanted = st.form_submit_button("Use this school", icon=":material/school:", type="primary")
    if wanted:
        trying.choose(
            DEMO,
            lambda: cache.demo_school(state.actor(), request, students=students, seed=seed, **switches),
        )


def _upload(request) -> None:
    """Take a file from the viewer's computer.

    Leaving the page empties the uploader, which is no change by the viewer: what is being read goes on.
    """
    most = st.get_option("server.maxUploadSize")
    _limits(f"An upload may have up to {most:,} MB; open larger files by their path.")
    upload = st.file_uploader(
        "CSV, TSV, XLSX or Parquet, one row a student", key="source_upload",
        on_change=trying.forget, args=(UPLOAD,),
    )  # fmt: skip
    if upload is not None and upload.file_id != st.session_state.get(TAKEN):
        trying.choose(UPLOAD, lambda: cache.keep_upload(state.actor(), request, upload, upload.name))
        st.session_state[TAKEN] = upload.file_id


def _path(request) -> None:
    """Take a file that lies on the computer that runs Waymark."""
    _limits()
    with st.form("source_path_form", border=False):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        path = left.text_input("Path of the file", placeholder="~/Documents/students.csv", key="source_path")
        wanted = right.form_submit_button("Open this file", icon=":material/folder_open:", width="stretch")
    if wanted and not path.strip():
        trying.forget(PATH)
    elif wanted:
        with st.spinner("Copying the file"):
            trying.choose(PATH, lambda: cache.keep_path(state.actor(), request, path))


def _servers(request) -> None:
    """Let the viewer see the servers that are known, and join tables of them into one student record."""
    try:
        st.markdown("#### Connections")
        connections.draw(state.actor())
        st.markdown("#### The student record")
        record_builder.draw(state.actor(), request, place=SERVERS)
    except AppError as error:
        widgets.failure(error)


def _limits(*more: str) -> None:
    """State the limits before a file is chosen."""
    st.caption(" ".join(text.md(words) for words in (*cache.file_limits(state.actor()), *more)))
