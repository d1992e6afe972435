"""Writes core/folding.txt: Lucene's ASCII folding as tantivy's `ascii_fold` has it, without ñ and Ñ.

Run it when the pinned tantivy changes: `python bench/make_folding.py`. Each line is `<target> <characters>`.
"""

from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import tantivy

TARGET = Path(__file__).resolve().parents[1] / "core" / "folding.txt"
HEAD = """\
## Lucene's ASCIIFoldingFilter as tantivy {version} has it (`ascii_fold`); ñ and Ñ are left out: letters of their own.
## One line for each folded form: the form, a space, the characters that fold to it. Written by bench/make_folding.py.
"""


def table() -> dict[str, str]:
    """character -> its folded form, for every character outside ASCII that folds to something else."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    analyzer = builder.filter(tantivy.Filter.ascii_fold()).build()
    found = {}
    for point in range(0x80, 0x110000):
        if 0xD800 <= point <= 0xDFFF:
            continue
        char = chr(point)
        (folded,) = analyzer.analyze(char)
        if folded != char and char not in "ñÑ":
            found[char] = folded
    return found


def main() -> None:
    groups = defaultdict(list)
    for char, folded in table().items():
        groups[folded].append(char)
    lines = [f"{folded} {''.join(sorted(chars))}\n" for folded, chars in sorted(groups.items())]
    TARGET.write_text(HEAD.format(version=version("tantivy")) + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
