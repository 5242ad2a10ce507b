"""Tests of a desk's storage: encryption, integrity and erasure."""
