import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { DOCS_CSS } from './style.ts';

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
