import type { ComponentChildren } from 'preact';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { Brand } from '../../public/tracking/pages/parts/layout.tsx';
import { type ConsoleAssets, FONT_URL } from './assets.ts';
import { Icon, type IconName } from './icons.tsx';
import { useMessages, useSpoken } from './language.ts';

/** A section of the navigation, with the pages listed below it while it is open. */
interface NavSection {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** How many things wait there; absent or 0: none is shown. */
  readonly waiting?: number | undefined;
  readonly isOpen: boolean;
  readonly pages: readonly NavPage[];
}

interface NavPage {
  readonly path: string;
  readonly name: string;
  /** It is listed below this, with others. */
  readonly heading?: string | undefined;
}

export interface Navigation {
  readonly label: string;
  readonly sections: readonly NavSection[];
  /** Path of the open page. */
  readonly at: string | undefined;
}

/** More pages do not fit side by side on a phone: they are listed in a menu. */
const STRIP_PAGES_MAX = 5;
/** The sections in the bar at the bottom of a phone; the others are in its menu. */
const THUMB_SECTIONS = 4;

interface FrameProps {
  readonly assets: Pick<ConsoleAssets, 'iconUrl' | 'styleUrl' | 'scriptUrl'>;
  readonly title: string;
  /** Target of the logo's link. */
  readonly home: string;
  /** Null: nobody is signed in. */
  readonly navigation: Navigation | null;
  /** The signed-in user, in a menu. */
  readonly account: ComponentChildren;
  /** Search field and main actions of the header. */
  readonly header: ComponentChildren;
  /** Result of the previous form. */
  readonly notice?: ComponentChildren;
  /** The notice is a warning. */
  readonly isWarning?: boolean;
  /** A script of the page, besides the console's. */
  readonly script?: string | undefined;
  readonly children: ComponentChildren;
}

/** The frame around every page of the console. */
export function Frame({ assets, navigation, script, ...page }: FrameProps) {
  const { frame: words, keys } = useMessages().layout;
  const { language } = useSpoken();
  const main = (
    <main id="main" tabIndex={-1}>
      <div class="toasts" role="status" data-failed={words.failed}>
        {page.notice && <div class={page.isWarning ? 'notice warn' : 'notice'}>{page.notice}</div>}
      </div>
      {page.children}
    </main>
  );
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{page.title}</title>
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={assets.iconUrl} />
        <link rel="preload" href={FONT_URL} as="font" type="font/woff2" crossOrigin="anonymous" />
        <link rel="stylesheet" href={assets.styleUrl} />
        <script type="module" src={assets.scriptUrl} />
        {script && <script type="module" src={script} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {words.skip}
        </a>
        {navigation === null ? (
          <>
            <header class="entry">
              <Brand href={page.home} />
            </header>
            <div class="entry">
              {main}
              <Foot />
            </div>
          </>
        ) : (
          <div class="app">
            <div class="nav">
              <Sections {...navigation} before={<Brand href={page.home} />} />
              <section class="who" aria-label={words.account}>
                {page.account}
              </section>
            </div>
            <div class="body">
              <header class="top">{page.header}</header>
              <SectionPages {...navigation} />
              {main}
              <Foot />
              <ThumbBar {...navigation} account={page.account} />
            </div>
          </div>
        )}
        {navigation !== null && (
          <>
            <aside id="panel" aria-label={words.preview}>
              <button type="button" class="quiet" title={`${keys.close} (${keys.caps.Esc})`}>
                <Icon name="close" />
                <span class="unseen">{keys.close}</span>
              </button>
              <div />
            </aside>
            <Palette />
            <Keys />
          </>
        )}
      </body>
    </html>
  );
}

function Sections(props: Navigation & { readonly before?: ComponentChildren }) {
  const { label, sections, at, before } = props;
  return (
    <nav aria-label={label}>
      {before}
      <ul>
        {sections.map((section) => (
          <li key={section.path}>
            <SectionLink {...section} isAt={section.path === at && section.pages.length < 2} />
            {section.isOpen && section.pages.length > 1 && <Pages pages={section.pages} at={at} />}
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The pages of a section, each group below its heading. */
function Pages({ pages, at }: Pick<NavSection, 'pages'> & Pick<Navigation, 'at'>) {
  return (
    <ul class="within">
      {pages.map(({ path, name, heading }, index) => (
        <li key={path}>
          {heading !== pages[index - 1]?.heading && <p class="group">{heading}</p>}
          <a href={path} aria-current={path === at ? 'page' : undefined}>
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

function SectionLink(props: NavSection & { readonly isAt: boolean }) {
  const { path, name, icon, waiting = 0, isOpen, isAt } = props;
  return (
    <a
      href={path}
      aria-label={name}
      class={isOpen ? 'open' : undefined}
      aria-current={isAt ? 'page' : undefined}
      data-waiting={waiting === 0 ? undefined : waiting > 99 ? '99+' : waiting}
    >
      <Icon name={icon} />
      {name}
    </a>
  );
}

/** On a phone, where the sections are in a bar: the pages of the open one, above the page. */
function SectionPages({ sections, at }: Navigation) {
  const words = useMessages().layout.frame;
  const open = sections.find(({ isOpen, pages }) => isOpen && pages.length > 1);
  if (open === undefined) return null;
  const { name: section, pages } = open;
  const label = words.pagesOf({ section });
  if (pages.length > STRIP_PAGES_MAX) {
    const page = pages.find(({ path }) => path === at)?.name ?? '';
    return (
      <nav class="section-pages" aria-label={label}>
        <details class="menu">
          <summary>{words.openPage({ section, page })}</summary>
          <div class="sheet nav">
            <Pages {...{ pages, at }} />
          </div>
        </details>
      </nav>
    );
  }
  return (
    <nav class="tabs section-pages" aria-label={label}>
      {pages.map(({ path, name }) => (
        <a key={path} href={path} aria-current={path === at ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

function ThumbBar({ account, ...all }: Navigation & { readonly account: ComponentChildren }) {
  const words = useMessages().layout.frame;
  const { sections, at } = all;
  return (
    <nav class="thumb-bar" aria-label={words.quick}>
      <ul>
        {sections.slice(0, THUMB_SECTIONS).map((section) => (
          <li key={section.path}>
            <SectionLink {...section} isAt={section.path === at} />
          </li>
        ))}
      </ul>
      <details class="menu">
        <summary
          class={sections.findIndex(({ isOpen }) => isOpen) < THUMB_SECTIONS ? undefined : 'open'}
        >
          <Icon name="more" />
          {words.more}
        </summary>
        <div class="sheet">
          <div class="nav">
            <Sections {...all} label={words.more} />
          </div>
          {account}
        </div>
      </details>
    </nav>
  );
}

/** Filled by the script. */
function Palette() {
  const { palette } = useMessages().layout;
  return (
    <dialog id="palette" aria-label={palette.title}>
      <input
        type="text"
        role="combobox"
        aria-label={palette.find}
        aria-expanded="true"
        aria-controls="palette-results"
        placeholder={palette.find}
        maxLength={128}
        autocomplete="off"
        spellcheck={false}
      />
      <div class="results" id="palette-results" role="listbox" aria-label={palette.results} />
    </dialog>
  );
}

const KEYS = [
  ['Ctrl', 'K'],
  ['/'],
  ['j', '↓'],
  ['k', '↑'],
  ['Enter'],
  ['x'],
  ['␣'],
  ['Esc'],
  ['?'],
] as const;

/** The keyboard shortcuts, opened by `?`. */
function Keys() {
  const { keys } = useMessages().layout;
  const caps: Readonly<Record<string, string>> = keys.caps;
  return (
    <dialog id="keys" aria-label={keys.title}>
      <div class="inside stack">
        <h2>{keys.title}</h2>
        <dl class="facts">
          {KEYS.map((each) => (
            <>
              <dt>
                {each.map((key) => (
                  <>
                    <kbd>{caps[key] ?? key}</kbd>{' '}
                  </>
                ))}
              </dt>
              <dd>{keys.does[each[0]]}</dd>
            </>
          ))}
        </dl>
        <label class="check">
          <input type="checkbox" id="keys-on" checked /> {keys.on}
        </label>
        <form method="dialog">
          <button type="submit">{keys.close}</button>
        </form>
      </div>
    </dialog>
  );
}

function Foot() {
  const words = useMessages().layout.frame;
  const { timeZone } = useSpoken();
  return (
    <footer class="bottom">
      <p>
        {words.times({ zone: timeZone.replaceAll('_', ' ') })}{' '}
        <a href="/docs" hreflang="en">
          {words.docs}
        </a>
      </p>
      <Languages />
    </footer>
  );
}

/** Links to the same page in other languages; none when its URL cannot be opened again. */
function Languages() {
  const words = useMessages().layout.frame;
  const { language, isReopenable, query } = useSpoken();
  if (!isReopenable) return null;
  return (
    <nav aria-label={words.languages}>
      <ul>
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
