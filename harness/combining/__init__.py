"""Which few scores together say most, chosen on some benchmarks and judged on the others."""
