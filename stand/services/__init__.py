"""The stand's small servers, all in one process: `python -m stand.services <settings.json>`."""
