"""When a desk has to be looked at: whether its rows changed, and the earliest instants that they name."""
