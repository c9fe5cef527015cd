"""The forestry and grassland department's geographic service: OGC API Features."""
