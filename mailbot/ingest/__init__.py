"""What arrived: mail from the mailbox, archived, read, and told apart."""
