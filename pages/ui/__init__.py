"""What the pages share: state, widgets, tables, charts, and text made safe to show."""
