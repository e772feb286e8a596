"""The project's models: where they are, and what they say."""
