"""The naive threshold: scikit-learn's metrics over all students, again at each move of the slider."""

import os

import streamlit as st
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score

from tests.bench.naive_app.students import model, read


@st.cache_data
def risks():
    """Return label and risk of every student, computed once."""
    features, label = read(os.environ["BENCH_STUDENTS"])
    fitted = model(features).fit(features, label)
    return label.to_numpy(), fitted.predict_proba(features)[:, 1]


label, risk = risks()
threshold = st.slider("Threshold", 0.0, 1.0, 0.1, 0.01, key="slider")
listed = (risk >= threshold).astype(int)
(_, false_alarms), (missed, found) = confusion_matrix(label, listed)
precision = precision_score(label, listed, zero_division=0)
recall = recall_score(label, listed)
f1 = f1_score(label, listed)
st.metric("Listed", f"{found + false_alarms:,}")
st.metric("Found", f"{found:,}")
st.metric("Missed", f"{missed:,}")
st.metric("Precision", f"{precision:.3f}")
st.metric("Recall", f"{recall:.3f}")
st.metric("F1", f"{f1:.3f}")
