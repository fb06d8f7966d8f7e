"""Methods that search an architecture: their settings, measurements, outcomes and reports."""
