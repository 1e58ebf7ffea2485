"""
``python -m ars0n_core``: the reference cost calculator.
"""

import sys

from ars0n_core.calculator import main

if __name__ == "__main__":
    sys.exit(main())
