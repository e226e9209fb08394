import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** An entry of the side list. */
export interface DocLink {
  readonly href: string;
  readonly text: string;
}

export interface DocPage {
  readonly title: string;
  /** Side lists, each with its heading. */
  readonly contents: readonly {
    readonly heading: string;
    readonly links: readonly DocLink[];
  }[];
  /** The page's own path, as in its links. */
  readonly at: string;
  /** The search query. */
  readonly query?: string;
  /** The page has requests to send. */
  readonly canTry?: boolean;
  readonly children: ComponentChildren;
}

/** URL of the script that sends requests from the page. */
const TRY_SCRIPT = '/docs/try.js';

/** The frame of every page of the docs: complete without a script, and without external files. */
export function docPage({ title, contents, at, query, canTry, children }: DocPage): string {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>{title}</title>
        <meta name="description" content={`${title}: API and guides of this Waybill hub.`} />
        <style>{DOCS_CSS}</style>
        {canTry && <script type="module" src={TRY_SCRIPT} />}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header>
          <a class="home" href="/docs">
            Waybill docs
          </a>
          <a class="to-contents" href="#contents">
            Contents
          </a>
          <search>
            <form action="/docs/search" method="get">
              <input
                type="search"
                name="q"
                aria-label="Search the docs"
                placeholder="Search"
                maxLength={100}
                value={query}
              />
              <button type="submit">Search</button>
            </form>
          </search>
        </header>
        <div class="columns">
          <nav id="contents" aria-label="Contents">
            {contents.map(({ heading, links }) => (
              <details open={links.some(({ href }) => href === at)} key={heading}>
                <summary>{heading}</summary>
                {links.map(({ href, text }) => (
                  <a href={href} aria-current={href === at ? 'page' : undefined} key={href}>
                    {text}
                  </a>
                ))}
              </details>
            ))}
          </nav>
          <main id="main" tabIndex={-1}>
            {children}
          </main>
        </div>
      </body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

/** All styles of the docs: system fonts, both colour schemes, no external files. */
export const DOCS_CSS = `
:root{color-scheme:light dark;--ink:#1c2024;--dim:#5d6671;--line:#dfe3e8;--paper:#fff;--soft:#f5f6f8;--link:#0a58ca;--get:#0b6b3a;--post:#0a58ca;--patch:#8a5300;--delete:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--dim:#9aa4b0;--line:#2c333b;--paper:#14171a;--soft:#1c2126;--link:#7fb2ff;--get:#69d19a;--post:#7fb2ff;--patch:#f0b35a;--delete:#ff8a80}}
*{box-sizing:border-box}
html{scroll-padding-top:1.5rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
body>header{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;align-items:center;justify-content:space-between;max-width:70rem;margin:0 auto;padding:.9rem 1.25rem;border-bottom:1px solid var(--line)}
.home{font-weight:600;color:inherit;text-decoration:none}
search{flex:1;max-width:26rem}search form{display:flex;gap:.5rem}
input,textarea,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--dim);border-radius:.4rem;padding:.4rem .65rem;min-width:0}
input,textarea{width:100%}
button{background:var(--soft);cursor:pointer}
.to-contents{display:none}button{flex:none}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.3rem .6rem}
.columns{display:grid;grid-template-columns:minmax(0,15rem) minmax(0,48rem);gap:3rem;max-width:70rem;margin:0 auto;padding:0 1.25rem}
nav{padding:2rem 0;font-size:.9rem;line-height:1.45}
nav a{display:block;color:var(--dim);text-decoration:none;padding:.3rem 0 .3rem .9rem}
nav a[aria-current]{color:var(--ink);font-weight:600}
nav a:hover{color:var(--link)}
summary{cursor:pointer;padding:.35rem 0;font-weight:600}
ul.plain{list-style:none;padding:0}ul.plain li{padding:.1rem 0}
.method{font:600 .75rem/1 ui-monospace,monospace;display:inline-block;min-width:3.6rem}
.wide{overflow-x:auto;overflow-wrap:normal}.codes a{display:inline-block;padding:.2rem .5rem .2rem 0}table{border-collapse:collapse;font-size:.92rem;margin:.75rem 0}th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}
.tried form{display:grid;gap:.75rem;padding:.5rem 0}.tried label{display:grid;gap:.2rem;font-size:.9rem}.tried form[hidden]{display:none}
output{display:block;white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.5 ui-monospace,monospace}
.hit{font-size:1.1rem;margin:2rem 0 0;padding:0;border:0}h2 a{color:inherit;text-decoration:none}
h2.operation{font-size:1.2rem}
article img{max-width:100%}
main{padding:2rem 0 6rem;outline:0;min-width:0;overflow-wrap:anywhere}
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
.scope{display:inline-block;color:var(--dim);font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:.1rem .55rem;margin-left:.6rem}
.dim{color:var(--dim)}
dl{display:grid;grid-template-columns:minmax(7rem,auto) minmax(0,1fr);gap:.3rem 1.1rem;margin:.75rem 0;font-size:.925rem}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
@media(max-width:52rem){.columns{display:flex;flex-direction:column-reverse;gap:0}main{padding-bottom:2rem}.to-contents{display:inline}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
`.replaceAll('\n', '');
