"""Whose it is: words to department, place, posts and route, with the evidence."""
