"""Rows, keys and seals: everything that outlives the process."""
