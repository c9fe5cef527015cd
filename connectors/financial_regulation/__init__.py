"""The financial-regulation department's spreadsheets."""
