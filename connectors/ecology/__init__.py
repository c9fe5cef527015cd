"""The ecology department's enterprise supervision system, on the national exchange platform."""
