"""Microsoft Teams: activities in, cards out. Law: botbuilder, botframework and msrest are imported in `sdk.py` and
nowhere else."""
