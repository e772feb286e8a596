"""What is asked of a column's value: by its type, its table's constraints, its name's kind."""
