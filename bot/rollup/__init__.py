"""The list of a ministry's offices: their published statistics rolled up, and the directory of their true channels."""
