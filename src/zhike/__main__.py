"""`python -m zhike` is the command line."""

from zhike.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
