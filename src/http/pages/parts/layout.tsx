import type { ComponentChildren } from 'preact';
import type { PageContext } from '../page-context.ts';
import { Brand } from './brand.tsx';

export interface LayoutProps {
  readonly context: PageContext;
  readonly title: string;
  /** With it the page keeps itself up to date. */
  readonly live?: LiveAttributes;
  readonly children: ComponentChildren;
}

export interface LiveAttributes {
  readonly version: string;
  /** Of the event stream; null when nothing more will come. */
  readonly url: string | null;
  readonly announcement: string;
}

/** The frame of every public page: landmarks, skip link, languages. Complete without script. */
export function Layout({ context, title, live, children }: LayoutProps) {
  const { language, assets } = context;
  const { page } = language;
  return (
    <html lang={page.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Waybill`}</title>
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={assets.iconUrl} />
        <style>{assets.css}</style>
        {live && <script type="module" src={assets.scriptUrl} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {page.skip}
        </a>
        <header class="top">
          <Brand href={context.link('/track')} />
        </header>
        <main
          id="main"
          tabIndex={-1}
          {...(live && {
            'data-version': live.version,
            'data-live': live.url ?? undefined,
            'data-announcement': live.announcement,
          })}
        >
          {children}
        </main>
        <footer class="bottom">
          <a href={context.link('/track')}>{page.footer.another}</a>
          <Languages context={context} />
        </footer>
        {live && <p id="news" class="unseen" role="status" aria-live="polite" />}
      </body>
    </html>
  );
}

function Languages({ context }: { readonly context: PageContext }) {
  return (
    <nav aria-label={context.language.page.footer.languages}>
      <ul class="languages">
        {context.languages.map(({ page }) => (
          <li key={page.language}>
            <a
              href={context.inLanguage(page.language)}
              hreflang={page.language}
              lang={page.language}
              aria-current={page.language === context.language.page.language ? 'true' : undefined}
            >
              {page.name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
