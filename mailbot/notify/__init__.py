"""Whom we tell: notices rendered, and the ways they leave."""
