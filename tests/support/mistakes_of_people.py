"""Mistakes as people make them in numerical code, in functions that no cause was made for.

Those of `SEEN` were written first, then causes were added for those that had none. Those of `UNSEEN`
were written after that, and nothing was changed for them.
"""

# ruff: noqa: E501  (the code of a case is one line)

from __future__ import annotations

from tests.support.functions_to_validate import (
    AXIS,
    BASE,
    BATCH,
    BROADCAST,
    CHAIN,
    DIAGONAL,
    LOGIT,
    MEAN,
    POINT,
    PRODUCT,
    SCALE,
    SIGN,
    TERM,
    TRANSPOSED,
    VARIANCE,
    Case,
)

FACTOR, TERM_FACTOR, TERM_SIGN = (
    "a factor is left out or counted twice",
    "factor of a term",
    "sign of a term",
)
SWAPPED, BRANCHES, THRESHOLD = "arguments exchanged", "branches exchanged", "another threshold"
APPROXIMATE, OFF_BY_ONE, TWO_MISTAKES = (
    "an approximation of the formula",
    "off by one",
    "two mistakes at once",
)
POWER, ORDER = "another power", "operations in another order"
IN_PLACE, STALE, INTEGERS = (
    "in-place modification of the input",
    "stale cache or state between calls",
    "integer division or dtype",
)

# What a mistake may be called as well, where the other name describes the same values.
OTHER_WORDS = {TERM: {PRODUCT, CHAIN}, POWER: {SCALE, POINT}}

X_W_Y = {"X": "n,d", "w": "d", "y": "n", "lam": ""}
RIDGE = "sum((X @ w - y)**2)/n + lam*sum(w**2)"
TWO_LAYERS = {"X": "n,d", "W": "d,k", "V": "k,k", "Y": "n,k"}
HIDDEN = "H = np.tanh(X @ W);E = H @ V - Y;return "
SOFTMAX = "E = np.exp(Z - Z.max(1, keepdims=True));P = E/E.sum(1, keepdims=True);return "
CROSS = "-sum(Y*log_softmax(Z, axis=1))/N"
NORMAL = "-(x - m)**2/(2*s**2) - log(s) - log(2*pi)/2"
LAYER_NORM = "(x - mean(x))/sqrt(mean((x - mean(x))**2))"
NORMED = "s = x.std();h = (x - x.mean())/s;return "
ATTENTION = "softmax(Q @ K.T/sqrt(d), axis=1) @ V"
WEIGHED = ";A = np.exp(S - S.max(1, keepdims=True));return (A/A.sum(1, keepdims=True)) @ V"
HEADS = {"Q": "n,d", "K": "m,d", "V": "m,k"}
ADAM = "w - a*(m/(1 - b**t))/(sqrt(v/(1 - c**t)) + e)"
LETTERS = "w a m b t v c e"
BELOW_ONE = {"b": (0.5, 0.99), "c": (0.5, 0.99), "t": (1.0, 20.0), "e": (0.01, 1.0)}

# fmt: off
SEEN = [
    Case("ridge", RIDGE, "X, w, y, lam", "2*X.T @ (X @ w - y)/len(y) + 2*lam*w", (
        (TERM_FACTOR, "2*X.T @ (X @ w - y)/len(y) + lam*w"),
        (MEAN, "2*(X.T @ (X @ w - y) + lam*w)/len(y)"),
        (MEAN, "2*X.T @ (X @ w - y) + 2*lam*w"),
        (TWO_MISTAKES, "X.T @ (X @ w - y)/len(y) - 2*lam*w")), shapes=X_W_Y, by="w"),
    Case("regularised logistic regression", "sum(log(1 + exp(-y*(X @ w))))/n + lam*sum(w**2)/2", "X, w, y, lam",
        "s = special.expit(-y*(X @ w));return -X.T @ (y*s)/len(y) + lam*w", (
        (TERM_SIGN, "s = special.expit(-y*(X @ w));return X.T @ (y*s)/len(y) + lam*w"),
        (TERM, "s = special.expit(-y*(X @ w));return -X.T @ (y*s)/len(y)")), shapes=X_W_Y, by="w"),
    Case("bias of a linear layer", "sum((X @ W + b - Y)**2)/N", "X, W, b, Y", "2*(X @ W + b - Y).sum(0)/len(X)", (
        (AXIS, "2*(X @ W + b - Y).sum()/len(X)"),
        (BATCH, "2*(X @ W + b - Y)/len(X)")),
        shapes={"X": "N,d", "W": "d,k", "b": "k", "Y": "N,k"}, by="b"),
    Case("two layers", "sum((tanh(X @ W) @ V - Y)**2)/2", "X, W, V, Y", HIDDEN + "X.T @ ((E @ V.T)*(1 - H**2))", (
        (CHAIN, HIDDEN + "X.T @ (E @ V.T)"),
        (POINT, HIDDEN + "X.T @ ((E @ V.T)*(1 - (X @ W)**2))"),
        (TRANSPOSED, HIDDEN + "X.T @ ((E @ V)*(1 - H**2))")), shapes=TWO_LAYERS, by="W"),
    Case("sigmoid backward", "sigmoid(x)", "v, x", "s = special.expit(x);return v*s*(1 - s)", (
        (POINT, "v*x*(1 - x)"),), shapes={"x": "n", "v": "n"}, by="x", upstream="v"),
    Case("softmax and cross-entropy", CROSS, "Y, Z", SOFTMAX + "(P - Y)/len(Z)", (
        (TERM, SOFTMAX + "P/len(Z)"),
        (MEAN, SOFTMAX + "(P - Y)/Z.size"),
        (AXIS, "E = np.exp(Z - Z.max(0));P = E/E.sum(0);return (P - Y)/len(Z)")),
        shapes={"Y": "N,k", "Z": "N,k"}, structures={"Y": "one-hot"}, by="Z"),
    Case("Adam", ADAM, LETTERS.replace(" ", ", "), "w - a*(m/(1 - b**t))/(np.sqrt(v/(1 - c**t)) + e)", (
        (FACTOR, "w - a*m/(np.sqrt(v/(1 - c**t)) + e)"),
        (TWO_MISTAKES, "w - a*m/(np.sqrt(v) + e)"),
        (ORDER, "w - a*(m/(1 - b**t))/np.sqrt(v/(1 - c**t) + e)")), positive=LETTERS, domain=BELOW_ONE),
    Case("RMSprop", "w - a*g/(sqrt(v) + e)", "w, a, g, v, e", "w - a*g/(np.sqrt(v) + e)", (
        (POWER, "w - a*g/(v + e)"),), positive="a v e"),
    Case("normal log density", NORMAL, "x, m, s", "-(x - m)**2/(2*s**2) - np.log(s) - np.log(2*np.pi)/2", (
        (TERM_FACTOR, "-(x - m)**2/s**2 - np.log(s) - np.log(2*np.pi)/2"),
        (TERM_FACTOR, "-(x - m)**2/(2*s**2) - np.log(s) - np.log(2*np.pi)"),
        (TERM, "-(x - m)**2/(2*s**2) - np.log(s)"),
        (SCALE, "-(x - m)**2/(2*s) - np.log(s)/2 - np.log(2*np.pi)/2")), positive="s"),
    Case("variance of columns", "sum((X - mean(X, axis=0, keepdims=True))**2, axis=0)/n", "X", "X.var(0)", (
        (VARIANCE, "X.var(0, ddof=1)"),), shapes={"X": "n,d"}),
    Case("layer norm backward", LAYER_NORM, "v, x", NORMED + "(v - v.mean() - h*(v*h).mean())/s", (
        (TERM, NORMED + "(v - v.mean())/s"),
        (TERM, NORMED + "(v - h*(v*h).mean())/s")), shapes={"x": "n", "v": "n"}, by="x", upstream="v"),
    Case("batch norm", "(X - mean(X, axis=0, keepdims=True))/sqrt(mean((X - mean(X, axis=0, keepdims=True))**2, axis=0, keepdims=True))",
        "X", "(X - X.mean(0))/X.std(0)", (
        (AXIS, "(X - X.mean(1, keepdims=True))/X.std(1, keepdims=True)"),), shapes={"X": "n,d"}),
    Case("attention", ATTENTION, "Q, K, V", "S = Q @ K.T/np.sqrt(Q.shape[1])" + WEIGHED, (
        (FACTOR, "S = Q @ K.T" + WEIGHED),
        (POWER, "S = Q @ K.T/Q.shape[1]" + WEIGHED),
        (AXIS, "S = Q @ K.T/np.sqrt(Q.shape[1]);A = np.exp(S - S.max(0));return (A/A.sum(0)) @ V")), shapes=HEADS),
    Case("binary cross-entropy", "-(y*log(p) + (1 - y)*log(1 - p))", "p, y", "-(y*np.log(p) + (1 - y)*np.log1p(-p))", (
        (BASE, "-(y*np.log2(p) + (1 - y)*np.log2(1 - p))"),
        (TERM, "-y*np.log(p)")), domain={"p": (0.05, 0.95), "y": (0.0, 1.0)}),
    Case("slope of binary cross-entropy", "-(y*log(p) + (1 - y)*log(1 - p))", "p, y",
        "return ((p - y)/(p*(1 - p)), np.log1p(-p) - np.log(p))", (
        (LOGIT, "return (p - y, np.log1p(-p) - np.log(p))"),), kind="gradient", domain={"p": (0.05, 0.95), "y": (0.0, 1.0)}),
    Case("divergence", "sum(p*log(p/q))", "p, q", "np.sum(p*np.log(p/q))", (
        (SWAPPED, "np.sum(q*np.log(q/p))"),), shapes={"p": "n", "q": "n"}, domain={"p": (0.1, 1.0), "q": (0.1, 1.0)}),
    Case("Huber loss", "Piecewise((x**2/2, Abs(x) < d), (d*(Abs(x) - d/2), True))", "x, d",
        "np.where(np.abs(x) < d, x**2/2, d*(np.abs(x) - d/2))", (
        (BRANCHES, "np.where(np.abs(x) < d, d*(np.abs(x) - d/2), x**2/2)"),
        (THRESHOLD, "np.where(np.abs(x) < 1, x**2/2, d*(np.abs(x) - d/2))")), positive="d"),
    Case("rectifier", "Max(x, 0)", "x", "np.maximum(x, 0)", (
        (THRESHOLD, "np.where(x > 1, x, 0)"),)),
    Case("exact gelu", "x*(1 + erf(x/sqrt(2)))/2", "x", "x*special.ndtr(x)", (
        (APPROXIMATE, "x*(1 + np.tanh(np.sqrt(2/np.pi)*(x + 0.044715*x**3)))/2"),)),
    Case("finite sum", "n*(n + 1)*(2*n + 1)/6", "n", "return np.sum(np.arange(1.0, int(n) + 1)**2)", (
        (OFF_BY_ONE, "return np.sum(np.arange(1.0, int(n))**2)"),), integer="n", domain={"n": (2.0, 40.0)}),
    Case("slope of a power", "x**a", "x, a", "return (a*x**(a - 1), x**a*np.log(x))", (
        (OFF_BY_ONE, "return (a*x**a, x**a*np.log(x))"),), kind="gradient", positive="x a"),
    Case("clipped square", "Min(Max(x, -1), 1)**2", "x", "np.where(np.abs(x) < 1, 2*x, 0)", (
        (CHAIN, "2*np.clip(x, -1, 1)"),), kind="gradient"),
    Case("dropout", "m*x/(1 - p)", "m, x, p", "m*x/(1 - p)", (
        (FACTOR, "m*x"),), domain={"p": (0.1, 0.9)}),
    Case("bilinear form by its matrix", "x @ A @ y", "x, A, y", "np.outer(x, y) + 0*A", (
        (TRANSPOSED, "np.outer(y, x) + 0*A"),), shapes={"x": "n", "A": "n,n", "y": "n"}, by="A"),
    Case("slope of a norm", "sqrt(sum(x**2))", "x", "x/np.linalg.norm(x)", (
        (POWER, "x/np.sum(x**2)"),), shapes={"x": "n"}, by="x"),
    Case("cosine similarity", "sum(x*y)/sqrt(sum(x**2)*sum(y**2))", "x, y", "x @ y/np.linalg.norm(x)/np.linalg.norm(y)", (
        (FACTOR, "x @ y/np.linalg.norm(x)"),), shapes={"x": "n", "y": "n"}),
    Case("quotient", "sin(x)/(1 + x**2)", "x", "(np.cos(x)*(1 + x**2) - 2*x*np.sin(x))/(1 + x**2)**2", (
        (FACTOR, "(np.cos(x)*(1 + x**2) - 2*x*np.sin(x))/(1 + x**2)"),
        (TERM_SIGN, "(np.cos(x)*(1 + x**2) + 2*x*np.sin(x))/(1 + x**2)**2")), kind="gradient"),
    Case("centred distances", "D - mean(D, axis=1, keepdims=True)", "D", "D - D.mean(1, keepdims=True)", (
        (BROADCAST, "D - D.mean(1)"),), shapes={"D": "n,n"}),
    Case("softmax", "softmax(x)", "x", "e = np.exp(x - x.max());return e/e.sum()", (
        (IN_PLACE, "x -= x.max();e = np.exp(x);return e/e.sum()"),), shapes={"x": "n"}),
    Case("half of a count", "x*n/2", "x, n", "x*n/2", (
        (INTEGERS, "x*(n//2)"),), integer="n"),
    Case("centred columns", "X - mean(X, axis=0, keepdims=True)", "X", "X - X.mean(0)", (
        (STALE, "function.means = getattr(function, 'means', {});m = function.means.setdefault(X.shape, X.mean(0));return X - m"),), shapes={"X": "n,d"}),
    Case("Poisson log density", "k*log(l) - l - loggamma(k + 1)", "k, l", "k*np.log(l) - l - special.gammaln(k + 1)", (
        (OFF_BY_ONE, "k*np.log(l) - l - special.gammaln(k)"),), positive="l", integer="k"),
    Case("weighted mean", "sum(w*x)/sum(w)", "w, x", "np.sum(w*x)/np.sum(w)", (
        (MEAN, "np.mean(w*x)"),), shapes={"w": "n", "x": "n"}),
    Case("softmax Jacobian times loss", "softmax(x) @ y", "x, y",
        "e = np.exp(x - x.max());p = e/e.sum();return p*(y - p @ y)", (
        (DIAGONAL, "e = np.exp(x - x.max());p = e/e.sum();return p*(1 - p)*y"),), shapes={"x": "n", "y": "n"}, by="x"),
    Case("squared hinge", "sum(maximum(1 - y*(X @ w), 0)**2)/n", "X, w, y",
        "r = np.maximum(1 - y*(X @ w), 0);return -2*X.T @ (y*r)/len(y)", (
        (CHAIN, "r = np.maximum(1 - y*(X @ w), 0);return -2*X.T @ r/len(y)"),
        (SIGN, "r = np.maximum(1 - y*(X @ w), 0);return 2*X.T @ (y*r)/len(y)")), shapes={"X": "n,d", "w": "d", "y": "n"}, by="w"),
]
# fmt: on
UNSEEN: list[Case] = []
