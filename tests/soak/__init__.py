"""The sample project's suite, again and again: what fails by chance, and what is left afterwards."""
