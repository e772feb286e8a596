"""The typed values the stages hand to each other; plain data that imports nothing else of tcgen."""
