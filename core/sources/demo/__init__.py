"""The demo school: made-up students whose truth is known, never evidence about real ones."""
