"""What can go wrong in counting, in one tree: whose fault it is, and whether trying again helps.

StatisticsError
├── PeriodError       the writer's: no period that can be counted; trying again changes nothing
├── NotTypesetError   of what is put into a document, such as a damaged picture; trying again changes nothing
└── UnknownFactError  of a newer or another program that wrote into the database; trying again changes nothing

Each class stands in the module that raises it.
"""


class StatisticsError(ValueError):
    """What was asked for cannot be counted."""
