"""Items of assessments."""
