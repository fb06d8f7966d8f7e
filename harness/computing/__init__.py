"""Any function over items: in this process, in several, or on a Ray cluster.

Knows no proxy and no benchmark.

An executor is an object with the method of :class:`harness.computing.contract.Executor`; each has a
module of its own.
"""
