"""From a validated GraphQL operation to a read plan."""
