"""Which figures and which methods of a published tutorial are right?

Every claim of `data/tutorial_claims.json` is derived, computed as published, and compared with
what was printed; `--markdown PATH` writes the report as well.

Run it from anywhere with `python examples/audit_tutorial.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import audit.calculus
import audit.networks_and_floats
import audit.norms_and_matrices
import audit.optimisation
import audit.statistics  # noqa: F401  (importing a subject enters its audits)
from audit.claims import CLAIMS, audited_claim, read
from audit.report import markdown, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--claims", type=Path, default=CLAIMS, help="another file of claims")
    parser.add_argument("--markdown", type=Path, help="write the report to this file, too")
    options = parser.parse_args()
    audited = [audited_claim(claim) for claim in read(options.claims)]
    print(table(audited), end="")
    if options.markdown:
        options.markdown.write_text(markdown(audited), encoding="utf-8")


if __name__ == "__main__":
    main()
