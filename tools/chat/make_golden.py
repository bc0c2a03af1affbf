"""What Jinja2, set up as transformers sets it up, makes of chat templates.

    make_golden.py                     causal-lm's golden.json, of the templates beside it
    make_golden.py FOLDER golden.json  the same of other templates (*.jinja), such as published ones, which are not in
                                       this repository; ChatTemplateGoldenTest reads it by -Dgdpo.templates=FILE

The templates in causal-lm are this project's own. They write the formats of the families after which they are called, by the means that
those families' templates use.
"""

import datetime
import json
import pathlib
import sys

import jinja2
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

RESOURCES = pathlib.Path(__file__).parents[2] / "causal-lm/src/test/resources/io/gdpo/lm/chat"
TODAY = datetime.datetime(2024, 7, 26)  # ChatTemplate.TODAY
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


ENVIRONMENT = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
ENVIRONMENT.filters["tojson"] = lambda x, indent=None: json.dumps(x, ensure_ascii=False, indent=indent)
ENVIRONMENT.globals["raise_exception"] = raise_exception
ENVIRONMENT.globals["strftime_now"] = TODAY.strftime


def said(*turns):
    return [{"role": {"s": "system", "u": "user", "a": "assistant"}[turn[0]], "content": turn[1:]} for turn in turns]


CONVERSATIONS = [
    said("uHi"),
    said("uHi", "aHello!"),
    said("sBe brief.", "uHi", "aHello!"),
    said("s Be {{ 7*7 }} {% brief %} /no_think\n", "u  Hi\n there\u00a0", "a\n x<think>\nwhy\n</think>\n\nok é 😀 <b>&amp; \"q\" ",
         "umore 你好\r\n", "a  fine\n"),
    said("ua", "ab", "uc", "ad", "ue"),
    said("afirst", "uthen"),
    said("ua", "ub"),
    said("sonly"),
    said("ua", "sin between", "ub"),
    said("u<<SYS>> [INST] </think> it's", "a"),
]

# Each alone: white space around tags, and the expressions that templates are made of.
SNIPPETS = [
    "a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  {{ 1 }}\n  b\n\n", "a {%- if true %} b {% endif -%} c", "  {%+ if true %}x{% endif +%}\ny",
    "{# c #}\na{#- d -#} b", "x {# c #}\n  {# d #}\ny", "a\r\n{% if true %}\r\nb\r\n{% endif %}", "{% raw %} {{ x }} {% endraw %}\nz", "  {%- raw -%} {% a %} {%- endraw %} z",
    "{% set x = 'a' %}{% for i in [1, 2] %}{% set x = x ~ i %}{{ x }}{% endfor %}{{ x }}",
    "{% for a, b in [[1, 2], [3, 4]] %}{{ loop.index }}{{ loop.revindex0 }}{{ a }}{{ b }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for x in [] %}a{% else %}none{% endfor %}", "{% for x in [1, 2, 3, 4] if x % 2 == 0 %}{{ loop.length }}{{ x }}{% endfor %}",
    "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for k, v in {'a': 1, 'b': none}.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in {'a': 1} %}{{ k }}{% endfor %}",
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1 + 2 * 3 }} {{ -2 + 1 }} {{ 4 / 2 }} {{ 1.5 * 2 }}",
    "{{ 'abc'[1] }}{{ 'abc'[-1] }}{{ 'abcdef'[1:4] }}{{ 'abc'[::-1] }}{{ [1, 2, 3][1:] }}{{ [1, 2, 3][:-1] }}{{ [1, 2, 3][5:] }}{{ 'abcdef'[4:1:-2] }}{{ [1, 2, 3][-9:2] }}",
    "{{ [1, 'a', none, true, 1.5, {'k': \"it's\"}] }}", "{{ 'a' 'b' }}{{ \"\\u00e9\\x41\\t\\q\\'\" }}", "{{ missing }}|{{ missing is defined }}|{{ missing | default('d') }}|{{ '' | default('d') }}|{{ '' | default('d', true) }}",
    "{{ none }}{{ true }}{{ false }}{{ None }}", "{{ 1 == 1.0 }}{{ 'a' < 'b' }}{{ 1 < 2 < 3 }}{{ not 1 == 2 }}{{ 1 in [1, 2] }}{{ 'x' not in 'abc' }}{{ true == 1 }}",
    "{{ 0 or 'a' }}{{ 'a' and '' or 'b' }}{{ not '' }}{{ 'y' if 0 }}{{ 'y' if 0 else 'z' if 0 else 'w' }}",
    "{{ '  a b  '.split() }}{{ 'a,b,,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}{{ 'a.b.c'.rsplit('.', 1) }}{{ ' x '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ '\\n a'.lstrip('\\n') }}",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'abc'.upper() }}{{ 'a-b'.replace('-', '+') }}{{ 'hello wOrld'.title() }}{{ 'hELLO'.capitalize() }}{{ 'aXa'.find('X') }}",
    "{{ ' a ' | trim }}|{{ [1, 2] | length }}|{{ 'é😀' | length }}|{{ [3, 1, 2] | length }}|{{ [1, 2] | first }}{{ [1, 2] | last }}|{{ ['a', 'b'] | join('-') }}|{{ 'abc' | reverse }}|{{ 'a' | upper }}",
    "{{ {'a': [1, 'é\"\\n', none, true, {}], 'b': []} | tojson }}", "{{ {'a': [1, {'b': 2}], 'c': []} | tojson(indent=2) }}",
    "{{ [{'r': 'u', 'n': 1}, {'r': 'a', 'n': 2}] | selectattr('r', 'equalto', 'a') | map(attribute='n') | list }}{{ [{'r': 1}, {}] | selectattr('r', 'defined') | list | length }}{{ [1, 0, 2] | select | list }}{{ ['a', 'b'] | map('upper') | join }}",
    "{{ [{'r': 'u'}, {'r': 'a'}] | rejectattr('r', 'equalto', 'a') | list }}{{ 'a\\nb\\n\\nc' | indent(2) }}|{{ 'a\\nb' | indent(2, true) }}|{{ '5' | int + 1 }}{{ 'x' | int }}",
    "{{ 'a' is string }}{{ {} is mapping }}{{ [] is sequence }}{{ 3 is odd }}{{ 3 is divisibleby 3 }}{{ 1 is number }}{{ none is none }}{{ 1 is not none }}{{ [] is iterable }}{{ 1 is eq 1 }}{{ true is boolean }}{{ 2 is in [1, 2] }}",
    "{% macro m(a, b='x') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}", "{% set x %} a {% endset %}{{ x | trim }}|", "{% filter upper %}abc{% endfilter %}",
    "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('b') }}{{ {'a': 1}.get('b', 2) }}{{ {'a': 1}['b'] }}{{ {'items': 1}['items'] }}{{ {'a': 1}.keys() | list }}",
    "{{ strftime_now('%d %B %Y %A %j %H:%M') }}", "{{ range(1, 7, 2) | list }}{{ dict(a=1) }}", "{% if a is defined and a %}x{% elif 1 %}y{% else %}z{% endif %}", "{{ (1, 2) | list }}{{ ('a') }}",
    "{{ 'a' ~ 1 ~ none }}", "{{ 'ab' * 2 }}", "{{ '}}' }}{{ {'a': {'b': 1}}.a.b }}", "{{ [1] + [2] }}", "{{ loop_messages | length }}", "{% if x %}\n\na{% endif %}\n\nb", "{% for c in 'aé' %}{{ c }}.{% endfor %}",
    "{{ 'a' + 1 }}", "{{ missing.field }}", "{{ none.strip() }}", "{{ missing() }}", "{{ 1 / 0 }}", "{{ 'abc' - 1 }}", "{{ messages['x'].y }}", "{{ 'abc'.nothing }}|", "{{ 'a' < 1 }}",
]


def rendered(template, **values):
    """None where it is refused."""
    try:
        return ENVIRONMENT.from_string(template).render(**values)
    except Exception:
        return None


def main():
    folder, out = (map(pathlib.Path, sys.argv[1:3]) if len(sys.argv) > 2 else (RESOURCES, RESOURCES / "golden.json"))
    golden = {"conversations": CONVERSATIONS, "tokens": TOKENS, "templates": {}, "snippets": []}
    for file in sorted(folder.glob("*.jinja")):
        golden["templates"][file.name] = [
            [rendered(file.read_text(), messages=messages, add_generation_prompt=prompt, tools=None, documents=None, **TOKENS)
             for prompt in (False, True)] for messages in CONVERSATIONS]
    golden["snippets"] = [[snippet, rendered(snippet)] for snippet in SNIPPETS] if len(sys.argv) < 3 else []
    out.write_text(json.dumps(golden, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
