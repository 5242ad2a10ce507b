"""What is published of participation."""

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, text

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
    Column(
        "pictures_made", Integer, nullable=False, server_default=text("0")
    ),  # ever; no place is given twice
)

activity_pictures = define_unordered_table(
    "activity_pictures",
    Column("fiscal_year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),  # with the year: of the activity
    Column("place", Integer, primary_key=True),
    Column("words", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),  # a JPEG of pixels alone, which an officer published
)
