"""The version of Waymark, written into everything that leaves it."""

WAYMARK_VERSION = "0.1.0"
