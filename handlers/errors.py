"""The exceptions of handlers, in one tree: who causes each, and whether retrying helps.

DecisionError
├── NoSuchDayError             the person's: no calendar has the day that a text names; retrying does not help
├── TransitionNotAllowedError  the caller's: the lifecycle does not allow the transition; retrying does not help
├── UnreadableRegisterError    the office's: a file is no register; retrying does not help
└── WrongDayError              the office's: a cell of a register is no day; retrying does not help

Each class stands in the module that raises it.
"""


class DecisionError(Exception):
    """Base of the exceptions of handlers: a requested decision is not possible."""
