"""The at-risk list in the usual way: ``python -m tests.bench.naive_list STUDENTS.csv LIST.csv``.

read_csv, one-hot and scaling, logistic regression, five-fold cross_val_predict, to_csv; nothing is cleaned,
explained, evaluated or segmented.
"""

import sys

import pandas as pd
from sklearn.model_selection import cross_val_predict

from tests.bench.naive_app.students import model, read


def main(students, out):
    """Write the students by falling risk."""
    features, label = read(students)
    risk = cross_val_predict(model(features), features, label, cv=5, method="predict_proba")[:, 1]
    listed = pd.DataFrame({"row": features.index, "risk": risk}).sort_values("risk", ascending=False)
    listed.to_csv(out, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
