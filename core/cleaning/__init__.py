"""Cleaning as a recipe: findings, steps, what they learned, and the ledger."""
