"""What the template knows as data, a file each: services and their like; and the pages made from it."""
