"""The checks of a table's data, one module per family; each takes a Table and returns its findings."""
