"""``python -m tcgen``."""

from tcgen.cli.app import main

main()
