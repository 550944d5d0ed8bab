"""Webhooks: telling other programs by HTTP what entered the ledger. Nothing here sends."""
