"""Scores that come with the harness: how they are kept, computed, verified and shown."""
