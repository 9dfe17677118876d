"""`python -m midakit` is the `midakit` command."""

from midakit.cli import main

if __name__ == "__main__":
    main()
