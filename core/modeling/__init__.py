"""From features to risk: train, evaluate, cut, explain, group."""
