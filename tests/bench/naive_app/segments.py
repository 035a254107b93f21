"""The naive K: K-means fitted again at each move of the slider."""

import os

import numpy as np
import pandas as pd
import streamlit as st
from sklearn.cluster import KMeans

from tests.bench.naive_app.students import columns, read


@st.cache_data
def matrix():
    """Return the students as scaled numbers, read once."""
    features, _ = read(os.environ["BENCH_STUDENTS"])
    prepared = columns(features).fit_transform(features)
    return np.asarray(prepared.todense() if hasattr(prepared, "todense") else prepared)


students = matrix()
k = st.slider("K", 2, 12, 4, key="slider")
fitted = KMeans(k, n_init=int(os.environ["BENCH_N_INIT"]), random_state=0).fit(students)
sizes = np.bincount(fitted.labels_, minlength=k)
means = pd.DataFrame(fitted.cluster_centers_[:, :8]).round(3)
means.insert(0, "students", sizes)
st.dataframe(means)
