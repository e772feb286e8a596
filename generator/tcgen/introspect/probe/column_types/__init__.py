"""What a column's type stores, and which values it takes."""
