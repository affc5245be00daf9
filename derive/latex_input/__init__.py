"""Mathematics as LaTeX writes it, read as SymPy's unevaluated operators: `from_latex`.

Own tokens and an own grammar on the parser of plain text, whose values, limits and refusals it
shares: no text is evaluated. What has two readings is refused, and the error says what to write.
"""
