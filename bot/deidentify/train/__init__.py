"""Makes the lists and the model of `data/`; nothing here is needed at run time."""
