/** The docs' whole style: system fonts, both colour schemes, nothing loaded from anywhere. */
export const DOCS_CSS = `
:root{color-scheme:light dark;--ink:#1c2024;--dim:#5d6671;--line:#dfe3e8;--paper:#fff;--soft:#f5f6f8;--link:#0a58ca;--get:#0b6b3a;--post:#0a58ca;--patch:#8a5300;--delete:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--dim:#9aa4b0;--line:#2c333b;--paper:#14171a;--soft:#1c2126;--link:#7fb2ff;--get:#69d19a;--post:#7fb2ff;--patch:#f0b35a;--delete:#ff8a80}}
*{box-sizing:border-box}
html{scroll-padding-top:1.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,sans-serif;display:grid;grid-template-columns:minmax(0,16rem) minmax(0,48rem);gap:3rem;justify-content:center;padding:0 1.25rem}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:2rem 0;font-size:.875rem;line-height:1.45}
nav b{display:block;margin:1.1rem 0 .25rem;font-weight:600}
nav a{display:block;color:var(--dim);text-decoration:none;padding:.15rem 0}
nav a:hover{color:var(--link)}
main{padding:2rem 0 6rem}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 1rem}
h2{font-size:1.4rem;letter-spacing:-.01em;margin:4rem 0 .25rem;padding-top:1.5rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2.75rem 0 .25rem}
h3 a{color:inherit;text-decoration:none}
p{margin:.5rem 0}
a{color:var(--link)}
code,pre{font:.875em/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.9rem 0}
.at b{font:600 .78rem/1 ui-monospace,monospace;margin-right:.35rem}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.delete{color:var(--delete)}
.scope{color:var(--dim);font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:.1rem .55rem;margin-left:.6rem;white-space:nowrap}
.dim{color:var(--dim)}
dl{display:grid;grid-template-columns:minmax(7rem,auto) minmax(0,1fr);gap:.3rem 1.1rem;margin:.75rem 0;font-size:.925rem}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
@media(max-width:52rem){body{display:block}nav{position:static;max-height:none;padding-bottom:0;columns:2}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
`.replaceAll('\n', '');
