"""Rules that rewrite what loses digits, by subject; `lambdify_bridge.stability` applies them."""
