"""Benchmarks: the throughput of messages, compared with the bare limit of the same machine in the same run."""
