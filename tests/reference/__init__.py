"""A small Django REST application to calibrate against: courses from a database, the same from a cache, and a write."""
