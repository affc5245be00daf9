"""The part of STIX Two Math that pages of HTML carry: the signs that derivations use, with their
larger and smaller forms.

    pip install fonttools brotli
    python tools/font_subset.py stix-two-math-latin-400-normal.woff2

The font comes with the npm package @fontsource/stix-two-math, under the Open Font License.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

MADE = Path(__file__).parent.parent / "derive/render/html/font/stix-two-math.woff2"
NAME = "STIX Two Math Subset"

# fmt: off
RANGES = (
    (0x20, 0x7e),        # ASCII
    (0x391, 0x3a9),      # Greek
    (0x3b1, 0x3c9),
    (0x1d400, 0x1d49b),  # bold, italic, bold italic
    (0x1d49c, 0x1d4b5),  # script
    (0x1d538, 0x1d551),  # double-struck
    (0x1d6e2, 0x1d71b),  # italic Greek
    (0x1d7ce, 0x1d7d7),  # bold digits
)
SINGLE = (
    "\u00a0¬±·×÷ıȷϑϕϖϰϱϵ\u0302\u0303\u0304\u0305\u0307\u0308\u030cˆˇ˜¯¨˙\u20d7\u20db\u2009\ufe00"
    "‖†…′″‴‾\u2061\u2062\u2063\u2064ℎℏℓℂℕℚℝℤℙℬℰℱℋℐℒℳℛ←↑→↓↔↦⇒⇔⟶"
    "∀∂∃∄∅∆∇∈∉∏∐∑−∓∕∖∗∘∙√∝∞∠∣∥∧∨∩∪∫∬∭∮∼≃≅≈≔≠≡≤≥≪≫⊂⊃⊆⊇⊎⊕⊗⊙⊤⊥⋀⋁⋅⋆⋮⋯⋱⌈⌉⌊⌋⏞⏟⟨⟩⨁⨂△"
)
# fmt: on
FEATURES = ["ssty", "dtls", "flac", "kern", "mark", "mkmk", "ccmp"]


def main(source: str) -> None:
    font = TTFont(source)
    characters = {code for first, last in RANGES for code in range(first, last + 1)}
    options = subset.Options(
        flavor="woff2", layout_features=FEATURES, hinting=False, notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )  # fmt: skip
    made = subset.Subsetter(options)
    made.populate(unicodes=characters | set(map(ord, SINGLE)))
    made.subset(font)
    for name_id in (1, 4):
        font["name"].setName(NAME, name_id, 3, 1, 0x409)
    subset.save_font(font, str(MADE), options)
    print(f"{MADE.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    main(sys.argv[1])
