"""Scoring: worked cases, edge cases, identities and third-party oracles."""
