"""The whole story in a minute, on embedded parts: nothing leaves this machine."""

from mailbot.demo.story import run

__all__ = ["run"]
