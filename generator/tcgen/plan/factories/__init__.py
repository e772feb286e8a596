"""A factory for each mapped class: which rows it needs, what keeps its rows apart, how it is written."""
