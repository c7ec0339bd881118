"""mailbot: the grievance mailbox, from a mail to an answered case."""
