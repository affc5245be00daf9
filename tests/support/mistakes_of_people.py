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
FUNCTION, POWER, ORDER = "a function is left out", "another power", "operations in another order"
IN_PLACE, STALE, INTEGERS = (
    "in-place modification of the input",
    "stale cache or state between calls",
    "integer division or dtype",
)

# What a mistake may be called as well, where the other name describes the same values.
OTHER_WORDS = {
    TERM: {PRODUCT, CHAIN, OFF_BY_ONE},
    TERM_SIGN: {CHAIN},
    CHAIN: {FACTOR},
    POWER: {SCALE, POINT, FACTOR},
    FACTOR: {ORDER},
    FUNCTION: {POINT, THRESHOLD},
    ORDER: {TERM_FACTOR},
    SIGN: {SWAPPED},
}

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
Case("elastic net", "sum((X @ w - y)**2)/(2*n) + a*sum(abs(w)) + c*sum(w**2)/2", "X, w, y, a, c",
        "X.T @ (X @ w - y)/len(y) + a*np.sign(w) + c*w", (
        (FUNCTION, "X.T @ (X @ w - y)/len(y) + a*w + c*w"),
        (TERM, "X.T @ (X @ w - y)/len(y) + c*w")), shapes={"X": "n,d", "w": "d", "y": "n", "a": "", "c": ""}, by="w"),
    Case("momentum", "w - a*(g + b*u)", "w, a, g, b, u", "w - a*(g + b*u)", (
        (FACTOR, "w - a*g - b*u"),
        (SIGN, "w - a*(g - b*u)"))),
    Case("divergence of two normals", "log(t/s) + (s**2 + (m - n)**2)/(2*t**2) - 1/2", "m, s, n, t",
        "np.log(t/s) + (s**2 + (m - n)**2)/(2*t**2) - 0.5", (
        (TERM, "np.log(t/s) + (s**2 + (m - n)**2)/(2*t**2)"),
        (SWAPPED, "np.log(s/t) + (t**2 + (m - n)**2)/(2*s**2) - 0.5"),
        (SIGN, "np.log(s/t) + (s**2 + (m - n)**2)/(2*t**2) - 0.5")), positive="s t"),
    Case("Mahalanobis distance", "(x - m) @ inv(S) @ (x - m)", "x, m, S", "(x - m) @ np.linalg.solve(S, x - m)", (
        (FUNCTION, "(x - m) @ S @ (x - m)"),), shapes={"x": "n", "m": "n", "S": "n,n"}, structures={"S": "positive definite"}),
    Case("Gaussian kernel", "exp(-sum((x - y)**2)/(2*s**2))", "x, y, s", "np.exp(-np.sum((x - y)**2)/(2*s**2))", (
        (POWER, "np.exp(-np.linalg.norm(x - y)/(2*s**2))"),
        (FACTOR, "np.exp(-np.sum((x - y)**2)/2)")), shapes={"x": "n", "y": "n", "s": ""}),
    Case("recurrent cell", "tanh(W @ h + U @ x + b)", "W, h, U, x, b", "np.tanh(W @ h + U @ x + b)", (
        (TRANSPOSED, "np.tanh(W.T @ h + U @ x + b)"),
        (TERM, "np.tanh(W @ h + U @ x)")), shapes={"W": "n,n", "h": "n", "U": "n,d", "x": "d", "b": "n"}),
    Case("logistic growth", "r*x*(1 - x/K)", "r, x, K", "r*x*(1 - x/K)", (
        (ORDER, "r*x*(1 - x)/K"),
        (FACTOR, "r*x*(1 - x)")), positive="r x K"),
    Case("parallel resistors", "1/(1/a + 1/b)", "a, b", "1/(1/a + 1/b)", (
        (POWER, "1/a + 1/b"),
        (POWER, "1/(a + b)")), positive="a b"),
    Case("focal loss", "-(1 - p)**g*log(p)", "p, g", "-(1 - p)**g*np.log(p)", (
        (SWAPPED, "-p**g*np.log(p)"),
        (FACTOR, "-np.log(p)")), positive="g", domain={"p": (0.05, 0.95)}),
    Case("long short-term memory", "f*c + i*tanh(z)", "f, c, i, z", "f*c + i*np.tanh(z)", (
        (SWAPPED, "i*c + f*np.tanh(z)"),
        (FUNCTION, "f*c + i*z"))),
    Case("weighted least squares", "sum(v*(X @ w - y)**2)/n", "v, X, w, y", "2*X.T @ (v*(X @ w - y))/len(y)", (
        (FACTOR, "2*X.T @ (X @ w - y)/len(y)"),
        (TWO_MISTAKES, "X.T @ (X @ w - y)/len(y)"),
        (POWER, "2*X.T @ (v**2*(X @ w - y))/len(y)")), shapes={"v": "n", "X": "n,d", "w": "d", "y": "n"}, by="w"),
    Case("root mean square norm", "x/sqrt(mean(x**2))", "x", "x/np.sqrt(np.mean(x**2))", (
        (POWER, "x/np.mean(x**2)"),
        (MEAN, "x/np.sqrt(np.sum(x**2))"),
        (ORDER, "x/np.mean(np.abs(x))")), shapes={"x": "n"}),
    Case("cosine schedule", "a*(1 + cos(pi*t/T))/2", "a, t, T", "a*(1 + np.cos(np.pi*t/T))/2", (
        (FACTOR, "a*(1 + np.cos(t/T))/2"),
        (ORDER, "a*(1 + np.cos(np.pi*t/T)/2)")), positive="a t T"),
    Case("Newton step of the logistic loss", "x - (sigmoid(x) - y)/(sigmoid(x)*(1 - sigmoid(x)))", "x, y",
        "s = special.expit(x);return x - (s - y)/(s*(1 - s))", (
        (FACTOR, "s = special.expit(x);return x - (s - y)"),
        (SIGN, "s = special.expit(x);return x + (s - y)/(s*(1 - s))")), domain={"x": (-3.0, 3.0)}),
    Case("tanh unit with a slope", "a*tanh(b*x)", "x, a, b", "return (a*b*(1 - np.tanh(b*x)**2), np.tanh(b*x), a*x*(1 - np.tanh(b*x)**2))", (
        (CHAIN, "return (a*(1 - np.tanh(b*x)**2), np.tanh(b*x), a*x*(1 - np.tanh(b*x)**2))"),
        (TERM_SIGN, "return (-a*b*(1 + np.tanh(b*x)**2), np.tanh(b*x), a*x*(1 - np.tanh(b*x)**2))")), kind="gradient"),
]

UNSEEN = [
    Case("Rosenbrock's slopes", "100*(y - x**2)**2 + (1 - x)**2", "x, y", "return (-400*x*(y - x**2) - 2*(1 - x), 200*(y - x**2))", (
        (TERM_SIGN, "return (-400*x*(y - x**2) + 2*(1 - x), 200*(y - x**2))"),
        (CHAIN, "return (-200*(y - x**2) - 2*(1 - x), 200*(y - x**2))")), kind="gradient"),
    Case("Poisson regression", "sum(exp(X @ w) - y*(X @ w))/n", "X, w, y", "X.T @ (np.exp(X @ w) - y)/len(y)", (
        (FUNCTION, "X.T @ (X @ w - y)/len(y)"),
        (TWO_MISTAKES, "X.T @ (y - np.exp(X @ w))")), shapes={"X": "n,d", "w": "d", "y": "n"}, by="w"),
    Case("gradient by the input of a layer", "sum((X @ W - Y)**2)/2", "X, W, Y", "(X @ W - Y) @ W.T", (
        (TRANSPOSED, "(X @ W - Y) @ W"),), shapes={"X": "n,k", "W": "k,k", "Y": "n,k"}, by="X"),
    Case("energy of a pendulum", "m*g*l*(1 - cos(t)) + m*l**2*v**2/2", "m, g, l, t, v", "m*g*l*(1 - np.cos(t)) + m*l**2*v**2/2", (
        (POWER, "m*g*l*(1 - np.cos(t)) + m*l*v**2/2"),
        (TERM, "-m*g*l*np.cos(t) + m*l**2*v**2/2")), positive="m g l"),
    Case("beta log density", "(a - 1)*log(x) + (b - 1)*log(1 - x) - loggamma(a) - loggamma(b) + loggamma(a + b)", "x, a, b",
        "(a - 1)*np.log(x) + (b - 1)*np.log1p(-x) - special.betaln(a, b)", (
        (OFF_BY_ONE, "a*np.log(x) + (b - 1)*np.log1p(-x) - special.betaln(a, b)"),
        (TERM_SIGN, "(a - 1)*np.log(x) + (b - 1)*np.log1p(-x) - special.gammaln(a) - special.gammaln(b) - special.gammaln(a + b)")),
        positive="a b", domain={"x": (0.05, 0.95), "a": (0.5, 6.0), "b": (0.5, 6.0)}),
    Case("root mean square error", "sqrt(mean((p - y)**2))", "p, y", "np.sqrt(np.mean((p - y)**2))", (
        (ORDER, "np.mean(np.sqrt((p - y)**2))"),
        (MEAN, "np.sqrt(np.sum((p - y)**2))")), shapes={"p": "n", "y": "n"}),
    Case("moving average", "b*m + (1 - b)*g", "b, m, g", "b*m + (1 - b)*g", (
        (SWAPPED, "(1 - b)*m + b*g"),
        (FACTOR, "b*m + g")), domain={"b": (0.1, 0.99)}),
    Case("slopes of a Cauchy log density", "-log(1 + ((x - m)/s)**2) - log(s)", "x, m, s",
        "z = (x - m)/s;d = 2*z/(1 + z**2)/s;return (-d, d, d*z - 1/s)", (
        (CHAIN, "z = (x - m)/s;d = 2*z/(1 + z**2);return (-d, d, d*z/s - 1/s)"),
        (TERM, "z = (x - m)/s;d = 2*z/(1 + z**2)/s;return (-d, d, d*z)")), kind="gradient", positive="s"),
    Case("soft threshold", "Piecewise((x - l, x > l), (x + l, x < -l), (0, True))", "x, l",
        "np.sign(x)*np.maximum(np.abs(x) - l, 0)", (
        (FUNCTION, "x - l*np.sign(x)"),
        (TERM, "np.where(np.abs(x) > l, x, 0)")), positive="l"),
    Case("gain of a filter", "p/(p + r)", "p, r", "p/(p + r)", (
        (SWAPPED, "r/(p + r)"),), positive="p r"),
    Case("correlation", "sum((x - mean(x))*(y - mean(y)))/sqrt(sum((x - mean(x))**2)*sum((y - mean(y))**2))", "x, y",
        "np.corrcoef(x, y)[0, 1]", (
        (POWER, "a = x - x.mean();b = y - y.mean();return a @ b/((a @ a)*(b @ b))"),
        (TERM, "x @ y/np.sqrt((x @ x)*(y @ y))")), shapes={"x": "n", "y": "n"}),
    Case("softmax with a temperature", "softmax(x/T)", "x, T", "z = x/T;e = np.exp(z - z.max());return e/e.sum()", (
        (POWER, "z = x*T;e = np.exp(z - z.max());return e/e.sum()"),
        (FACTOR, "e = np.exp(x - x.max());return e/e.sum()")), shapes={"x": "n", "T": ""}),
    Case("triplet loss", "mean(maximum(m + a - b, 0))", "m, a, b", "np.mean(np.maximum(m + a - b, 0))", (
        (SWAPPED, "np.mean(np.maximum(m - a + b, 0))"),
        (TERM, "np.mean(np.maximum(a - b, 0))")), shapes={"m": "", "a": "n", "b": "n"}),
    Case("compound interest", "p*(1 + r/n)**(n*t)", "p, r, n, t", "p*np.exp(n*t*np.log1p(r/n))", (
        (FACTOR, "p*(1 + r)**(n*t)"),
        (FACTOR, "p*(1 + r/n)**t")), positive="p r n t"),
    Case("moneyness", "(log(s/k) + (r + v**2/2)*t)/(v*sqrt(t))", "s, k, r, v, t", "(np.log(s/k) + (r + v**2/2)*t)/(v*np.sqrt(t))", (
        (TERM_SIGN, "(np.log(s/k) + (r - v**2/2)*t)/(v*np.sqrt(t))"),
        (POWER, "(np.log(s/k) + (r + v**2/2)*t)/(v*t)"),
        (TERM_FACTOR, "(np.log(s/k) + (r + v**2)*t)/(v*np.sqrt(t))")), positive="s k r v t"),
]
# fmt: on
# What the table does not name, or not as one thing: it is refuted all the same.
WITHOUT_CAUSE = {"1/(a + b)", "x/np.mean(np.abs(x))"}
