"""Loads all that public calls need: what worker processes begin with."""

from importlib import import_module

from derive import _MODULE_OF

for _module in dict.fromkeys(_MODULE_OF.values()):
    import_module(_module)
