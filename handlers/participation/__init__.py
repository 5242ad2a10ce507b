"""Activities of participation beside consultations: what an officer writes of a meeting, and what is published."""
