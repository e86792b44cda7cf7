"""Starts the gateway: `python -m gateway`."""

from gateway.process import main

if __name__ == "__main__":
    main()
