"""How many wrong right-hand sides the check catches: every rule's, a little changed.

    python benchmarks/mutants.py

Each rule is applied to its own example; the right-hand side is then multiplied by 1.01, turned
around in sign, or given one term more. Changes that make no difference (0, infinities, a limit
that does not exist) are left out. Rules about arrays are changed in
tests/arrays/test_array_rules.py.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.test_rules import SCALAR, mutant_verdicts


def main() -> None:
    total: Counter[str] = Counter()
    print(f"{'table':32} {'rules':>5} {'mutants':>7} {'caught':>6}")
    for table in SCALAR:
        verdicts = [v for rule in table for _, _, v in mutant_verdicts(table, rule)]
        caught = sum(v == "refuted" for v in verdicts)
        total.update(rules=len(table.rules), mutants=len(verdicts), caught=caught)
        print(f"{table.title:32} {len(table.rules):5} {len(verdicts):7} {caught:6}")
    print(f"{'all':32} {total['rules']:5} {total['mutants']:7} {total['caught']:6}")


if __name__ == "__main__":
    main()
