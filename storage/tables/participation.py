"""What is published of participation."""

from sqlalchemy import Boolean, Column, Date, Integer, String

from storage.tables.schema import define_unordered_table

activities = define_unordered_table(
    "activities",
    Column("fiscal_year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("title", String, nullable=False),  # confirmed by an officer for publication, as all texts of it
    Column("takers", String, nullable=False),  # JSON: kinds of people and how many
    Column("outcome", String, nullable=False),
    Column("written_on", Date, nullable=False),
    Column("shown", Boolean, nullable=False),
)
