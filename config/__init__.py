"""Settings and addresses: what ties the packages into one site."""
