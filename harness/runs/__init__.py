"""A run from its checked settings to its record, and several runs as one."""
