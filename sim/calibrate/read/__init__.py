"""Readers: one kind of file each, to plain columns; identifiers are hashed before they are kept."""
