"""What Copier calls: the extension of its Jinja environment, and the merge after an update."""
