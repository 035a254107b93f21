"""The small safe language of conditions and calculations over the columns of a table."""
