"""One script per page: pick, call ``core.cache``, show."""
