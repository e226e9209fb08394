import { readFileSync } from 'node:fs';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { FONT_CSS, FONT_URL } from '../../console/kit/assets.ts';
import { Brand } from '../../public/tracking/pages/parts/layout.tsx';
import { SampleLanguages } from './samples.tsx';

/** An entry of the navigation. */
interface DocLink {
  readonly href: string;
  readonly text: string;
}

export interface DocPage {
  readonly title: string;
  /** The navigation, in groups. */
  readonly contents: readonly {
    readonly heading: string;
    readonly links: readonly DocLink[];
  }[];
  /** The page's own path, as in its links. */
  readonly at: string;
  /** URL path of the same as Markdown. */
  readonly markdown?: string;
  /** The search query. */
  readonly query?: string;
  /** The headings of a long page. */
  readonly outline?: readonly DocLink[];
  /** A page of two columns: what an operation does, and samples. */
  readonly isReference?: boolean;
  readonly children: ComponentChildren;
}

/** URL of the script of the docs. */
const SCRIPT = '/docs/docs.js';

/**
 * The frame of every page of the docs, which looks like the console's: complete without a script,
 * and without external files.
 */
export function docPage({ title, contents, at, query, outline = [], ...page }: DocPage): string {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>{title}</title>
        <meta name="description" content={`${title}: API and guides of this Waybill hub.`} />
        <meta name="color-scheme" content="light dark" />
        <link rel="preload" href={FONT_URL} as="font" type="font/woff2" crossOrigin="anonymous" />
        <style dangerouslySetInnerHTML={{ __html: DOCS_CSS }} />
        {page.markdown && <link rel="alternate" type="text/markdown" href={page.markdown} />}
        <script type="module" src={SCRIPT} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <div class="app docs">
          <nav class="nav" id="contents" aria-label="Contents">
            <Brand href="/docs" />
            <a class="close" href="#main">
              Close
            </a>
            {contents.map(({ heading, links }, i) => (
              <details open={i === 0 || links.some(({ href }) => href === at)} key={heading}>
                <summary>{heading}</summary>
                <ul>
                  {links.map(({ href, text }) => (
                    <li key={href}>
                      <a href={href} aria-current={href === at ? 'page' : undefined}>
                        {text}
                      </a>
                    </li>
                  ))}
                </ul>
              </details>
            ))}
          </nav>
          <div class="body">
            <Header query={query} />
            <div class="columns">
              <main id="main" tabIndex={-1} class={page.isReference ? 'reference' : undefined}>
                {page.children}
              </main>
              {outline.length > 1 && <Outline links={outline} />}
            </div>
          </div>
        </div>
      </body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

function Header({ query }: { readonly query: string | undefined }) {
  return (
    <header class="top">
      <a class="to-contents" href="#contents">
        Contents
      </a>
      <search>
        <form action="/docs/search" method="get">
          <input
            type="search"
            name="q"
            aria-label="Search the docs"
            placeholder="Search the docs"
            maxLength={100}
            value={query}
          />
          <kbd>Ctrl K</kbd>
        </form>
      </search>
      <span class="space" />
      <SampleLanguages />
      <a class="wide" href="/console">
        Console
      </a>
    </header>
  );
}

function Outline({ links }: { readonly links: readonly DocLink[] }) {
  return (
    <nav class="outline" aria-label="On this page">
      <p>On this page</p>
      <ul>
        {links.map(({ href, text }) => (
          <li key={href}>
            <a href={href}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The console's colours, elements and frame, and what only the docs have. */
export const DOCS_CSS = `${FONT_CSS}${[
  '../../console/assets/base.css',
  '../../console/assets/shell.css',
  './assets/docs.css',
]
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .join('')
  .replaceAll(/\/\*[^*]*\*\/|\n\s*/g, '')}`;
