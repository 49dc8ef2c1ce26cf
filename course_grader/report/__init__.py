"""What a class did: a table for the terminal, a page for a browser, a file for other programs."""
