"""What a person types and sees while a command works: options, checks, listing, progress."""
