"""`python -m midakit.cli`."""

from midakit.cli import main

if __name__ == "__main__":
    main()
