"""How a derivation reads: text, LaTeX, Markdown, data. No mathematics is done here.

`outline` says what is shown and in what order; the faces only print. They never rebuild an
expression: terms and factors stand as the engine handed them over.
"""
