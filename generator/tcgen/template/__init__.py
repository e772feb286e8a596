"""Where the template lies, and what it was at each release; the standard library and git only."""
