"""Numbers into words, tables, pictures and pages."""
