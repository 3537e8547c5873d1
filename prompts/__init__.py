"""Scripts are data: this package reads, checks and explains them, and imports nothing else of the project."""
