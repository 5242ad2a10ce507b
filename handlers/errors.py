"""What can go wrong in a decision, in one tree: whose fault it is, and whether trying again helps.

DecisionError
└── TransitionNotAllowedError  the asker's: the lifecycle does not allow the step; trying again changes nothing

Each class stands in the module that raises it.
"""


class DecisionError(Exception):
    """A decision that was asked for cannot be made."""
