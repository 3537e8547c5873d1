"""The dialogue engine, and the one place that runs it."""
