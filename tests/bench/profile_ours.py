"""What the Explore page computes of a table when it is opened."""

from importlib import import_module

from core.eda.distributions import distribution
from core.eda.missingness import missing_pattern
from core.eda.outliers import find_outliers
from core.eda.relations import associate
from core.eda.summary import summarise
from core.eda.values import identifies
from core.schema import Kind, Role, Schema
from tests.bench.profile_rows import dataset_at


def prepared(request):
    """Return the work, and a look at its figures that the other has too."""
    dataset = dataset_at(request["table"])
    frame, schema = dataset.collect(), dataset.schema
    import_module("scipy.stats")
    return lambda lap: profile(frame, schema), look


def profile(frame, schema):
    """Return the summary, once everything else is computed as well."""
    used = tuple(column for column in schema if column.role is not Role.IGNORED)
    summary = summarise(frame, schema=schema)
    for column in used:
        if not identifies(column):
            distribution(frame, column=column)
    associate(frame, schema=schema, information=True)
    missing_pattern(frame, schema=Schema(used))
    find_outliers(frame, schema=schema)
    return summary


def look(summary):
    """Return the number of rows, the gaps of each column, and the means of the numbers."""
    gaps = {f"gaps of {one.column}": one.missing for one in summary.columns}
    means = {f"mean of {one.column}": one.mean for one in summary.columns if one.kind is Kind.NUMBER}
    return summary.n_rows, gaps | means
