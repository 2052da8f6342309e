"""Writes more-constructs.json: small templates and what transformers' renderer makes of them.

Run with transformers 5.12.1 and jinja2 3.1.6 beside constructs.json, whose variables it uses: python3 make-more-constructs.py
"""
import datetime
import json
import jinja2
import transformers
from transformers.utils import chat_template_utils

CASES = {
    "text_case": r"""
{{ 'straße ŉ ﬁ ǆ ΑΣ ΑΣΑ Σ İ ı ſ'.upper() }}|{{ 'STRASSE ΑΣ ΑΣΑ Σ. ΑΣ’Α İI ẞ'.lower() }}|{{ 'ǆ ßa ŉa ﬁn ΌΣΟΣ i̇'.title() }}
{{ 'ßeta ALPHA'.capitalize() }}|{{ 'aBc ÄÖü ǅ'.swapcase() }}|{{ 'Straße ẞ ŉ ı Ꭰꭰ ΑΣ'.casefold() }}|{{ "they're bill's a-b c_d 3x".title() }}
{{ "they're bill's a-b (c) [d] <e {f 3x ÉCOLE"|title }}|{{ 'hELLO wORLD'|capitalize }}|{{ 'ab CD'|upper }}{{ 'ab CD'|lower }}
{{ 'abc'.islower() }}{{ 'aBc'.islower() }}{{ '1'.islower() }}{{ 'ABC1'.isupper() }}{{ 'ª'.islower() }}{{ 'Ⅷ'.isupper() }}{{ 'ǅ'.istitle() }}{{ 'Ab Cd'.istitle() }}{{ 'AB'.istitle() }}{{ ''.istitle() }}
{{ 'ab1'.isalnum() }}{{ 'ab'.isalpha() }}{{ 'a b'.isalpha() }}{{ '²'.isdigit() }}{{ '²'.isdecimal() }}{{ '½'.isnumeric() }}{{ '½'.isdigit() }}{{ '٣'.isdecimal() }}{{ ''.isalpha() }}{{ '東'.isalpha() }}
{{ ' \t\x1c'.isspace() }}{{ ''.isspace() }}{{ 'aé'.isascii() }}{{ ''.isascii() }}{{ 'a\n'.isprintable() }}{{ ''.isprintable() }}{{ 'é 東'.isprintable() }}{{ 'a1_'.isidentifier() }}{{ '1a'.isidentifier() }}{{ ''.isidentifier() }}
{{ 'ABC' is upper }}{{ 'aBC' is lower }}{{ 5 is lower }}{{ none is upper }}
""",
    "text_pad": r"""
{{ 'ab'.center(7, '*') }}{{ 'abc'.center(6, '*') }}{{ 'ab'.center(1) }}|{{ 'ab'.ljust(5, '-') }}{{ 'ab'.rjust(5, '-') }}{{ uni.center(14, '.') }}
{{ '42'.zfill(5) }}{{ '-42'.zfill(5) }}{{ '+4'.zfill(4) }}{{ ''.zfill(2) }}{{ '--1'.zfill(5) }}|{{ 'a\tb\tcd\t\n\tx'.expandtabs() }}|{{ 'a\tb'.expandtabs(tabsize=4) }}|{{ 'a\tb'.expandtabs(0) }}
{{ 'x'|center }}|{{ 'x'|center(5) }}|{{ 12|center(width=6) }}|{{ 'abcd'|center(3) }}
{{ 'ab'.center(5, 'xy') }}
{{ 'ab'.center('5') }}
{{ 'ab'.ljust() }}
""",
    "text_strip": r"""
[{{ '\x1c\x85\u2003 a b \u3000\n'.strip() }}][{{ 'xxaxx'.lstrip('x') }}][{{ 'xxaxx'.rstrip('x') }}][{{ '🐳a🐳'.strip('🐳') }}][{{ ' a '.strip(none) }}][{{ 'abcab'.strip('ba') }}][{{ 'a'.strip('') }}]
[{{ '  a  '|trim }}][{{ 'xax'|trim('x') }}][{{ 'xax'|trim(chars='x') }}][{{ 12|trim }}][{{ none|trim }}][{{ ['a ']|trim }}]
{{ 'ab'.removeprefix('a') }}{{ 'ab'.removeprefix('b') }}{{ 'ab'.removesuffix('b') }}{{ 'ab'.removesuffix('') }}{{ 'ab'.removesuffix('xab') }}
{{ 'a'.strip(5) }}
{{ ' a '.strip(chars=' ') }}
""",
    "text_split": r"""
{{ 'a b  c '.split() }}{{ ' a  b  c '.split(none, 1) }}{{ ' a  b  c '.rsplit(none, 1) }}{{ ''.split() }}{{ ''.split(',') }}{{ 'a,b,c'.split(',', maxsplit=1) }}{{ 'a,b,c'.split(sep=',') }}
{{ 'a--b--c'.split('--') }}{{ 'aaaa'.split('aa') }}{{ 'aaa'.rsplit('aa') }}{{ 'a,b,c'.rsplit(',', 1) }}{{ 'abc'.split('x') }}{{ 'a,b'.split(',', 0) }}{{ 'a b'.split(maxsplit=0) }}{{ ' a b '.rsplit(maxsplit=0) }}
{{ 'a\nb\r\nc\rd\x0be\x1cf\u2028g\n\n'.splitlines() }}{{ 'a\nb\n'.splitlines(true) }}{{ ''.splitlines() }}{{ 'a\r\nb'.splitlines(keepends=True) }}
{{ 'a.b.c'.partition('.') }}{{ 'a.b.c'.rpartition('.') }}{{ 'abc'.partition('x') }}{{ 'abc'.rpartition('x') }}{{ 'a</think>b</think>c'.split('</think>')[-1] }}
{{ 'a'.split('') }}
{{ 'a'.partition('') }}
{{ 'a'.split(1) }}
""",
    "text_find": r"""
{{ 'abcabc'.find('c') }}{{ 'abcabc'.rfind('c') }}{{ 'abc'.find('x') }}{{ 'abcabc'.find('c', 3) }}{{ 'abcabc'.find('a', -3) }}{{ 'abcabc'.rfind('b', 0, 4) }}{{ 'abc'.find('') }}{{ 'abc'.find('', 3) }}{{ 'abc'.find('', 4) }}{{ 'abc'.rfind('') }}{{ uni.find('京') }}{{ uni.find('🐳') }}{{ (uni ~ 'x').find('x') }}
{{ 'abcabc'.index('c') }}{{ 'abcabc'.rindex('c') }}{{ 'abcabc'.count('bc') }}{{ 'aaaa'.count('aa') }}{{ 'abc'.count('') }}{{ 'abc'.count('', 1, 2) }}{{ 'abcabc'.count('a', 1) }}{{ '🐳🐳'.count('') }}
{{ 'abc'.startswith('a') }}{{ 'abc'.startswith('b', 1) }}{{ 'abc'.startswith(('x', 'ab')) }}{{ 'abc'.startswith('') }}{{ 'abc'.startswith('', 4) }}{{ 'abc'.endswith('c') }}{{ 'abc'.endswith('b', 0, 2) }}{{ 'abc'.endswith(('x', 'bc')) }}{{ 'abc'.endswith('bc', 2) }}
{{ 'abc'.index('x') }}
{{ 'abc'.startswith(5) }}
{{ 'abc'.startswith(['a']) }}
{{ 'abc'.find(none) }}
{{ 5 in 'abc' }}
{{ none in 'abc' }}
""",
    "text_replace": r"""
{{ 'aaa'.replace('a', 'b') }}{{ 'aaa'.replace('a', 'b', 2) }}{{ 'aaa'.replace('a', 'b', 0) }}{{ 'abc'.replace('', '-') }}{{ 'abc'.replace('', '-', 2) }}{{ '🐳a'.replace('', '.') }}{{ ''.replace('', 'x') }}{{ ''.replace('', 'x', 0) }}{{ 'abab'.replace('ab', '') }}{{ 'aaa'.replace('aa', 'b') }}
{{ 121|replace(1, 'x') }}{{ 'a.b'|replace('.', '\n') }}{{ none|replace('N', 'n') }}{{ 'aaa'|replace('a', 'b', count=1) }}{{ missing|replace('a', 'b') }}|
{{ ','.join(['a', 'b']) }}{{ ''.join([]) }}{{ '-'.join('abc') }}{{ ', '.join(d) }}{{ '+'.join(['a'] * 3) }}
{{ ','.join([1, 2]) }}
{{ ','.join(5) }}
{{ 'a'.replace('a') }}
""",
    "text_index": r"""
{{ 'abc'[0] }}{{ 'abc'[-3] }}{{ 'abc'[3] }}{{ 'abc'[true] }}{{ 'abc'['x'] }}{{ 'abc'[1.0] }}{{ 'abc'[none] }}{{ uni[4] }}{{ uni[-1] }}{{ uni[-2] }}
{{ 'abcdef'[::2] }}{{ 'abcdef'[1::2] }}{{ 'abcdef'[::-2] }}{{ 'abcdef'[4:1:-1] }}{{ 'abcdef'[-3:] }}{{ 'abcdef'[:-3] }}{{ 'abcdef'[10:] }}|{{ 'abcdef'[2:2] }}|{{ 'abcdef'[-100:100] }}{{ 'abcdef'[5:0:-3] }}{{ 'abc'[none:none] }}{{ 'abc'[true:] }}
{{ uni[4:7] }}|{{ uni[::-1] }}|{{ uni[::3] }}|{{ uni[-3:] }}|{{ uni[:2] }}|{{ uni|reverse }}|{{ uni|list|length }}|{{ uni|first }}{{ uni|last }}
{{ 'abc'[::0] }}
{{ name['a':] }}
{{ n[1:] }}
{{ no[1:] }}
{{ missing[1:] }}
{{ d[1:] }}
{{ 'abc' * 3 }}{{ 2 * 'ab' }}{{ 'ab' * 0 }}{{ 'ab' * -1 }}{{ 'ab' * true }}
{{ 'ab' * 2.0 }}
{{ 'ab' - 'a' }}
{{ 'ab' + 1 }}
{{ 1 + 'ab' }}
{{ [1] + (2,) }}
{{ none + 1 }}
{{ {} + {} }}
{{ -'a' }}
{{ +none }}
""",
    "percent": r"""
{{ '%s|%r|%a' % (uni, uni, uni) }}{{ '%d %i %u' % (3, 4.9, true) }}{{ '%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o' % (42, 42, 42, 42, 42, 255, 255, 255, 8, 8) }}
{{ '%.2f|%8.3f|%-8.1f|%+.1f|%08.2f|%.0f|%.0f|%#.0f' % (3.14159, 2.5, 2.25, 1, -3.14159, 0.5, 1.5, 3) }}
{{ '%e|%.2E|%g|%g|%g|%G|%.3g|%#g' % (12345.678, 0.00012, 1e20, 0.0001, 123456789, 1e-10, 1234.5, 1.0) }}
{{ '%s' % 'x' }}{{ '%s' % [1] }}{{ 'a' % [1] }}{{ 'a' % {} }}{{ '%s' % ((1, 2),) }}{{ '%%' % () }}{{ '%(a)s-%(b)03d' % {'a': 'x', 'b': 7} }}{{ '%c%c' % ('x', 233) }}
{{ '%*d|%.*f|%-*d|' % (5, 42, 2, 3.14159, 4, 7) }}{{ '%.3s|%5s|%-5s|%5.1s|' % ('abcdef', 'ab', 'ab', 'xyz') }}{{ '%.3d|%+.2d|%8.3d' % (5, 5, 5) }}{{ '%s' % none }}{{ '%s' % missing }}{{ 'x' % missing }}
{{ '%5s|%.2f|%r' | format('a', 2.346, 'b') }}{{ '%(x)s' | format(x=5) }}{{ '%s' | format([1, 2]) }}{{ '%d' % 1e20 }}{{ '%x' % -255 }}{{ '%#X' % 10 }}{{ '%ld' % 5 }}
{{ '%s %s' % 'x' }}
{{ '%s' % (1, 2) }}
{{ 'a' % 1 }}
{{ '%d' % 'x' }}
{{ '%x' % 1.5 }}
{{ '%z' % 1 }}
{{ '%' % 1 }}
{{ '%(a)s' % 5 }}
{{ '%(a)s' % {} }}
{{ '%d' % none }}
{{ '%f' % 'a' }}
{{ '%s'|format(1, x=2) }}
""",
    "braces": r"""
{{ '{} {} {{}}'.format('a', 1) }}{{ '{1}{0}{1}'.format('a', 'b') }}{{ '{x}{y}'.format(x=1, y=none) }}{{ '{0[a]}{0.b}{1[0]}'.format({'a': 1, 'b': 2}, [3]) }}{{ '{!r}{!s}{!a}'.format('é', 'é', 'é') }}
{{ '{:>5}|{:<5}|{:^5}|{:*^7}|{:5}|{:5}'.format('a', 'b', 'c', 'd', 'e', 6) }}{{ '{:🐳>4}'.format('x') }}{{ '{:.2}|{:6.2}|'.format('abc', 'abc') }}
{{ '{:d}|{:5d}|{:05d}|{:+d}|{: d}|{:,}|{:_}|{:x}|{:X}|{:#x}|{:b}|{:#b}|{:o}|{:c}|{:=+6d}|{:<+6d}|'.format(5, 5, 5, 5, 5, 1234567, 1234567, 255, 255, 255, 5, 5, 8, 65, 7, 7) }}
{{ '{:f}|{:.2f}|{:8.2f}|{:08.2f}|{:+.1f}|{:,.2f}|{:e}|{:.3E}|{:g}|{:G}|{:%}|{:.1%}|{:n}'.format(1.5, 2.345, 2.5, -2.5, 2.25, 1234567.891, 12345.6789, 0.00012345, 1e20, 1e-10, 0.256, 0.5, 1.5) }}
{{ '{}|{:}|{:.3}|{:.10}|{:5}|{:<8}|'.format(1.0, 0.1, 2.0, 1234567.0, 1.5, 2.5) }}{{ '{:.1}|{:.2}|{:.17}|{:.0f}|{:.0f}'.format(1.0, 100.0, 0.1, 0.5, 2.5) }}
{{ '{:>{w}}|{:{f}^{w}}'.format('a', 'b', w=4, f='*') }}{{ '{:{}}'.format('a', 4) }}|{{ '{:_x}|{:_b}|{:#_x}|{:,d}'.format(1234567, 300, 1234567, -1234) }}{{ '{:,.1f}|{:_}'.format(-1234.56, 12345.5) }}
{{ '{}{}'.format(true, [1, 'a']) }}{{ '{:d}{:5}|'.format(true, true) }}{{ '{a}'.format_map({'a': 1}) }}{{ '{:z.1f}|{:.1f}'.format(-0.04, -0.04) }}{{ '{:e}'.format(0) }}{{ '{:.0e}{:g}'.format(15.0, 0.0) }}
{{ '{}'.format(missing) }}|{{ '{:}'.format(none) }}|{{ 'a'.format() }}|{{ '{0.__class__}'.format(1) }}|{{ '{[x]}'.format({'x': 1}) }}|{{ '{:0>3}{:03}'.format(5, -5) }}|{{ '{:05}'.format('ab') }}
{{ '{:,}|{:,}|{:08,}|{:,.0f}|{:010,}'.format(123, 1234, 1234, 1234567.5, 1234) }}
{{ '{} {0}'.format(1) }}
{{ '{} {}'.format(1) }}
{{ '{'.format(1) }}
{{ '}'.format(1) }}
{{ '{x}'.format(1) }}
{{ '{:d}'.format('a') }}
{{ '{:d}'.format(1.5) }}
{{ '{:5}'.format([1]) }}
{{ '{:5}'.format(none) }}
{{ '{:.2d}'.format(1) }}
{{ '{!x}'.format(1) }}
{{ '{:+}'.format('a') }}
{{ '{0.a.b}'.format({}) }}
""",
    "floats": r"""
{{ 0.0 }} {{ -0.0 }} {{ 1e22 }} {{ 1e23 }} {{ 123456789012345678.0 }} {{ 1e15 }} {{ 1e16 }} {{ 9999999999999998.0 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1.7976931348623157e308 }} {{ 5e-324 }} {{ 2.2250738585072014e-308 }} {{ 0.1 }} {{ 1/3 }} {{ 100.0 }} {{ 1e-7 }} {{ 1.5e300 * 1e300 }} {{ -1e400 }} {{ 1e400 - 1e400 }}
{{ 0.5|round }} {{ 1.5|round }} {{ 2.675|round(2) }} {{ 1234.5678|round(-2) }} {{ 1234|round(-2) }} {{ 1250|round(-2) }} {{ 1350|round(-2) }} {{ -2.5|round }} {{ 5|round }} {{ true|round }} {{ 2.345|round(2, 'floor') }} {{ 2.341|round(2, 'ceil') }} {{ 7|round(1, 'ceil') }} {{ -2.5|round(0, 'floor') }} {{ 1e300|round(2) }} {{ 0.1|round(30) }} {{ 15|round(-1) }} {{ 25|round(-1) }} {{ 1234|round(-2, 'floor') }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7 % -3 }} {{ -7 % 3 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 7.5 % -2 }} {{ 6.0 % -3 }} {{ 0.0 // 5 }} {{ -0.0 % 5 }} {{ 1e300 // 1e-5 }} {{ 5 // 0.3 }} {{ 1 // 0.1 }}
{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** 0.5 }} {{ 2.0 ** 3 }} {{ 4 ** -1 }} {{ 0 ** 0 }} {{ (-1) ** 3 }} {{ (-8) ** 2 }} {{ 10 ** 30 }} {{ 2 ** 100 % 1000 }} {{ true + true }} {{ true * 3 }} {{ 7 / true }} {{ 10 ** 30 / 10 ** 29 }} {{ (2 ** 200) / (2 ** 199 + 1) }} {{ 2 ** 64 + 1.0 }}
{{ 1 == 1.0 }} {{ 1 == true }} {{ 2 ** 53 + 1 == 2.0 ** 53 }} {{ 2 ** 53 < 2.0 ** 53 + 2 }} {{ 1 < 1.5 }} {{ 10 ** 30 > 1e29 }} {{ 1e400 > 10 ** 400 }} {{ (1e400 - 1e400) == (1e400 - 1e400) }} {{ (1e400 - 1e400) < 1 }} {{ 0.1 + 0.2 == 0.3 }} {{ -0.0 == 0 }}
{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_000.5 }} {{ 1e1_0 }} {{ 00 }} {{ 0 }} {{ 12345678901234567890 }} {{ 1E5 }} {{ 1.5e-3 }} {{ 3.real }} {{ (5).bit_length() }} {{ (2.0).is_integer() }} {{ 2.5.is_integer() }}
{{ '42'|int }} {{ ' 42 '|int }} {{ '-4_2'|int }} {{ '4__2'|int }} {{ '0x1f'|int(base=16) }} {{ '1f'|int(0, 16) }} {{ '0b11'|int(base=0) }} {{ '012'|int(base=0) }} {{ '012'|int }} {{ '٣'|int }} {{ '1e3'|int }} {{ '-3.7'|int }} {{ 'inf'|int(5) }} {{ 'nan'|int }} {{ ''|int }} {{ none|int }} {{ [1]|int(9) }} {{ true|int }} {{ -3.9|int }} {{ 1e20|int }} {{ 'z'|int(base=36) }} {{ 'x'|int('dd') }} {{ '+5'|int }} {{ '1_000.5'|int }}
{{ '2.5'|float }} {{ ' 1e3 '|float }} {{ 'inf'|float }} {{ '-Infinity'|float }} {{ 'nan'|float }} {{ '.5'|float }} {{ '5.'|float }} {{ '.'|float }} {{ '1_0.5'|float }} {{ '_1'|float }} {{ ''|float(7) }} {{ none|float }} {{ true|float }} {{ 3|float }} {{ 'x'|float(default='q') }} {{ '1e400'|float }} {{ '0x10'|float }}
{{ -3|abs }} {{ -3.5|abs }} {{ true|abs }} {{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1536|filesizeformat(true) }} {{ 1e6|filesizeformat }} {{ '12345'|filesizeformat }} {{ 1e27|filesizeformat }} {{ 0|filesizeformat }} {{ 1234567|filesizeformat(binary=true) }}
{{ 'x'|abs }}
{{ 1e400|int }}
{{ 1 % 0 }}
{{ 1.0 // 0 }}
{{ 0 ** -1 }}
{{ 'x'|round }}
{{ 2.5|round(1, 'up') }}
{{ 10 ** 400 + 1.0 }}
{{ 1e300 ** 2 }}
{{ 1 < 'a' }}
{{ none < none }}
{{ {} < {} }}
{{ [1] < [1, 'a'] }}{{ [1, 2] < [1, 3] }}{{ (1, 2) >= (1,) }}{{ 'a' < 'B' }}{{ '\uffff' < '🐳' }}{{ [] < [0] }}{{ [[1]] == [[1.0]] }}{{ (1,) == [1] }}{{ 'a' == 'a' }}{{ none == none }}{{ missing == missing2 }}{{ missing == none }}
{{ [1, 'a'] < ['a', 1] }}
{{ 1.5|filesizeformat }}
""",
    "print": r"""
{{ {'a': [1, 2.0, none, true], 'b': (1,), 'c': {}, 'd': ()} }}{{ ['it\'s', 'say "x"', 'both \' "', 'tab\t', '\n\r', '\x00\x7f\x9f\xa0', '\u200b\u2028\ue000', 'é東🐳', '\\'] }}
{{ [missing] }}{{ [range(3)] }}{{ range(1, 5, 2) }}{{ d.keys() }}{{ d.values() }}{{ d.items() }}{{ namespace(a=1, b='x') }}{{ {1: 2, none: 3, true: 4, 1.5: 5, (1, 2): 6} }}{{ {'a': 1, 'b': 2, 'a': 3} }}{{ {1: 'a', 1.0: 'b', true: 'c'} }}
{{ [html|e] }}{{ ['a'|safe, ('b'|safe,)] }}{{ (1, 2)|string }}{{ 1 ~ [none] ~ {'a': 'b'} }}{{ [1.0]|string ~ 1.0 }}{% macro m() %}{% endmacro %}{{ m }}{{ [m] }}{% for x in [1, 2] %}{{ loop }}{% endfor %}
{{ rows|groupby('k') }}{{ (rows|groupby('k'))[0].grouper }}{{ (rows|groupby('k'))[0].list|length }}{{ (rows|groupby('k'))[0] == ('t', [rows[1]]) }}
""",
    "json": r"""
{{ [1, -1.5, 1e100, none, true, false, "a\"b\\c/d\b\f\n\r\t\x00\x1f\x7f\u2028é🐳", {}, [], (1, 2)]|tojson }}{{ {'b': 1, 'a': {'z': none}}|tojson(sort_keys=true) }}{{ {1: 'a', 1.5: 'b', none: 'c', true: 'd', 'x': 'e'}|tojson }}
{{ {'a': [1, {'b': 2}], 'c': {}}|tojson(indent=2) }}|{{ [1, [2]]|tojson(indent='--') }}|{{ [1, 2]|tojson(indent=0) }}|{{ [1]|tojson(indent=-1) }}|{{ [1]|tojson(indent=none) }}|{{ [1]|tojson(indent=true) }}
{{ {'a': [1, 2]}|tojson(separators=(',', ':')) }}{{ {'a': [1, 2]}|tojson(separators=[' ; ', ' = '], indent=1) }}{{ 'é🐳\x7f'|tojson(ensure_ascii=true) }}{{ 'é'|tojson(true) }}{{ (html|e)|tojson }}{{ 'x'|tojson|upper }}{{ [1e400, -1e400, 1e400 - 1e400]|tojson }}{{ ''|tojson }}
{{ missing|tojson }}
{{ range(3)|tojson }}
{{ {(1, 2): 3}|tojson }}
{{ d.keys()|tojson }}
{{ namespace(a=1)|tojson }}
{{ [1]|tojson(separators=',') }}
{{ {'a': 1, 1: 2}|tojson(sort_keys=true) }}
{{ [1]|tojson(2) }}{{ [1]|tojson(false, 2) }}
{{ [1]|tojson(indent=2.5) }}
""",
    "lists": r"""
{{ [3, 1, 2]|sort }}{{ ['b', 'A', 'c']|sort }}{{ ['b', 'A', 'c']|sort(case_sensitive=true) }}{{ ['b', 'A', 'a', 'B']|sort(reverse=true) }}{{ rows|sort(attribute='k,v')|map(attribute='v')|list }}{{ [[2, 1], [1, 2]]|sort }}{{ 'bca'|sort }}{{ d|sort }}{{ [1, 1.0, true]|sort }}{{ []|sort }}{{ rows|sort(attribute='k', reverse=true)|map(attribute='v')|list }}
{{ [1, 2, 3, 4]|batch(3)|list }}{{ [1, 2, 3, 4]|batch(3, 'x')|list }}{{ 'abcd'|batch(2)|map('join')|list }}{{ [1, 2, 3, 4, 5]|slice(3)|list }}{{ [1, 2, 3, 4, 5]|slice(3, 'x')|list }}{{ [1]|slice(3)|list }}{{ []|batch(2)|list }}{{ [1, 2]|batch(0)|list|length }}
{{ ['a', 'B', 'b', 'A']|unique|list }}{{ ['a', 'B', 'b', 'A']|unique(case_sensitive=true)|list }}{{ rows|unique(attribute='k')|map(attribute='v')|list }}{{ [1, 1.0, true, '1']|unique|list }}{{ [3, 1, 2]|min }}{{ [3, 1, 2]|max }}{{ ['b', 'A']|min }}{{ ['b', 'A']|min(case_sensitive=true) }}{{ rows|max(attribute='v') }}{{ []|min }}|{{ 'hello'|max }}
{{ [1, 2, 3]|sum }}{{ [1.5, 2]|sum }}{{ rows|sum(attribute='v') }}{{ [[1], [2]]|sum(start=[]) }}{{ [1]|sum(start=10) }}{{ []|sum }}{{ [1, 2]|first }}{{ []|first }}|{{ [1, 2]|last }}{{ []|last }}|{{ d|first }}{{ d|last }}{{ range(5)|last }}{{ (1, 2)|last }}{{ d.keys()|last }}
{{ [1, 2]|reverse|list }}{{ (1, 2)|reverse|list }}{{ 'ab'|reverse }}{{ d|reverse|list }}{{ ([1, 2]|map('string'))|reverse|list }}{{ range(3)|reverse|list }}{{ [1, 2]|join }}{{ [1, none, 'a']|join('-') }}{{ rows|join(',', attribute='k') }}{{ 'abc'|join('.') }}{{ d|join }}{{ [1, 2]|join(5) }}{{ []|join(',') }}|
{{ d|items|list }}{{ {'a': 1}|dictsort }}{{ {'b': 'x', 'A': 'Y'}|dictsort(by='value') }}{{ {'b': 1, 'A': 2}|dictsort(case_sensitive=true) }}{{ 'abc'|list }}{{ d|list }}{{ (1, 2)|list }}{{ 5|default(1) }}{{ missing|d('x') }}{{ 0|default(1, true) }}{{ [1, 2]|length }}{{ range(4)|count }}{{ missing|default }}|
{{ rows|map(attribute='k')|list }}{{ rows|map(attribute='zz')|list }}{{ rows|map(attribute='zz', default=1)|list }}{{ [[1, 2], [3]]|map(attribute=0)|list }}{{ [{'a': {'b': 1}}]|map(attribute='a.b')|list }}{{ [[[1]]]|map(attribute='0.0')|list }}{{ ['a', 'b']|map('upper')|join }}{{ ['a']|map('replace', 'a', 'b')|list }}{{ [1, 2]|map('string')|list }}{{ ['x']|map('default', 'y')|list }}{{ [['b', 'a']]|map('sort')|list }}{{ [' a']|map('trim')|map('upper')|list }}
{{ [1, 2, 3]|select('odd')|list }}{{ [1, 2, 3]|select('gt', 1)|list }}{{ [0, 1, '', none]|select|list }}{{ [0, 1]|reject|list }}{{ ['a', 1]|select('string')|list }}{{ rows|selectattr('on')|map(attribute='v')|list }}{{ rows|selectattr('k', 'eq', 'u')|list|length }}{{ rows|rejectattr('on')|list|length }}{{ rows|selectattr('on', 'defined')|list|length }}{{ rows|selectattr('k', 'in', ['t'])|list|length }}{{ [1, 2]|reject('equalto', 1)|list }}{{ rows|selectattr('v', '>', 1)|list|length }}{{ missing|selectattr('x')|list }}{{ 'yes' if []|select else 'no' }}{{ 'yes' if []|selectattr('a') else 'no' }}
{{ rows|groupby('v', default=0)|length }}{% for g in rows|groupby('on', default=false) %}{{ g.grouper }}{{ g.list|length }}{{ g[0] }} {% endfor %}{% for k, g in ['b', 'B', 'a']|map('list')|groupby(0) %}{{ k }}{{ g }}{% endfor %}{% for k, g in [{'x': 'B'}, {'x': 'b'}]|groupby('x', case_sensitive=true) %}{{ k }}{% endfor %}
{% set it = [1, 2, 3]|map('string') %}{{ it|first }}{{ it|list }}{{ it|list }}{% set u = items|unique %}{% for x in u %}{{ x }}{% endfor %}{% for x in u %}{{ x }}{% endfor %}{{ u is iterable }}{{ u is sequence }}{{ 2 in items|map('int') }}
{{ items.index(3) }}{{ items.count(9) }}{{ [1, 2, 1].index(1, 1) }}{{ (1, 2).count(1) }}{{ [1, 2] == items[:2] }}{{ 1 in [1.0] }}{{ none in (1, none) }}{{ [1] in [[1]] }}{{ 'x' in d }}{{ 1 in {1: 2} }}{{ ('x', 1) in d.items() }}{{ 1 in d.values() }}{{ 'x' in missing }}{{ 3 in range(5) }}{{ 2.0 in range(5) }}{{ items.copy() }}{{ d.copy()|length }}{{ {}.fromkeys('ab', 1) }}
{{ items[0:2] }}{{ items[::-1] }}{{ items[5:] }}{{ items[-2:] }}{{ (1, 2, 3)[1:] }}{{ range(10)[2:8:3] }}{{ range(10)[::-1] }}{{ range(10)[3] }}{{ items['0'] }}|{{ items[1.0] }}|{{ d[0] }}|{{ d[[1]] }}|{{ d[none] }}|{{ d['x'] }}{{ [1, 2][true] }}{{ rows[0]['k'] }}{{ rows[-1].v }}{{ rows.0.k }}{{ items.0 }}{{ {'a': 1}.a }}{{ {'keys': 1}['keys'] }}{{ ({'keys': 1}.keys()|list) }}
{{ [3, 'a']|sort }}
{{ [1, none]|min }}
{{ [[1], {}]|unique|list }}
{{ ['a']|sum }}
{{ 5|list }}
{{ 5|first }}
{{ ([1]|map('string'))|last }}
{{ 5|join }}
{{ [1]|map is iterable }}
{{ [1]|map|list }}
{{ [1]|map('nope')|list }}
{{ [1]|select('nope')|list }}
{{ [1]|map(attribute='a', foo=1)|list }}
{{ rows|selectattr|list }}
{{ 5|length }}
{{ [1]|first(2) }}
{{ [1]|join(foo=1) }}
{{ [1]|items is defined }}
{{ [1]|items|list }}
{{ [1].index(5) }}
{{ 1 in 5 }}
{{ [1] in {} }}
{{ {[1]: 2} }}
{{ items.append(1) }}
{{ items.append }}|{{ d.update is defined }}|{{ items.sort is defined }}
{{ d.setdefault('a', 1) }}
{{ d.get([1]) }}
{{ d.get() }}
{{ d.keys('x') }}
{{ d|dictsort(by='x') }}
{{ [1]|dictsort }}
{{ {1: 'a', 'b': 2}|dictsort }}
""",
    "markup": r"""
{{ html|e|e }}{{ html|e|forceescape }}{{ html|safe|e }}{{ ('<'|e) + '>' }}{{ '<' + ('>'|e) }}{{ ('<'|e) ~ '>' }}{{ ('<'|e)|string + '>' }}{{ ('<b>'|safe) * 2 }}{{ ('<'|e).upper() + '<' }}{{ ('a'|safe).join(['<', '>']) }}{{ ['<'|e, '<']|join }}{{ ('%s'|safe) % '<' }}{{ ('%s %s'|safe) % ('<', '<'|e) }}{{ ('{}'|safe).format('<') }}{{ ('x'|safe).replace('x', '<') }}{{ (('a<'|safe)[1:]) + '<' }}
{{ '<p>a <b>b</b>\n &amp; c</p><!-- <x> -->'|striptags }}{{ 'a < b > c'|striptags }}{{ 'x &lt;b&gt; &eacute; &#233; &#x41;'|striptags }}{{ {'a': 1, 'b': none, 'c"': '<'}|xmlattr }}|{{ {'a': 1}|xmlattr(false) }}|{{ {}|xmlattr }}|{{ {'x': missing}|xmlattr }}
{{ 'a b/c?d=é&'|urlencode }}{{ {'a': 'b c', 'd': '/'}|urlencode }}{{ [('x', 1), ('y', 'z')]|urlencode }}{{ 5|urlencode }}{{ ('<'|e) is escaped }}{{ 'a' is escaped }}{{ ('<'|e) is string }}{{ none|e }}{{ 5|e }}{{ [1, '<']|e }}{{ ('<'|e) == '&lt;' }}{{ {'a': 1}['a'|safe] }}{{ ('b'|e)|length }}
{{ {'a b': 1}|xmlattr }}
{{ [1]|xmlattr }}
""",
    "misc_filters": r"""
[{{ 'a\nb\n\nc'|indent }}][{{ 'a\nb\n\nc'|indent(2, true) }}][{{ 'a\n\nb'|indent(2, blank=true) }}][{{ 'a\nb'|indent('>> ') }}][{{ ''|indent }}][{{ 'a\n'|indent(1) }}][{{ 'a\x0bb'|indent(1) }}][{{ 'a\r\nb'|indent(1, first=true) }}]
{{ 'hello world foo'|truncate(9) }}|{{ 'hello world foo'|truncate(11, true) }}|{{ 'hello world'|truncate(11) }}|{{ 'hello world foo bar'|truncate(12, false, '…') }}|{{ 'hello world foo'|truncate(9, leeway=0) }}|{{ 'abcdefghijkl'|truncate(5, leeway=0) }}|{{ 'hello world foo bar'|truncate(12, end='') }}
{{ 'one two, three_4 été-x'|wordcount }}{{ ''|wordcount }}{{ 'x'|attr('upper') is callable }}{{ d|attr('keys') is callable }}{{ d|attr('x') is defined }}{{ 5|string|length }}{{ none|string }}{{ 'a'|default('b') }}{{ 'abc'|random in 'abc' }}{{ []|random }}|
{% filter upper %}a{{ name }}{% endfilter %}{% filter replace('a', 'b')|upper %}aXa{% endfilter %}{% filter trim %}  {% set q = 1 %} {{ q }} {% endfilter %}{{ q is defined }}
{{ 'abc'|truncate(2) }}
{{ 5|indent }}
{{ none|indent }}
{{ missing|indent }}
{{ 5|truncate(1, leeway=0) }}
{{ 'x'|nope }}
{% if false %}{{ 'x'|nope }}{% endif %}ok
{% if true %}{{ 'x'|nope }}{% endif %}ok
{{ 'x'|nope if false else 'y' }}
{% if false %}{% for i in [1] %}{{ i|nope }}{% endfor %}{% endif %}
{% if false %}{{ 1 is nope }}{% endif %}ok
{{ 1 is nope }}
{% filter length %}abc{% endfilter %}
{% set n | length %}abc{% endset %}{{ n + 1 }}
""",
    "tests": r"""
{{ 1 is number }}{{ 1.5 is number }}{{ true is number }}{{ '1' is number }}{{ 1 is integer }}{{ true is integer }}{{ 1.0 is float }}{{ 1 is float }}{{ true is boolean }}{{ 1 is boolean }}{{ true is true }}{{ 1 is true }}{{ false is false }}{{ 0 is false }}{{ none is none }}{{ 'a' is string }}{{ [] is sequence }}{{ 'a' is sequence }}{{ {} is sequence }}{{ 1 is sequence }}{{ {} is mapping }}{{ [] is mapping }}
{{ 'a' is iterable }}{{ 1 is iterable }}{{ none is iterable }}{{ missing is iterable }}{{ missing is sequence }}{{ missing is mapping }}{{ missing is string }}{{ missing is none }}{{ missing is callable }}{{ range is callable }}{{ 'a'.upper is callable }}{{ 'a' is callable }}{{ 4 is divisibleby 2 }}{{ 4 is divisibleby(3) }}{{ 5 is odd }}{{ 5.0 is odd }}{{ 2 is even }}{{ 1 is eq(1) }}{{ 1 is ne 2 }}{{ 2 is gt 1 }}{{ 2 is ge 2 }}{{ 1 is lt 2 }}{{ 1 is le 1 }}{{ 1 is lessthan 2 }}{{ 2 is greaterthan 1 }}{{ 1 is equalto 1 }}
{{ none is sameas none }}{{ true is sameas true }}{{ 1 is sameas true }}{{ items is sameas items }}{{ 'trim' is filter }}{{ 'nope' is filter }}{{ 'odd' is test }}{{ 'nope' is test }}{{ 1 is in [1] }}{{ 'a' is in('abc') }}{{ 1 is not in [1] }}{{ 1 is not odd }}{{ not 1 is odd }}{{ 1 is odd and 2 is even }}{{ x is not defined }}{{ d.zz is undefined }}{{ range(3) is sequence }}{{ d.keys() is sequence }}{{ d.keys() is iterable }}{{ loop is defined }}{{ -1 is odd }}{{ 1 is defined }}
{{ missing.x is defined if missing else 'safe' }}
{{ 'a' is odd }}
{{ none is even }}
{{ 1 is divisibleby 0 }}
{{ 1 is gt 'a' }}
{{ missing is gt 1 }}
{{ missing.x is defined }}
{{ 1 is }}
{{ x is defined y }}
{{ 1 is divisibleby }}
""",
    "undefined": r"""
{{ missing }}{{ d.nope }}{{ d['nope'] }}{{ items[9] }}{{ none.x }}{{ (5).x }}{{ 'a'.nope }}{{ missing|length }}{{ missing|list }}{{ missing|join }}{{ 'x' if missing }}{{ not missing }}{{ missing or 1 }}{{ missing and 1 }}{{ missing ~ 'a' }}{{ missing is defined }}{{ [missing]|length }}{{ missing == '' }}{{ missing != missing }}{% for x in missing %}x{% else %}e{% endfor %}{{ missing|string }}{{ missing|e }}{{ missing|first }}{{ missing|last }}{{ missing|sum }}{{ missing|sort }}{{ missing|items|list }}{{ missing|safe }}{{ {missing: 1}|length }}{{ missing in [missing] }}
{{ missing.x }}
{{ missing['x'] }}
{{ missing.x.y }}
{{ d.a.b }}
{{ none.x.y }}
{{ missing + 1 }}
{{ 1 + missing }}
{{ 'a' + missing }}
{{ [1] + missing }}
{{ missing * 2 }}
{{ -missing }}
{{ missing < 1 }}
{{ 1 < missing }}
{{ missing() }}
{{ d.nope() }}
{{ 'a'.nope() }}
{{ missing|int }}
{{ missing|float }}
{{ missing|abs }}
{{ missing|round }}
{{ missing|dictsort }}
{{ missing|tojson }}
{{ range(missing) }}
{{ items[missing] }}|
{{ d[missing] }}|
{{ 'a' in missing }}{{ missing in 'abc' }}
{{ missing.__class__ }}|{{ ''.__class__.__mro__ }}
{{ ''.__class__() }}
{{ d._x }}|{{ {'_x': 1}._x }}|{{ {'__class__': 1}['__class__'] }}|{{ {'__class__': 1}.__class__ }}
{{ raise_exception(missing) }}
{{ raise_exception() }}
{{ raise_exception('a', 'b') }}
{{ raise_exception(message='m' ~ 1) }}
{{ ('x' if false).y }}
""",
    "loops": r"""
{% for x in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}
{% for x in items if x > 1 %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{{ loop.previtem }}{{ loop.nextitem }} {% endfor %}{% for x in 'ab' %}{{ loop.cycle(1, 2, 3) }}{% endfor %}{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.changed(x, 1) }}{% endfor %}{% for x in d %}{{ x }}{% endfor %}{% for x in 'a🐳' %}[{{ x }}]{% endfor %}{% for x in range(0) %}{% else %}e{% endfor %}
{% for x in [1] %}{% continue %}{% else %}E{% endfor %}{% for x in [1, 2] %}{% if x == 2 %}{% break %}{% endif %}{% else %}E{% endfor %}{% for x in [1] %}{% break %}{% else %}E{% endfor %}{% for x in [] %}{% else %}{% set y = 5 %}{{ y }}{% endfor %}{{ y is defined }}
{% for a, b in d.items() %}{{ a }}{{ b }}{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% for a, b in ['xy', [1, 2]] %}{{ a }}-{{ b }}{% endfor %}{% for (a, b) in [(1, 2)] %}{{ b }}{% endfor %}{% for i in 1, 2, 3 %}{{ i }}{% endfor %}
{% for x in items %}{% for y in items %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}{% for x in items %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}{% for x in items recursive %}{{ loop.depth }}{% if x == 1 %}{{ loop([7, 8]) }}{% endif %}{{ x }}{% endfor %}
{% for n in [{'n': 'a', 'c': [{'n': 'b', 'c': []}]}] recursive %}<{{ n.n }}{{ loop.depth0 }}{{ loop(n.c) }}>{% else %}leaf{% endfor %}{% for x in [[1, 2], 3] if x != 3 recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}{% for x in [1, 2, 3] %}{% if loop.index is divisibleby 2 %}{% continue %}{% endif %}{{ x }}{{ loop.last }}{% endfor %}
{% set ns = namespace(n=0) %}{% for x in items if loop is defined %}{{ x }}{% else %}no{% endfor %}{% for x in items %}{% for y in [1] if loop.index == 2 %}{{ x }}{% endfor %}{% endfor %}{% for loopy in [1] %}{{ loopy }}{% endfor %}{% for x in items %}{% if loop.first %}{% set z = x %}{% endif %}{{ z }}|{% endfor %}
{% for x in [1, 2] %}{% set y = x %}{% for z in [1] %}{{ y }}{% set y = 9 %}{{ y }}{% endfor %}{{ y }}{% endfor %}{{ y is defined }}{% for name in [1] %}{{ name }}{% endfor %}{{ name }}{% for x in [1] %}{% with x = 5 %}{{ x }}{% endwith %}{{ x }}{% endfor %}
{% for a, in [[1]] %}{{ a }}{% endfor %}
{% for x in [1] recursive if x %}{% endfor %}
{% for x in items %}{{ loop is iterable }}{% endfor %}{% for x in items %}{{ x }}{{ loop|first is defined }} {% endfor %}{% for x in 'abc' %}{{ (loop|first)[0] if not loop.last }}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% for a, b in [[1]] %}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{% for x in [1] %}{{ loop() }}{% endfor %}
{% for x in [1] %}{{ loop([1]) }}{% endfor %}
{% for loop in [1] %}{% endfor %}
{% for x in [1] %}{% set loop = 1 %}{% endfor %}
{% for x in [1] %}{{ loop.nope }}|{{ loop['index'] }}{% endfor %}
{% for x in [1] %}{{ loop.cycle() }}{% endfor %}
{% for x in range(100001) %}{% endfor %}
{{ range(100000)|length }}{{ range(5, 0, -2)|list }}{{ range(-3)|list }}{{ range(10**30, 10**30 + 2)|length }}
{{ range(1, 5, 0) }}
{{ range(1.5) }}
{{ range('a') }}
{{ range() }}
{{ range(stop=3) }}
""",
    "ranges": r"""
{{ range(3).index(1) }}{{ range(3).count(1) }}{{ range(3).count(5) }}{{ range(0, 9, 4).index(8.0) }}{{ range(1, 7, 2).start }}{{ range(1, 7, 2).stop }}{{ range(1, 7, 2).step }}{{ range(3).nope is defined }}
{{ range(3)[1:0:3] }}{{ range(3)[:1:-1] }}{{ range(10)[2:8:3] }}{{ range(10)[5:5] }}{{ range(10)[20:] }}{{ range(10)[::-4] }}{{ range(9, 0, -2)[1:3] }}{{ range(3)[::-1] }}{{ range(0)[1:] }}{{ range(5)[1:100] }}{{ range(5)[-2:] }}
{{ range(3).index(5) }}
{{ 'upper' is filter }}{{ 'nope' is filter }}{{ 5 is filter }}{{ none is test }}{{ 'odd' is test }}{{ (1, 'a') is filter }}
{{ d is filter }}
{{ items is test }}
{{ ([1],) is filter }}
{{ d.get((1, (2, 3))) }}{{ d[(1, [2])] }}|{{ {(1, (2,)): 'x'}[(1, (2,))] }}{{ {(1, 2): 'y'}.get((1.0, 2)) }}
{{ d.get((1, [2])) }}
""",
    "scopes": r"""
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% set x, y = y, x %}{{ x }}|{{ y }}{% set (a, b) = (1, 2) %}{{ a }}{{ b }}{% set a, b = 'xy' %}{{ a }}{{ b }}{% set q = 1, 2 %}{{ q }}{% set w = () %}{{ w }}
{% macro f() %}{{ name }}{% endmacro %}{{ f() }}{% set name = 'X' %}{{ f() }}{{ name }}
{% macro f() %}{{ v }}{% endmacro %}{{ f() }}|{% set v = 1 %}{{ f() }}
{% if n == 3 %}{% set name = 'Y' %}{% endif %}{{ name }}{% if n == 4 %}{% set f = 'Z' %}{% endif %}{{ f }}
{% for i in items %}{{ name }}{% set name = i %}{{ name }}{% endfor %}{{ name }}
{% for i in items %}{% set name = i %}{% endfor %}{{ name }}
{% macro g() %}{{ name }}{% set name = 5 %}{{ name }}{% endmacro %}{{ g() }}{{ name }}
{% macro h(name) %}{{ name }}{% set name = 6 %}{{ name }}{% endmacro %}{{ h(1) }}{{ name }}{% macro k() %}{% set name = 7 %}{{ name }}{% endmacro %}{{ k() }}
{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x is defined }}{% with a = 1, b = a %}[{{ a }}{{ b }}]{% endwith %}{% with a, b = (1, 2) %}{{ a }}{{ b }}{% endwith %}{% with name = name ~ '!' %}{{ name }}{% endwith %}{{ name }}
{% set z %}a{% set inner = 1 %}{{ inner }}{% endset %}{{ z }}{{ inner is defined }}{% set z | upper | replace('A', 'b') %}a{% endset %}{{ z }}{% set a, b %}xy{% endset %}{{ a }}{{ b }}
{% set ns = namespace({'a': 1}, b=2) %}{% set ns.c = ns.a + ns.b %}{{ ns.c }}{% set ns.a, other = 5, 6 %}{{ ns.a }}{{ other }}{{ ns.zz is defined }}{{ ns['a'] }}{% for i in items %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{% set ns.t %}blk{% endset %}{{ ns.t }}
{% set cells = namespace(l=[]) %}{% for i in items %}{% set cells.l = cells.l + [i * 2] %}{% endfor %}{{ cells.l }}{% macro setns(o) %}{% set o.v = 3 %}{% endmacro %}{{ setns(cells) }}{{ cells.v }}
{% macro a(n) %}{{ n }}{% if n > 0 %}{{ a(n - 1) }}{% endif %}{% endmacro %}{{ a(3) }}{% macro b(x, y=x, z=y ~ '!') %}{{ x }}{{ y }}{{ z }}{% endmacro %}{{ b(1) }}{{ b(1, 2) }}{{ b(1, z=3) }}{% macro c(x, y=q2) %}{{ y }}{% endmacro %}{{ c(1) }}|{{ b.name }}{{ b.arguments }}{{ b.catch_kwargs }}{{ b.catch_varargs }}{{ b.caller }}
{% macro v() %}{{ varargs }}{{ kwargs }}{{ varargs|length }}{% endmacro %}{{ v(1, 2, a=3) }}{{ v() }}{{ v(*[1, 2], **{'k': 1}) }}{% macro w(a, varargs) %}{{ varargs }}{% endmacro %}{{ w(1, 2) }}{% macro y(a) %}{{ kwargs.b }}{% endmacro %}{{ y(1, b=2) }}
{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}in{% endcall %}{% macro rep(n) %}{% for i in range(n) %}{{ caller(i, j=i) }}{% endfor %}{% endmacro %}{% call(i, j=0) rep(2) %}{{ i }}{{ j }}{{ name }}{% endcall %}{% macro opt() %}{{ caller is defined }}{{ caller() if caller else 'none' }}{% endmacro %}{{ opt() }}{% call opt() %}x{% endcall %}
{% macro m(caller=none) %}{{ caller is none }}{% endmacro %}{{ m() }}{% call m() %}x{% endcall %}{% set f = namespace %}{{ f(a=1).a }}{% set u = 'a'.upper %}{{ u() }}
{% block one %}B{{ name }}{% set t = 1 %}{% endblock %}{{ t is defined }}{{ self.one() }}{% for i in items %}{% block two scoped %}{{ i }}{% endblock %}{% block three %}{{ i is defined }}{% endblock three %}{% endfor %}{{ self.nope is defined }}
{% set j = joiner() %}{{ j() }}{{ j() }}{% set c = cycler(1, 2) %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}{{ dict(a=1)|length }}{{ dict([('a', 1)], b=2) }}{{ dict() }}{{ dict({'x': 1}) }}
{% print name, n, 'x' %}{% print %}|{% if name -%} a {%- endif %}{% if n == 1: %}x{% endif %}{% for x in items: %}{{ x }}{% endfor %}
{% macro f(a) %}{% endmacro %}{{ f(b=1) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}
{% macro f(a=1, b) %}{% endmacro %}
{% macro f(a) %}{{ caller() }}{% endmacro %}{{ f(1) }}
{% macro f() %}{% endmacro %}{% call f() %}x{% endcall %}
{% macro f(caller) %}{{ caller() }}{% endmacro %}
{% call name %}x{% endcall %}
{% call name() %}x{% endcall %}
{% set x.y = 1 %}
{% set d['x'] = 1 %}
{% set 5 = 1 %}
{% set none = 1 %}
{% set a, b = 1 %}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% block a required %}{% endblock %}
{% block a required %}x{% endblock %}
{% break %}
{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for x in [1, 2] %}{% set q %}{{ x }}{% break %}{% endset %}{% endfor %}{{ q is defined }}
{% for x in [1, 2] %}a{% filter upper %}b{% continue %}{% endfilter %}c{% endfor %}
{{ dict([1]) }}
{{ dict(1) }}
{{ namespace(1) }}
{{ cycler() }}
{{ joiner(1)() }}
{% set x = namespace() %}{% set x.a = [x] %}{{ x }}{{ x.__class__ }}
{% set x = namespace() %}{{ x.__class__ }}|{% set x.a.b = 1 %}
{{ super() }}
{% import 'x' as y %}
{% from 'x' import y %}
{% extends 'x' %}
{% if false %}{% include 'x' %}{% endif %}ok
""",
    "syntax": r"""
{{ 'a' 'b' "c" }}{{ [1, 2,] }}{{ {'a': 1,} }}{{ (1,) }}{{ ((1)) }}{{ [(1), (2, 3)] }}{{ {'a': {'b': [1]}}.a.b[0] }}{{ [[1, 2], [3]][0][1] }}{{ 'x'.upper().lower() }}{{ ('a' ~ 1)|upper }}{{ 1 if true else 2 if false else 3 }}{{ (1 if false) }}{{ not not true }}{{ not (1 == 2) }}{{ 1 + 2 * 3 ** 2 // 4 % 5 - -6 }}{{ 1 < 2 == true }}{{ 1 == 1 == 1 }}{{ 'a' in 'abc' in ['abc'] }}{{ 1 not in [2] }}
{{ '\x41\u00e9\U0001F433\101\7\e\q\a\b\f\v' }}{{ "a\'b\"c" }}{{ '\é' }}{{ '\東' }}{{ '\🐳' }}
{{ "{{" }}{{ '}}' }}{{ '%}' }}{% set x = '%}' %}{{ x }}{{ {'a': {'b': 1}}['a'] }}{{ {} }}{{{}}}
%}|}}|#}|{ {|{ %|{ #
{{ 1
{{ }}
{{ 1 + }}
{{ (1 }}
{{ 1) }}
{{ [1) }}
{{ 'a }}
{{ a b }}
{{ a. }}
{{ a.5b }}
{{ a | }}
{{ a is }}
{{ f(a b) }}
{{ f(a=1, 2) }}
{{ f(**a, b) }}
{{ f(*a, b) }}
{{ f(*a, b=1) is defined }}
{{ $ }}
{{ a ! b }}
{{ a = b }}
{{ a; b }}
{% if %}{% endif %}
{% if a %}
{% for %}{% endfor %}
{% for x %}{% endfor %}
{% for x in %}{% endfor %}
{% endif %}
{% if a %}{% endfor %}
{% else %}
{% if a %}{% else %}{% elif %}{% endif %}
{% set %}
{% set x %}
{% macro %}{% endmacro %}
{% macro f %}{% endmacro %}
{% %}
{% 5 %}
{# never closed
{% raw %}never closed
{% if a %}{{ b }}{% else %}
{{ '\x4' }}
{{ '\u12' }}
{{ a[1 }}
{{ a[] }}
{{ a[1, 2] }}|{{ a[1:2, 3] }}
{{ {1} }}
{{ {1: } }}
{{ a if }}
{{ not }}
{{ 1 is odd is even }}
{{ x.y.z = 1 }}
{% set x = %}
{% with a %}{% endwith %}
{% filter %}{% endfilter %}
{% call %}{% endcall %}
{% generation %}a{% endgeneration %}b{% generation -%} c {%- endgeneration %}
{% generation %}a
{% generation x %}{% endgeneration %}
{% for x in items %}{% generation %}{{ x }}{% set y = x %}{{ loop.index }}{% endgeneration %}{{ y is defined }}{% endfor %}
{% for x in items %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
{{ none }}{{ None }}{{ True }}{{ FALSE }}{{ NULL }}{{ nil }}{{ and }}|
{{ -items|length }}
{{ a.b.c if a is defined }}{{ items | length > 2 }}{{ items|length + 1 }}{{ 2 * items|sum }}{{ 'a' if items|length == 3 and not empty else 'b' }}
{{ (items | map('string') | list)[0] }}{{ items | first | string | length }}{{ (1, 2)[0] }}{{ {'a': 1}['a'] }}{{ [1, 2, 3][-1] }}{{ 'abc'[1].upper() }}{{ {'a': [1, 2]}.a | join('-') }}{{ d.get('x') + 1 }}{{ d['x'] ~ d.b }}
""",
    "strftime": r"""
{{ strftime_now('%Y-%m-%d %H:%M:%S %j %U %W %w %a %A %b %B %p %I %y %f %z%Z%% %x %X %c') }}
{{ strftime_now('%-d %-m %e|%k|%l|%D %F %T %R %r %h %C %g %G %u %V %n%t %P %s'.replace('%s', '')) }}{{ strftime_now('%_d|%^a|%^B|%#p|%05d|%Q|%') }}{{ strftime_now('') }}{{ strftime_now('é東 %d') }}
{{ strftime_now(5) }}
{{ strftime_now() }}
{{ strftime_now(format='%Y') }}
""",
}


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2025, 7, 10, 12, 0, 0)


def kind_of(error):
    known = [(jinja2.exceptions.TemplateSyntaxError, "syntax"), (jinja2.exceptions.UndefinedError, "undefined"),
             (jinja2.exceptions.SecurityError, "security"), (jinja2.exceptions.TemplateRuntimeError, "template"), (SyntaxError, "syntax")]
    for type_, kind in known:
        if isinstance(error, type_):
            return kind
    return "raise_exception" if type(error) is jinja2.exceptions.TemplateError else "other"


def split(text):
    """The templates of a group: one a line."""
    return text.strip("\n").split("\n")


def run(name, template, context):
    case = {"name": name, "template": template}
    variables = {key: value for key, value in context.items() if key != "messages"}
    try:
        texts, _ = chat_template_utils.render_jinja_template([context["messages"]], chat_template=template, **variables)
        case["expected"] = texts[0]
    except Exception as error:
        case["error"] = {"kind": kind_of(error), "type": type(error).__name__, "message": str(error)}
    return case


def main():
    chat_template_utils.datetime = Clock
    golden = json.load(open("constructs.json", encoding="utf-8"))
    context = golden["context"]
    cases = []
    for group, text in CASES.items():
        cases += [run(f"{group}_{i}", template, context) for i, template in enumerate(split(text))]
    cases += [run(f"lines_{i}", template, context) for i, template in enumerate(LINES)]
    with open("more-constructs.json", "w", encoding="utf-8") as file:
        header = {"made_with": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}", "clock": "2025-07-10T12:00:00",
                  "context": context}
        file.write(json.dumps(header, ensure_ascii=False)[:-1] + ', "cases": [\n')
        file.write(",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]}\n")
    print(len(cases), "cases;", sum("error" in case for case in cases), "errors")


# Templates of several lines: white space and line ends.
LINES = [
    "a\n   {% if true %}\nb\n   {% endif %}\nc\n",
    "a\n   {%+ if true %}\nb\n   {%- endif +%}\nc",
    "a\n   {%- set x = 1 -%}\n  d\n",
    "a {# c #}\n  {# c #}\nb{# multi\nline #}c\n\n",
    "{%- raw -%}  {{ x }} {%- endraw -%} y",
    "x\n   {% raw %}\n {% if %}\n   {% endraw %}\nz",
    "x\n{% raw %}{{ '{%' }}{% end %}{% endraw %}{% raw -%} q {% endraw +%}\nr",
    "a{{ 1 }}\n{{ 2 }}\n\n{% set x = 1 %}\n\nb\n\t{% set t = 1 %}\tc\nx {% set t = 1 %}\ny",
    "\n\n{% if true %}\n\n  x\n{% endif %}\n\n\n",
    "{% for i in items %}\n  {{ i }}\n{% endfor %}\n",
    "{% for i in items -%}\n  {{ i }}\n{%- endfor %}\n",
    "  {{ 1 }}  \n  {{- 2 }}  \n  {{ 3 -}}  \n  4",
    "\r\n  {% if true %}\r\nx\r\n{% endif %}\ry\r",
    "{{ 'a\r\nb\rc' }}\r\n",
    "a\n  {% set x = 1 %}  {% set y = 2 %}\nb",
    "a\n  {% set x = 1 %}  {{ x }}\nb",
    "a\n  {# c #}{% set x = 1 %}\nb",
    "a\n  x{% set x = 1 %}\nb",
    "\x0c {% set x = 1 %}\nb",
    "\u00a0 {% set x = 1 %}b",
    "{%- set x = 1 %}\n\n\n{%- set y = 2 -%}\n\n a",
    "{% macro f() -%}\n  a\n{%- endmacro %}\n[{{ f() }}]\n[{{- f() -}}]\n",
    "{%\n  if\n  true\n%}\na{%- else\n-%}b{% endif %}",
    "{{\n1\n+\n2\n}}\n",
    "{#- a -#}\n x \n{#+ b +#}\n y",
    "{# a\n\n\n#}{{ raise_exception('x') }}",
    "a{#",
    "a{# ",
    "a{% raw %}",
    "a{",
    "a{{",
    "{{ 'a\nb' }}|{{ \"c\\\nd\" }}",
    "{%if true%}x{%endif%}{{1}}{{-1}}{{+1}}{{ -1 }}{{- -1 -}}",
    "a\n{%- if true %} b{% endif -%}\n c",
    "{% generation %}\n a\n{% endgeneration %}\nb",
    "x\n  {%- generation %}\n a\n  {%- endgeneration %}\nb",
    "{% set x %}\n  a\n{% endset %}\n[{{ x }}]",
    "{% filter upper %}\n  a\n{% endfilter %}\nb",
    "{% call(x) f() %}\n{% endcall %}",
    "\ufeffa\n",
    "",
    "\n",
    "\n\n",
    " {% if true %} {% endif %} ",
    "{% if true %}{% endif %}\n\na",
    "a\u2028{% if true %}\u2028b{% endif %}",
    "a\x85  {% if true %}\x85b{% endif %}",
]

if __name__ == "__main__":
    main()
