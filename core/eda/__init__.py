"""What is in a table: summaries, relations, missing values, outliers, groups."""
