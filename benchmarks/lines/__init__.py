"""The lines of the table: a module for each kind, imported in the order of the table."""

from importlib import import_module

for _name in ("limits", "standing", "reading", "packed", "tables", "libraries"):
    import_module(f"{__name__}.{_name}")
