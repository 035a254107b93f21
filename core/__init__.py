"""Waymark's core: everything that is not screen."""
