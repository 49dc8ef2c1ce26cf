"""Reports on a class: a table for the terminal, a page for the browser, a file for other programs."""
