"""Networks: backpropagation through named equations."""
