"""The migrations of mailbot's database; `database.upgrade` runs them. To add one: see `script.py.mako`."""
