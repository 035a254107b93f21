"""What a column holds and what it is for, guessed from its name and its values."""
