"""`completion`: the script by which a shell completes our commands."""

import click
from click.shell_completion import get_completion_class

from mailbot.cli.options import common


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print the completion script of a shell.

    \b
    bash:  a line in ~/.bashrc: source <(mailbot completion bash)
    zsh:   a line in ~/.zshrc: source <(mailbot completion zsh)
    fish:  mailbot completion fish > ~/.config/fish/completions/mailbot.fish
    """
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(f"no completion is known for {shell}")
    click.echo(maker(context.find_root().command, {}, "mailbot", "_MAILBOT_COMPLETE").source())
