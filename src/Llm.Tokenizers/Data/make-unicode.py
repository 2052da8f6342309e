"""Makes unicode.deflate and unicode-properties.deflate: the Unicode data that tokenizers 0.23.1 uses and .NET lacks or holds in another
version. README.md tells the rest.

Usage: make-unicode.py NORMALIZATION_TABLES CATEGORY_TABLES SCRIPTS FOLDS PROPERTIES
"""
import re
import sys
import zlib

normalization, categories, scripts, folds, properties = (open(path, encoding="utf-8").read() for path in sys.argv[1:6])


def table(source, name, end=r"\];"):
    return re.search(rf"\b{name}\b[^=]*=\s*&?\[(.*?){end}", source, re.S).group(1)


def hexes(text):
    return [int(number, 16) for number in re.findall(r"(?:0x|\\u\{)([0-9A-Fa-f]+)", text)]


def write(numbers):
    for number in numbers:
        while number >= 128:
            out.append(number & 127 | 128)
            number >>= 7
        out.append(number)


def write_ranges(values):
    """Ranges of equal values: gap behind the last range, length, value."""
    ranges = []
    for point, value in sorted(values.items()):
        if ranges and ranges[-1][1] == point and ranges[-1][2] == value:
            ranges[-1][1] += 1
        else:
            ranges.append([point, point + 1, value])
    write([len(ranges)])
    last = 0
    for start, end, value in ranges:
        write([start - last, end - start, value])
        last = end


def write_mappings(mappings):
    """Gap behind the last code point, number of code points it maps to, those."""
    write([len(mappings)])
    last = 0
    for point, to in sorted(mappings.items()):
        write([point - last, len(to), *to])
        last = point


def decompositions(name):
    rows = re.findall(r"\((0x[0-9a-f]+), &\[(.*?)\]\)", table(normalization, name, r"\n\];"))
    return {int(point, 16): hexes(to) for point, to in rows}


out = bytearray()

# Normalization, and what it calls a combining mark.
write_ranges({pair >> 8: pair & 255 for pair in hexes(table(normalization, "CANONICAL_COMBINING_CLASS_KV"))})
write_mappings(decompositions("CANONICAL_DECOMPOSED_KV"))
write_mappings(decompositions("COMPATIBILITY_DECOMPOSED_KV"))
pairs = re.findall(r"\((0x[0-9A-F]+), '\\u\{([0-9A-F]+)\}'\)", table(normalization, "COMPOSITION_TABLE_KV"))
compositions = {int(to, 16): [int(pair, 16) >> 16, int(pair, 16) & 0xFFFF] for pair, to in pairs}
for first, second, to in re.findall(r"\('\\u\{(\w+)\}', '\\u\{(\w+)\}'\) => Some\('\\u\{(\w+)\}'\)", normalization):
    compositions[int(to, 16)] = [int(first, 16), int(second, 16)]
write_mappings(compositions)
write_ranges({point: 1 for point in hexes(table(normalization, "COMBINING_MARK_KV"))})

# Categories; the private use areas are given by their ends alone.
write_ranges({point: 1 for point in hexes(table(categories, "MARK_NONSPACING"))})
other = hexes(table(categories, "OTHER_CONTROL")) + hexes(table(categories, "OTHER_FORMAT"))
private = hexes(table(categories, "OTHER_PRIVATE_USE"))
for first, last in zip(private[::2], private[1::2]):
    other += range(first, last + 1)
write_ranges({point: 1 for point in other})
kinds = ["CONNECTOR", "DASH", "CLOSE", "FINAL_QUOTE", "INITIAL_QUOTE", "OTHER", "OPEN"]
write_ranges({point: 1 for kind in kinds for point in hexes(table(categories, f"PUNCTUATION_{kind}"))})

# Scripts, numbered in order of appearance; 0 is none.
numbers, script_of = {}, {}
for first, last, script in re.findall(r"0x([0-9A-F]+)(?:\.\.=0x([0-9A-F]+))? => Script::(\w+)", scripts):
    for point in range(int(first, 16), int(last or first, 16) + 1):
        script_of[point] = numbers.setdefault(script, len(numbers) + 1)
write([numbers["Han"], numbers["Hiragana"], numbers["Katakana"]])
write_ranges(script_of)

# Lower case in Unicode 16: Python's, of Unicode 14 or newer, and what Unicode 16 added.
lower = {}
for point in [*range(0xD800), *range(0xE000, 0x30000)]:
    if (to := chr(point).lower()) != chr(point) and len(to) == 1:
        lower[point] = [ord(to)]
lower |= {0x130: [0x69], 0x1C89: [0x1C8A], 0xA7CB: [0x264], 0xA7CC: [0xA7CD], 0xA7DA: [0xA7DB], 0xA7DC: [0x19B]}
lower |= {point: [point + 0x20] for point in range(0x10D50, 0x10D66)}
lower = {point: to for point, to in lower.items() if not 0xA7CE <= point <= 0xA7D5 or point == 0xA7D0}
write_mappings(lower)

# Full case folding in Unicode 16.
fold = {}
for length in (1, 2, 3):
    rows = re.search(rf"OnigUnicodeFolds{length}\[\] = \{{(.*?)\n\}};", folds, re.S).group(1)
    units = [int(number, 0) for number in re.findall(r"(0x[0-9a-f]+|\b\d+)\s*,", re.sub(r"/\*.*?\*/", "", rows, flags=re.S))]
    at = 0
    while at < len(units):
        to, count = units[at:at + length], units[at + length]
        for point in units[at + length + 1:at + length + 1 + count]:
            fold[point] = to
        at += length + 1 + count
write_mappings(fold)



def pack(name):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(out)) + packer.flush()
    with open(name, "wb") as file:
        file.write(packed)
    print(name, len(out), "bytes,", len(packed), "packed")
    out.clear()


pack("unicode.deflate")

# The properties that regular expressions name: the sets in the order of their numbers, then name and number of each.
aliases = dict(re.findall(r"#define (CR_\w+) (CR_\w+)", properties))
ranges = {name: hexes(rows) for name, rows in re.findall(r"^(CR_\w+)\[\] = \{ \d+,(.*?)\};", properties, re.S | re.M)}
sets = re.findall(r"CR_\w+", re.search(r"CodeRanges\[\] = \{(.*?)\};", properties, re.S).group(1))
write([len(sets)])
for name in sets:
    ends = ranges[aliases.get(name, name)]
    write([len(ends) // 2])
    last = 0
    for first, end in zip(ends[::2], ends[1::2]):
        write([first - last, end + 1 - first])
        last = end + 1
pool = re.findall(r'pool_str(\d+)\[sizeof\("(\w+)"\)\]', properties)
numbers = {place: number for place, number in re.findall(r"pool_offset\((\d+)\),\s*(\d+)\}", properties)}
write([len(pool)])
for place, name in pool:
    write([len(name), *name.encode(), int(numbers[place])])
pack("unicode-properties.deflate")
