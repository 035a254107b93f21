"""explainerdashboard over a logistic regression, in an environment of its own: TABLE.npz ANSWER.json.

The clock runs from the fitted model and the table in memory until the page could be served.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from explainerdashboard import ClassifierExplainer, ExplainerDashboard
from sklearn.linear_model import LogisticRegression


def main(table, answer):
    """Build the page, and write what that took."""
    found = np.load(table)
    matrix = pd.DataFrame(found["matrix"]).add_prefix("x")
    label = pd.Series(found["label"].astype(int))
    model = LogisticRegression(max_iter=1000).fit(matrix, label)
    wall, processor = time.perf_counter(), time.process_time()
    ExplainerDashboard(ClassifierExplainer(model, matrix, label))
    taken = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - processor}
    Path(answer).write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
