"""Public papers of the office: the guideline, activities, posters and the annual report."""
