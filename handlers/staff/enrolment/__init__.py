"""Enrolment of the staff: an invitation, six digits that are told, and a page on which the second factor is set up."""
