"""Statistics of the service desk: questions and their answers, opinions, consultations."""
