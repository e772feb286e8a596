"""What the template knows as data, a file each: services, CI providers, managers, frameworks; and pages of it."""
