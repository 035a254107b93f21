"""A report by ydata-profiling, from the table to its page. Runs in an environment of its own."""

import pandas as pd
from ydata_profiling import ProfileReport


def prepared(request):
    """Return the work, and a look at its figures; at the lap ``description`` all figures are there."""
    table = pd.read_parquet(request["table"])

    def work(lap):
        report = ProfileReport(table, minimal=request["minimal"], progress_bar=False)
        description = report.get_description()
        lap("description")
        report.to_html()
        return description

    return work, look


def look(description):
    """Return the number of rows, the gaps of each column, and the means of the numbers."""
    columns = description.variables.items()
    gaps = {f"gaps of {name}": int(column["n_missing"]) for name, column in columns}
    means = {f"mean of {name}": float(column["mean"]) for name, column in columns if _is_number(column)}
    return int(description.table["n"]), gaps | means


def _is_number(column):
    return column["type"] == "Numeric"
