"""Clients, and what is booked for them: a database each."""
