"""The paper's claims, measured: kernel bound, bias to size."""
