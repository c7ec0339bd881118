"""The command line. `mailbot --help` tells what there is; no decision is taken here."""

from mailbot.cli.entry import main

__all__ = ["main"]
