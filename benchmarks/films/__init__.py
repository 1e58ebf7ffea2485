"""
What ``benchmarks/compositor.py`` is made of: films, measures, rivals and verdicts.
"""
