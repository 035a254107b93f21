"""The use cases: the only place that composes the other rooms."""
