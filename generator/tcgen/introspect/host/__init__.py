"""The side of tcgen's own interpreter: it starts the probe and reads its answer."""
