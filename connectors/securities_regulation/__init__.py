"""The securities-regulation department's system behind the provincial gateway."""
