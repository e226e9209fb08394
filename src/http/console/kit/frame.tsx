import type { ComponentChildren } from 'preact';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { Brand } from '../../public/tracking/pages/parts/layout.tsx';
import type { ConsoleAssets } from '../operators/assets.ts';
import { useMessages, useSpoken } from './language.ts';

interface Sections {
  readonly label: string;
  readonly of: readonly (readonly [path: string, name: string, ...unknown[]])[];
  /** The path of the open page. */
  readonly at: string | undefined;
}

interface FrameProps {
  readonly assets: Pick<ConsoleAssets, 'iconUrl' | 'styleUrl'>;
  readonly title: string;
  /** Target of the logo's link. */
  readonly home: string;
  /** The signed-in user; null: nobody. */
  readonly account: ComponentChildren;
  /** Null: nobody is signed in. */
  readonly sections: (Sections & { readonly within?: Sections | null }) | null;
  /** Result of the previous form. */
  readonly notice?: string | null | undefined;
  /** The notice is a warning. */
  readonly isWarning?: boolean;
  /** Script of the page, if any. */
  readonly script?: string | undefined;
  readonly children: ComponentChildren;
}

/** The frame around the pages of both consoles. */
export function Frame({ assets, home, account, sections, notice, script, ...page }: FrameProps) {
  const words = useMessages().layout.frame;
  const { language } = useSpoken();
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{page.title}</title>
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={assets.iconUrl} />
        <link rel="stylesheet" href={assets.styleUrl} />
        {script && <script type="module" src={script} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {words.skip}
        </a>
        <header class="top">
          <div class="bar">
            <Brand href={home} />
            {account}
          </div>
          {sections && <Navigation {...sections} />}
          {sections?.within && <Navigation {...sections.within} inner />}
        </header>
        <main id="main" tabIndex={-1}>
          {notice && (
            <p class={page.isWarning ? 'notice warn' : 'notice'} role="status">
              {notice}
            </p>
          )}
          {page.children}
        </main>
        <footer class="bottom">
          <p>
            {words.times} <a href="/docs">API</a>
          </p>
          <Languages />
        </footer>
      </body>
    </html>
  );
}

/** Links to the same page in other languages; none when its URL cannot be opened again. */
function Languages() {
  const words = useMessages().layout.frame;
  const { language, isOpenedAgain, query } = useSpoken();
  if (!isOpenedAgain) return null;
  return (
    <nav aria-label={words.languages}>
      <ul class="languages">
        {LANGUAGES.map((each) => (
          <li key={each}>
            <a
              href={`?${new URLSearchParams([...query, ['lang', each]])}`}
              lang={each}
              hreflang={each}
              aria-current={each === language ? 'true' : undefined}
            >
              {messagesIn(each).language.name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Navigation({ label, of, at, inner = false }: Sections & { readonly inner?: boolean }) {
  return (
    <nav aria-label={label}>
      <ul class={inner ? 'sections pages' : 'sections'}>
        {of.map(([path, name]) => (
          <li key={path}>
            <a href={path} aria-current={path === at ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
