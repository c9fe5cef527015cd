"""The natural-resources department's mining-right and green-mine platform: REST/JSON with OAuth2."""
