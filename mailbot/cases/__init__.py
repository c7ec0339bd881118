"""What we owe: cases, their terms, their references, their store."""
