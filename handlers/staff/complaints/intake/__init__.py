"""Enter what reached the office otherwise: the clerk's form, and slips for whom it was written down."""
