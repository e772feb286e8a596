"""A shop whose database is only ever spoken to asynchronously."""
