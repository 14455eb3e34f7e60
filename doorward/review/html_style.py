"""The style of a postmortem page: one calm column, the colours of paper and ink, and a sheet of A4 when printed."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5d6873; --line: #dfe3e6; --paper: #fdfdfb; --raised:
  #f4f4ef;
  --accent: #205c58; --hurt: #a8442f; --look: #b9852b; --mend: #2f7d5b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8e6; --soft: #9aa5ad; --line: #333b41; --paper: #15191c;
  --raised: #1e2427; --accent: #7cc4bc; --hurt: #e08a73; --look: #dcb35e; --mend: #74c39b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, "Segoe UI", "Noto Sans",
  sans-serif;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
main { max-width: 50rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; margin: .2rem 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 3rem 0 .8rem; padding-top: .9rem; border-top: 2px solid var(--accent); }
p, ul { margin: .6rem 0; } ul { padding-left: 1.2rem; } li { margin: .25rem 0; }
.over { text-transform: uppercase; letter-spacing: .09em; font-size: .78rem; color: var(--accent); font-weight:
  600; margin: 0; }
.under, .note, .because { color: var(--soft); } .under { margin: 0; } .note, .because { font-size: .87rem; }
.open { border-left: 4px solid var(--hurt); background: var(--raised); padding: .6rem .9rem; }
.summary { font-size: 1.1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.4rem, 1fr)); gap: .7rem; margin: 1rem 0; }
.cards div { background: var(--raised); border-radius: .5rem; padding: .7rem .85rem; }
.cards dt { font-size: .78rem; color: var(--soft); } .cards dd { margin: 0; }
.cards dd:nth-of-type(1) { font-size: 1.3rem; font-weight: 650; line-height: 1.35; }
.cards dd:nth-of-type(2) { font-size: .74rem; line-height: 1.35; color: var(--soft); }
.bar { display: flex; gap: 2px; height: .6rem; margin-top: 1.3rem; }
.bar i { flex: 0 1 3px; background: var(--hurt); }
.bar i:nth-child(2) { background: var(--look); } .bar i:nth-child(3) { background: var(--mend); }
.phases { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; padding: 0; margin: .4rem 0 1.6rem;
  font-size: .85rem; color: var(--soft); }
.phases li { margin: 0; } .phases b { color: var(--ink); }
.phases li::before { content: ""; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%;
  margin-right: .4rem; background: var(--hurt); }
.phases li:nth-child(2)::before { background: var(--look); }
.phases li:nth-child(3)::before { background: var(--mend); }
.timeline { list-style: none; margin: 0; padding: 0 0 0 1rem; border-left: 2px solid var(--line); }
.timeline li { position: relative; display: grid; grid-template-columns: 4.6rem 1fr; gap: .6rem; margin: 0;
  padding: .22rem 0; }
.timeline li::before { content: ""; position: absolute; left: calc(-1rem - 5px); top: .75rem; width: 8px; height: 8px;
  border-radius: 50%; background: var(--line); }
.timeline .day { display: block; color: var(--soft); font-size: .85rem; } .timeline .day::before { display: none; }
.timeline .happened::before, .timeline .action-failed::before { background: var(--hurt); }
.timeline .declared::before, .timeline .diagnosed::before { background: var(--look); }
.timeline .recovered::before, .timeline .verified::before, .timeline .resolved::before { background: var(--mend); }
.timeline li:target, tr:target { background: var(--raised); }
.timeline time { color: var(--soft); } .mended { text-decoration: line-through; text-decoration-color: var(--soft); }
.mended em { display: inline-block; text-decoration: none; }
.from { color: var(--soft); font-size: .72rem; vertical-align: .25em; white-space: nowrap; }
.from::before { content: "["; } .from::after { content: "]"; } .from a { color: inherit; }
table { border-collapse: collapse; width: 100%; margin: .9rem 0; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid
  var(--line); }
th { font-size: .78rem; font-weight: 600; color: var(--soft); }
td, th { overflow-wrap: break-word; }
.measures td:nth-child(n+2):nth-child(-n+3), .figures td:nth-child(-n+2), .pages td:nth-child(n+3),
.trails td:first-child
  { white-space: nowrap; }
.reasons { width: auto; min-width: 16rem; }
.verdict { white-space: nowrap; color: var(--mend); font-weight: 600; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em; background: var(--raised);
  padding: .05em .3em;
  border-radius: .25em; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .82rem; color:
  var(--soft); }
@media (max-width: 36rem) { thead { display: none; } tr, td { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); } td { border: 0; padding: .1rem 0; white-space:
  normal !important; }
  td::before { content: attr(data-of) ": "; color: var(--soft); font-size: .8rem; } }
@page { size: A4; margin: 18mm 16mm; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --raised:
  #f2f2f2; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; margin-top: 1.6rem; }
  .cards { grid-template-columns: repeat(5, 1fr); }
  tr, .timeline li, .cards { break-inside: avoid; } .from a { text-decoration: none; }
  * { print-color-adjust: exact; } }
"""
