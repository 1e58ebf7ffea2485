"""
The map of the rooms.
"""

__version__ = "0.1.0"
