"""Functions of packages that are not installed are not looked through for examples."""

from importlib.util import find_spec

collect_ignore = [
    f"lambdify_bridge/backends/{package}_functions.py"
    for package in ("jax", "torch", "flint")
    if find_spec(package) is None
]
