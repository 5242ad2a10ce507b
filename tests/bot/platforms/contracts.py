"""Why tests against the platforms' own specifications are skipped where these are not at hand."""

NO_CONTRACTS = "no platform contracts (set ITA_CONTRACTS to their folder)"
