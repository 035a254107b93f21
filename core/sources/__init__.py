"""Where tables come from: the demo school and files."""
