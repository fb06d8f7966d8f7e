"""What a score is: job, images, selection, one network, many together, the store."""
