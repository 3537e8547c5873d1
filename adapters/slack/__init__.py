"""Slack: payloads in, payloads out. Law: slack_bolt and slack_sdk are imported in this folder and nowhere else."""
