"""From several tables to one student record: conditions, sums, keys, measures, the join, and its plan."""
