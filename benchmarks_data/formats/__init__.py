"""Readers of file formats, which know no single benchmark.

Tables as CSV files, pickles that are never executed, TFRecords, protocol buffers, NATS-Bench's
directories, and the files of users as CSV or Parquet.
"""
