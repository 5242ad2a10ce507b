"""Benchmarks: what messages cost, how that grows, and what other work costs beside them (docs/performance.md)."""
