"""What a ledger is made of, and the script that checks a copy of one."""
