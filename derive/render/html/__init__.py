"""A derivation as a page of HTML that needs nothing else: no script, no request, no other file.

`section` says what a page shows of a derivation, `page` puts it into the template, `picture` draws.
"""
