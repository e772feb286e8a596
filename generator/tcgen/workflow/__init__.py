"""What a user can ask for, a module each: every one strings the stages together and returns a value."""
