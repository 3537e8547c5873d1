"""When things are due, and the clock that asks."""
