"""The published statistics of many offices on one page: what each published, and the totals. No input or output."""
