"""Decoder-only language models of LiteTransformerSearch: transformers with adaptive embeddings, and
heads and widths of their own in each layer.

Javaheripi et al., "LiteTransformerSearch: Training-free Neural Architecture Search for Efficient
Language Models", NeurIPS 2022, arXiv 2203.02094; github.com/microsoft/archai, branch neurips-lts.
"""
