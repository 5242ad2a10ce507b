"""A year of invented work, to look around in: texts, what happens on which day, and how it is played into two desks."""
