"""Python source: names, imports, literals, layout."""
