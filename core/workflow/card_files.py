"""A model card as Markdown and as one HTML file that needs nothing else; every text in it is made safe."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from core.workflow.model_card import Card, Section, Span

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+|!~$:&@=^-])")
_FIGURE = re.compile(r"[-+]?\d[\d.,]*( %)?( to [-+]?\d[\d.,]*( %)?)?")
MANY_COLUMNS = 3
"""A wider table is scrolled on a narrow screen, not squeezed."""
_WIDTH, _LEFT, _RIGHT, _STEP = 640, 150, 60, 24
"""Of the drawing of the figures, in its own units."""
STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5a6876; --line: #d8dee5; --page: #ffffff;
  --box: #f4f7fa; --mark: #1f6feb; --warn: #8a4b00; --warn-box: #fff4e0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9fb0c0; --line: #36424f;
  --page: #12181f; --box: #1a222b; --mark: #6ea8fe; --warn: #ffc069; --warn-box: #33270f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.lead { font-size: 1.05rem; color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0; }
.facts div { background: var(--box); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem .8rem; }
.facts dt { font-size: .8rem; color: var(--soft); }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.stamp { background: var(--warn-box); color: var(--warn); border-left: 4px solid var(--warn);
  padding: .6rem .9rem; border-radius: .25rem; font-weight: 600; }
ul { padding-left: 1.2rem; margin: .5rem 0; }
.wide { overflow-x: auto; }
.wide > table.many { min-width: 40rem; }
.wide > svg { min-width: 32rem; }
td.n { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; min-width: 4.5rem; font-variant-numeric: tabular-nums; }
thead th { overflow-wrap: break-word; }
svg { width: 100%; height: auto; max-width: 44rem; display: block; margin: .5rem 0 1rem; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .soft { fill: var(--soft); stroke: none; }
svg .grid { stroke: var(--line); }
svg .span { stroke: var(--mark); stroke-width: 3; }
svg .dot { fill: var(--mark); }
svg .rule { fill: none; stroke: var(--soft); stroke-width: 2; }
@media print { main { padding: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
""".strip()


def card_markdown(card: Card) -> bytes:
    """Return the card as Markdown; no text in it can be markup."""
    lines = [f"# {_md(card.title)}", "", _md(card.lead), ""]
    for stamp in card.stamps:
        lines += [f"> **{_md(stamp)}**", ""]
    lines += [f"- {_md(name)}: **{_md(value)}**" for name, value in card.facts]
    for section in card.sections:
        lines += ["", *_md_section(section)]
    return ("\n".join(lines).rstrip() + "\n").encode()


def card_html(card: Card) -> bytes:
    """Return the card as an HTML file: no script, nothing loaded, every text escaped."""
    facts = "".join(f"<div><dt>{_h(name)}</dt><dd>{_h(value)}</dd></div>" for name, value in card.facts)
    stamps = "".join(f'<p class="stamp" role="note">{_h(stamp)}</p>' for stamp in card.stamps)
    body = "\n".join("\n".join(_html_section(section)) for section in card.sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_h(card.title)}</title>
<style>
{STYLE}
</style>
</head>
<body>
<main>
<h1>{_h(card.title)}</h1>
<p class="lead">{_h(card.lead)}</p>
{stamps}
<dl class="facts">{facts}</dl>
{body}
</main>
</body>
</html>
""".encode()


def _md(text: str) -> str:
    r"""Return a text on one line that Markdown shows as it is.

    >>> print(_md("a|b *c* <i>"))
    a\|b \*c\* \<i\>
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _h(text: str) -> str:
    """Return a text that HTML shows as it is."""
    return html.escape(" ".join(text.split()), quote=True)


def _md_section(section: Section) -> Iterator[str]:
    yield f"## {_md(section.title)}"
    yield ""
    if section.warning:
        yield f"**{_md(section.warning)}**"
        yield ""
    for words in section.words:
        yield _md(words)
        yield ""
    yield from (f"- {_md(point)}" for point in section.points)
    if section.rows:
        yield "| " + " | ".join(map(_md, section.header)) + " |"
        yield "|" + " --- |" * len(section.header)
        yield from ("| " + " | ".join(map(_md, row)) + " |" for row in section.rows)


def _html_section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{_h(section.title)}</h2>"
    if section.warning:
        yield f'<p class="stamp">{_h(section.warning)}</p>'
    yield from (f"<p>{_h(words)}</p>" for words in section.words)
    if section.points:
        yield "<ul>" + "".join(f"<li>{_h(point)}</li>" for point in section.points) + "</ul>"
    if section.spans:
        yield _drawing(section.spans)
    if section.rows:
        many = ' class="many"' if len(section.header) > MANY_COLUMNS else ""
        where = f'role="region" tabindex="0" aria-label="{_h(section.title)}"'
        yield f'<div class="wide" {where}><table{many}><thead><tr>'
        yield "".join(f'<th scope="col">{_h(name)}</th>' for name in section.header)
        yield "</tr></thead><tbody>"
        yield from ("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in section.rows)
        yield "</tbody></table></div>"
    yield "</section>"


def _cell(text: str) -> str:
    """Return a cell; a figure with its interval stays on one line."""
    return f'<td class="n">{_h(text)}</td>' if _FIGURE.fullmatch(text) else f"<td>{_h(text)}</td>"


def _drawing(spans: tuple[Span, ...]) -> str:
    """Return the figures as dots with their intervals on a line from 0 to 1, the simple rule's as rings."""
    height = _STEP * (len(spans) + 1) + 20
    parts = [
        f'<line class="grid" x1="{_x(at / 4):g}" x2="{_x(at / 4):g}" y1="6" y2="{height - 24}"/>'
        f'<text class="soft" x="{_x(at / 4):g}" y="{height - 8}" text-anchor="middle">{at / 4:g}</text>'
        for at in range(5)
    ]
    for place, span in enumerate(spans):
        y = 18 + place * _STEP
        parts.append(
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{_h(span.title)}</text>'
            f'<line class="span" x1="{_x(span.low):.1f}" x2="{_x(span.high):.1f}" y1="{y}" y2="{y}"/>'
            f'<circle class="dot" cx="{_x(span.value):.1f}" cy="{y}" r="5"/>'
        )
        if span.baseline is not None:
            parts.append(f'<circle class="rule" cx="{_x(span.baseline):.1f}" cy="{y}" r="5"/>')
    return (
        '<div class="wide" role="region" tabindex="0" aria-label="Drawing">'
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="The figures with their intervals">'
        f"{''.join(parts)}</svg></div><p>Dot: the model, with its 95 % interval. Ring: the simple rule.</p>"
    )


def _x(value: float) -> float:
    return _LEFT + min(max(value, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)
