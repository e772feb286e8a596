"""Brings the rendered files to the disk without losing anything the user wrote."""
