"""An admin's yes to a clock that is doubted."""
