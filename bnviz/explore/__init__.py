"""One function per slider demo; each works without arguments and returns a `live.Live`.

A file in this folder that holds a function with `@demo` above it is all that a demo needs.
"""

import pkgutil
from importlib import import_module

for _file in pkgutil.iter_modules(__path__):
    _names = vars(import_module(f"{__name__}.{_file.name}"))
    globals().update({name: one for name, one in _names.items() if hasattr(one, "is_demo")})
__all__ = sorted(name for name, one in globals().items() if hasattr(one, "is_demo"))
