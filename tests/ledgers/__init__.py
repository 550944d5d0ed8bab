"""Tests of the script that checks a copy of the ledger."""
