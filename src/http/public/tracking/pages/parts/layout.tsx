import type { ComponentChildren } from 'preact';
import { FONT_URL } from '../../../../console/kit/assets.ts';
import type { Sheet } from '../assets.ts';
import type { PageContext } from '../page-context.ts';

interface LayoutProps {
  readonly context: PageContext;
  readonly title: string;
  /** When set, the page keeps itself up to date. */
  readonly live?: LiveAttributes;
  /** Style sheets besides the common one. */
  readonly sheets?: readonly Sheet[];
  /** The page is the lookup itself, and links to no other. */
  readonly isLookup?: boolean;
  /** One of our scripts to load. */
  readonly script?: string;
  /** A script that polls for changes of the page, and the version of this one. */
  readonly polling?: { readonly version: string; readonly script: string };
  readonly children: ComponentChildren;
}

interface LiveAttributes {
  readonly version: string;
  /** URL of the event stream; null when there will be no further events. */
  readonly url: string | null;
  readonly announcement: string;
}

const FORMS: readonly Sheet[] = ['font', 'forms'];

/** The frame of every public page: landmarks, skip link, languages. Complete without scripts. */
export function Layout(props: LayoutProps) {
  const { context, title, live, sheets = FORMS, isLookup = false, script, polling } = props;
  const { language, assets } = context;
  const { page } = language;
  return (
    <html lang={page.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${context.style?.name ?? 'Waybill'}`}</title>
        <meta name="robots" content="noindex" />
        <meta property="og:title" content={title} />
        <meta property="og:site_name" content={context.style?.name ?? 'Waybill'} />
        <meta property="og:type" content="website" />
        {context.style?.logoUrl && <meta property="og:image" content={context.style.logoUrl} />}
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={assets.iconUrl} />
        {sheets.includes('font') && (
          <link rel="preload" href={FONT_URL} as="font" type="font/woff2" crossOrigin="anonymous" />
        )}
        <style>{assets.css}</style>
        {sheets.map((name) => (
          <style key={name}>{assets.sheets[name]}</style>
        ))}
        {context.style?.css && <style>{context.style.css}</style>}
        {script && <script async src={script} />}
        {live && <script type="module" src={assets.scriptUrl} />}
        {polling && <script type="module" src={polling.script} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {page.skip}
        </a>
        <header class="top">
          <PageBrand context={context} />
        </header>
        <main
          id="main"
          tabIndex={-1}
          {...(live && {
            'data-version': live.version,
            'data-live': live.url ?? undefined,
            'data-announcement': live.announcement,
          })}
          {...(polling && { 'data-version': polling.version })}
        >
          {props.children}
        </main>
        <footer class="bottom">
          {context.style?.footer && <p class="imprint">{context.style.footer}</p>}
          {!isLookup && <a href={context.link('/track')}>{page.footer.another}</a>}
          {context.languages.length > 1 && <Languages context={context} />}
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

/**
 * The merchant's logo or name, linked to its shop. When several merchants have the parcel, or none
 * is known, our own mark.
 */
function PageBrand({ context }: { readonly context: PageContext }) {
  const { style } = context;
  if (style === null) return <Brand href={context.link('/track')} />;
  const name =
    style.logoUrl === null ? (
      <span>{style.name}</span>
    ) : (
      <img class="logo" src={style.logoUrl} alt={style.name} referrerpolicy="no-referrer" />
    );
  return style.website === null ? (
    <span class="brand">{name}</span>
  ) : (
    <a class="brand" href={style.website} rel="noreferrer">
      {name}
    </a>
  );
}

/**
 * The mark: a W drawn as a route that ends at a waypoint. The word beside it is its accessible
 * name.
 */
export function Brand({ href }: { readonly href: string }) {
  return (
    <a class="brand" href={href}>
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" class="mark-ground" />
        <path d="M6.5 10.5l4.2 11 5.3-9 5.3 9 3.1-8" class="mark-route" />
        <circle cx="25.4" cy="9.4" r="2.4" class="mark-point" />
      </svg>
      <span>Waybill</span>
    </a>
  );
}
