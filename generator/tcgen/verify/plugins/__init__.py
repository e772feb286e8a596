"""Plugins for the project's own pytest; they import nothing of tcgen."""
