"""Functions of packages that are not installed are not looked through for examples."""

from importlib.util import find_spec

MODULES = {"jax": "jax_*functions.py", "torch": "torch_*functions.py", "flint": "flint_*.py"}

collect_ignore_glob = [
    f"lambdify_bridge/backends/{modules}"
    for package, modules in MODULES.items()
    if find_spec(package) is None
]
