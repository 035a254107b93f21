"""From a cleaned table to an outcome and to features, in plain words."""
