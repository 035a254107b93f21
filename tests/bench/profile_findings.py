"""What the Cleaning page computes of a table when it is opened: every check on it."""

from importlib import import_module

from core.cleaning.findings import find
from tests.bench.profile_rows import dataset_at


def prepared(request):
    """Return the work, and a look at what the other counts too."""
    dataset = dataset_at(request["table"])
    for name in ("scipy.stats", "sklearn.ensemble"):
        import_module(name)

    def look(findings):
        gaps = {f"gaps of {one.column}": one.count for one in findings.by_code("Q001") if one.column}
        return len(dataset.collect()), gaps

    return lambda lap: find(dataset), look
