"""The client of the Green Mine Hub: what a bank needs, and nothing of the server."""
