"""Whether a suite would run here: the project, the container engine, the machine, and what earlier runs have left."""
