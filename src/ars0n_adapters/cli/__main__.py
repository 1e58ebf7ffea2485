"""
``python -m ars0n_adapters.cli``: the command line where no script is installed.
"""

import sys

from ars0n_adapters.cli import main

if __name__ == "__main__":
    sys.exit(main())
