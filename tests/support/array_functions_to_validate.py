"""Correct functions of arrays, and mistakes in them: statistics, losses, layers, gradients."""

# ruff: noqa: E501  (the code of a case is one line)

from __future__ import annotations

from tests.support.functions_to_validate import (
    AXIS,
    BASE,
    BATCH,
    BROADCAST,
    CANCELS,
    CHAIN,
    DIAGONAL,
    MEAN,
    OVERFLOW,
    POINT,
    PRODUCT,
    SIGN,
    TERM,
    TRANSPOSED,
    TWO,
    VARIANCE,
    Case,
)

X_W_Y = {"X": "n,d", "w": "d", "y": "n"}
LINEAR = {"X": "n,d", "W": "d,k", "b": "k"}
# fmt: off
STATISTICS = [
    Case("variance", "sum((x - sum(x)/n)**2)/n", "x", "np.var(x)", (
        (VARIANCE, "np.var(x, ddof=1)"), (CANCELS, "np.mean(x**2) - np.mean(x)**2"),
        (MEAN, "np.sum((x - x.mean())**2)")), shapes={"x": "n"}),
    Case("standard deviation", "sqrt(sum((x - sum(x)/n)**2)/n)", "x", "np.std(x)", (
        (VARIANCE, "np.std(x, ddof=1)"), (CANCELS, "np.sqrt(np.abs(np.mean(x**2) - np.mean(x)**2))")),
        shapes={"x": "n"}),
    Case("covariance", "sum((x - sum(x)/n)*(y - sum(y)/n))/n", "x, y", "np.mean((x - x.mean())*(y - y.mean()))", (
        (VARIANCE, "np.cov(x, y)[0, 1]"), (MEAN, "np.sum((x - x.mean())*(y - y.mean()))"),
        (CANCELS, "np.mean(x*y) - x.mean()*y.mean()"),
        (BROADCAST, "(x - x.mean())*(y - y.mean())/len(x)")),
        shapes={"x": "n", "y": "n"}),
    Case("log-sum-exp", "logsumexp(x)", "x", "m = x.max();return m + np.log(np.sum(np.exp(x - m)))", (
        (OVERFLOW, "np.log(np.sum(np.exp(x)))"), (MEAN, "m = x.max();return np.exp(m)*0 + (m + np.log(np.sum(np.exp(x - m))))/len(x)"),
        (BASE, "m = x.max();return (m + np.log(np.sum(np.exp(x - m))))/np.log(2)")), shapes={"x": "n"}),
    Case("squared distance", "sum((x - y)**2)", "x, y", "np.sum((x - y)**2)", (
        (MEAN, "np.mean((x - y)**2)"), (BROADCAST, "np.sum((x[:, None] - y)**2)"),
        (BROADCAST, "(x - y)**2"), (TWO, "np.sum((x - y)**2)/2"),
        (CANCELS, "x @ x - 2*(x @ y) + y @ y")), shapes={"x": "n", "y": "n"}),
    Case("column means", "mean(X, axis=0)", "X", "X.mean(axis=0)", (
        (AXIS, "X.mean(axis=1)"), (MEAN, "X.sum(axis=0)")), shapes={"X": "n,d"}),
    Case("quadratic form", "x @ A @ x", "A, x", "x @ A @ x", (
        (BROADCAST, "x*(A @ x)"), (TWO, "x @ A @ x/2")), shapes={"A": "n,n", "x": "n"}),
]

LOSSES = [
    Case("mean squared error", "sum((X @ w - y)**2)/n", "X, w, y", "np.mean((X @ w - y)**2)", (
        (MEAN, "np.sum((X @ w - y)**2)"), (TWO, "np.mean((X @ w - y)**2)/2"),
        (BROADCAST, "np.mean((X @ w - y[:, None])**2)")), shapes=X_W_Y),
    Case("ridge loss", "sum((X @ w - y)**2)/n + sum(w**2)/2", "X, w, y",
        "np.mean((X @ w - y)**2) + w @ w/2", (
        (MEAN, "np.sum((X @ w - y)**2) + w @ w/2"), (TWO, "np.mean((X @ w - y)**2) + w @ w"),
        (TERM, "np.mean((X @ w - y)**2)")), shapes=X_W_Y),
    Case("cross-entropy", "-sum(Y*log_softmax(Z, axis=1))/N", "Y, Z",
        "M = Z - Z.max(1, keepdims=True);return -np.sum(Y*(M - np.log(np.exp(M).sum(1, keepdims=True))))/len(Z)", (
        (OVERFLOW, "-np.sum(Y*(Z - np.log(np.exp(Z).sum(1, keepdims=True))))/len(Z)"),
        (MEAN, "M = Z - Z.max(1, keepdims=True);return -np.sum(Y*(M - np.log(np.exp(M).sum(1, keepdims=True))))"),
        (AXIS, "M = Z - Z.max(0, keepdims=True);return -np.sum(Y*(M - np.log(np.exp(M).sum(0, keepdims=True))))/len(Z)"),
        (SIGN, "M = Z - Z.max(1, keepdims=True);return np.sum(Y*(M - np.log(np.exp(M).sum(1, keepdims=True))))/len(Z)")),
        shapes={"Y": "N,k", "Z": "N,k"}, structures={"Y": "one-hot"}),
    Case("logistic loss", "sum(log(1 + exp(-y*(X @ w))))/n", "X, w, y",
        "np.mean(np.logaddexp(0, -y*(X @ w)))", (
        (OVERFLOW, "np.mean(np.log1p(np.exp(-y*(X @ w))))"), (MEAN, "np.sum(np.logaddexp(0, -y*(X @ w)))"),
        (SIGN, "np.mean(np.logaddexp(0, y*(X @ w)))"),
        (BROADCAST, "np.mean(np.logaddexp(0, -y[:, None]*(X @ w)))")), shapes=X_W_Y),
]

LAYERS = [
    Case("softmax of rows", "softmax(Z, axis=1)", "Z",
        "E = np.exp(Z - Z.max(1, keepdims=True));return E/E.sum(1, keepdims=True)", (
        (OVERFLOW, "E = np.exp(Z);return E/E.sum(1, keepdims=True)"),
        (AXIS, "E = np.exp(Z - Z.max(0, keepdims=True));return E/E.sum(0, keepdims=True)")),
        shapes={"Z": "n,k"}),
    Case("linear layer", "X @ W + b", "X, W, b", "X @ W + b", (
        (SIGN, "X @ W - b"), (TERM, "X @ W + 0*b")), shapes=LINEAR),
    Case("tanh layer", "tanh(X @ W + b)", "X, W, b", "np.tanh(X @ W + b)", (
        (SIGN, "np.tanh(X @ W - b)"), (TERM, "np.tanh(X @ W + 0*b)")), shapes=LINEAR),
    Case("normalised rows", "X/sqrt(sum(X**2, axis=1, keepdims=True))", "X",
        "X/np.linalg.norm(X, axis=1, keepdims=True)", (
        (AXIS, "X/np.linalg.norm(X, axis=0, keepdims=True)"),
        (MEAN, "X/np.linalg.norm(X, axis=1, keepdims=True)/len(X)")), shapes={"X": "n,d"}),
    Case("Gram matrix", "X @ X.T", "X", "X @ X.T", ((MEAN, "X @ X.T/len(X)"),), shapes={"X": "n,d"}),
    Case("square layer", "W @ x", "W, x", "W @ x", ((TRANSPOSED, "W.T @ x"),), shapes={"W": "n,n", "x": "n"}),
    Case("relu layer", "maximum(X @ W + b, 0)", "X, W, b", "np.maximum(X @ W + b, 0)", (
        (SIGN, "np.maximum(X @ W - b, 0)"),), shapes=LINEAR),
]

ARRAY_GRADIENTS = [
    Case("least squares gradient", "sum((X @ w - y)**2)/n", "X, w, y", "2*X.T @ (X @ w - y)/len(y)", (
        (TWO, "X.T @ (X @ w - y)/len(y)"), (MEAN, "2*X.T @ (X @ w - y)"),
        (SIGN, "2*X.T @ (y - X @ w)/len(y)"), (BATCH, "2*X*(X @ w - y)[:, None]/len(y)"),
        (AXIS, "(2*X*(X @ w - y)[:, None]/len(y)).sum(1)"),
        (MEAN, "2*X.T @ (X @ w - y)/len(w)")), shapes=X_W_Y, by="w"),
    Case("ridge gradient", "sum((X @ w - y)**2)/2 + sum(w**2)", "X, w, y", "X.T @ (X @ w - y) + 2*w", (
        (TWO, "X.T @ (X @ w - y) + w"), (TERM, "X.T @ (X @ w - y)"),
        (SIGN, "X.T @ (X @ w - y) - 2*w"), (MEAN, "X.T @ (X @ w - y)/len(y) + 2*w")), shapes=X_W_Y, by="w"),
    Case("quadratic form gradient", "x @ A @ x", "A, x", "(A + A.T) @ x", (
        (PRODUCT, "A @ x"), (PRODUCT, "A.T @ x"), (SIGN, "-(A + A.T) @ x")),
        shapes={"A": "n,n", "x": "n"}, by="x"),
    Case("logistic gradient", "sum(log(1 + exp(-y*(X @ w))))/n", "X, w, y",
        "s = special.expit(-y*(X @ w));return -X.T @ (y*s)/len(y)", (
        (SIGN, "s = special.expit(-y*(X @ w));return X.T @ (y*s)/len(y)"),
        (MEAN, "s = special.expit(-y*(X @ w));return -X.T @ (y*s)"),
        (CHAIN, "s = special.expit(-y*(X @ w));return -X.T @ s/len(y)"),
        (BATCH, "s = special.expit(-y*(X @ w));return -X*(y*s)[:, None]/len(y)")), shapes=X_W_Y, by="w"),
    Case("bias gradient", "sum(tanh(X @ W + b)**2)/2", "X, W, b",
        "H = np.tanh(X @ W + b);return (H*(1 - H**2)).sum(0)", (
        (BATCH, "H = np.tanh(X @ W + b);return H*(1 - H**2)"),
        (AXIS, "H = np.tanh(X @ W + b);return (H*(1 - H**2)).sum(1)"),
        (CHAIN, "H = np.tanh(X @ W + b);return H.sum(0)"),
        (POINT, "H = np.tanh(X @ W + b);return (H*(1 - np.tanh(H)**2)).sum(0)"),
        (CHAIN, "H = np.tanh(X @ W + b);return (1 - H**2).sum(0)"),
        (MEAN, "H = np.tanh(X @ W + b);return (H*(1 - H**2)).mean(0)")), shapes=LINEAR, by="b"),
    Case("weight gradient", "sum(tanh(X @ W + b)**2)/2", "X, W, b",
        "H = np.tanh(X @ W + b);return X.T @ (H*(1 - H**2))", (
        (TRANSPOSED, "H = np.tanh(X @ W + b);return (X.T @ (H*(1 - H**2))).T"),
        (CHAIN, "H = np.tanh(X @ W + b);return X.T @ H"),
        (POINT, "H = np.tanh(X @ W + b);return X.T @ (H*(1 - np.tanh(H)**2))"),
        (MEAN, "H = np.tanh(X @ W + b);return X.T @ (H*(1 - H**2))/len(X)")), shapes=LINEAR, by="W"),
    Case("softmax backward", "softmax(x)", "v, x",
        "p = np.exp(x - x.max());p = p/p.sum();return p*(v - p @ v)", (
        (DIAGONAL, "p = np.exp(x - x.max());p = p/p.sum();return p*(1 - p)*v"),
        (SIGN, "p = np.exp(x - x.max());p = p/p.sum();return p*(p @ v - v)"),
        (TERM, "p = np.exp(x - x.max());p = p/p.sum();return p*v"),
        (OVERFLOW, "p = np.exp(x);p = p/p.sum();return p*(v - p @ v)")),
        shapes={"x": "n", "v": "n"}, by="x", upstream="v"),
    Case("softmax Jacobian", "softmax(x)", "x",
        "p = np.exp(x - x.max());p = p/p.sum();return np.diag(p) - np.outer(p, p)", (
        (DIAGONAL, "p = np.exp(x - x.max());p = p/p.sum();return np.diag(p*(1 - p))"),
        (SIGN, "p = np.exp(x - x.max());p = p/p.sum();return np.outer(p, p) - np.diag(p)"),
        (SIGN, "p = np.exp(x - x.max());p = p/p.sum();return np.outer(p, p) + np.diag(p)")),
        shapes={"x": "n"}, by="x", kind="jacobian"),
    Case("tanh backward", "tanh(x)", "v, x", "v*(1 - np.tanh(x)**2)", (
        (CHAIN, "v + 0*x"), (SIGN, "v*(np.tanh(x)**2 - 1)"), (CHAIN, "v*(1 - np.tanh(x)**2)**2")),
        shapes={"x": "n", "v": "n"}, by="x", upstream="v"),
    Case("layer backward", "tanh(X @ W)", "V, X, W", "H = np.tanh(X @ W);return X.T @ (V*(1 - H**2))", (
        (CHAIN, "X.T @ (V + 0*(X @ W))"), (TRANSPOSED, "H = np.tanh(X @ W);return (V*(1 - H**2)).T @ X"),
        (MEAN, "H = np.tanh(X @ W);return X.T @ (V*(1 - H**2))/len(X)")),
        shapes={"X": "n,d", "W": "d,k", "V": "n,k"}, by="W", upstream="V"),
    Case("softmax regression", "-sum(Y*log_softmax(X @ W + b, axis=1))/N", "X, W, b, Y",
        "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = (P - Y)/len(X);return (X.T @ G, G.sum(0))", (
        (MEAN, "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = P - Y;return (X.T @ G, G.sum(0))"),
        (MEAN, "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = (P - Y)/len(X);return (X.T @ G, G.mean(0))"),
        (SIGN, "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = (Y - P)/len(X);return (X.T @ G, G.sum(0))"),
        (BATCH, "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = (P - Y)/len(X);return (X.T @ G, G)"),
        (AXIS, "Z = X @ W + b;P = np.exp(Z - Z.max(1, keepdims=True));P = P/P.sum(1, keepdims=True);G = (P - Y)/len(X);return (X.T @ G, G.sum(1))"),
        (OVERFLOW, "Z = X @ W + b;P = np.exp(Z);P = P/P.sum(1, keepdims=True);G = (P - Y)/len(X);return (X.T @ G, G.sum(0))")),
        shapes={"X": "N,d", "W": "d,k", "b": "k", "Y": "N,k"}, by="W, b", structures={"Y": "one-hot"}),
]
# fmt: on
