"""Searches that train a supernet and the gates of its candidates: DARTS and its descendants."""
