"""A second, plain way to answer: graphql-core resolvers over rows in memory.  Slow, obvious, and only for comparing with."""
