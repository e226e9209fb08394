import type { ComponentChildren } from 'preact';
import type { Mode } from '../../../kernel/tenant.ts';
import { OPERATORS } from '../../../merchants/index.ts';
import { languageName } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import { useMerchantNames, useMessages, useSpoken } from './language.ts';

interface FilterProps {
  readonly href: string;
  readonly name: string;
  /** Number of matches. */
  readonly count?: number;
  readonly current: boolean;
}

/** A filter of a list: a link, marked when selected. */
function Filter({ href, name, count, current }: FilterProps) {
  return (
    <li>
      <a href={href} aria-current={current ? 'true' : undefined}>
        {name}
        {count !== undefined && (
          <>
            {' '}
            <span class="count">{count}</span>
          </>
        )}
      </a>
    </li>
  );
}

interface FilterMenuProps {
  /** Names the chosen one. */
  readonly summary: ComponentChildren;
  /** What is chosen between. */
  readonly label: string;
  readonly choices: readonly FilterProps[];
  /** Whether it narrows the list. */
  readonly isOn?: boolean;
}

/** A filter of many choices: a menu of links, opened from a chip that names the chosen one. */
export function FilterMenu({ summary, label, choices, isOn = false }: FilterMenuProps) {
  return (
    <details class={isOn ? 'menu on' : 'menu'}>
      <summary>{summary}</summary>
      <ul class="sheet links" aria-label={label}>
        {choices.map((choice) => (
          <Filter key={choice.href} {...choice} />
        ))}
      </ul>
    </details>
  );
}

interface SegmentsProps {
  readonly label: string;
  readonly choices: readonly FilterProps[];
}

/** A filter of few choices, side by side. */
export function Segments({ label, choices }: SegmentsProps) {
  return (
    <ul class="filters segments" aria-label={label}>
      {choices.map((choice) => (
        <Filter key={choice.href} {...choice} />
      ))}
    </ul>
  );
}

interface FindProps {
  /** The page, to which the name is sent as `find`. */
  readonly at: string;
  readonly label: string;
  /** What else the page is asked for. */
  readonly fields: Readonly<Record<string, string>>;
}

/** No name is longer. */
const FIND_CHARS_MAX = 64;

/** The letters that `Find` sent, and whether a name has them: every name, if there are none. Pure. */
export function findIn(query: URLSearchParams) {
  const wanted = query.get('find')?.trim().slice(0, FIND_CHARS_MAX) ?? '';
  const letters = wanted.toLowerCase();
  return { wanted, matches: (name: string) => name.toLowerCase().includes(letters) };
}

/** A field that narrows a list to the names with these letters. */
export function Find({ at, label, fields }: FindProps) {
  const value = findIn(useSpoken().query).wanted;
  return (
    <form class="find acts-at-once" method="get" action={at}>
      {Object.entries(fields).map(([name, chosen]) => (
        <input key={name} type="hidden" name={name} value={chosen} />
      ))}
      <label for="find">{label}</label>
      <input id="find" name="find" type="search" value={value} autocomplete="off" />
      <button type="submit" class="apply">
        {useMessages().desk.shipments.apply}
      </button>
    </form>
  );
}

interface LanguageSegmentsProps {
  readonly language: Language;
  /** Path of the page in another language. */
  readonly pathIn: (language: Language) => string;
}

/** The choice of the language of texts. */
export function LanguageSegments({ language, pathIn }: LanguageSegmentsProps) {
  const reader = useSpoken().language;
  const choices = LANGUAGES.map((each) => ({
    href: pathIn(each),
    name: languageName(each, reader),
    current: each === language,
  }));
  return <Segments label={useMessages().desk.templates.language} choices={choices} />;
}

interface ModeSegmentsProps<Chosen> {
  /** What is chosen between; null: both modes together. */
  readonly modes: readonly Chosen[];
  readonly mode: Chosen;
  /** Path of the page in another mode. */
  readonly pathIn: (mode: Chosen) => string;
}

/** The choice between live and test. */
export function ModeSegments<Chosen extends Mode | null>(props: ModeSegmentsProps<Chosen>) {
  const { modes, mode, pathIn } = props;
  const { layout, desk } = useMessages();
  const choices = modes.map((each) => ({
    href: pathIn(each),
    name: each === null ? desk.frame.bothModes : desk.frame.modes[each],
    current: each === mode,
  }));
  return <Segments label={layout.pieces.mode} choices={choices} />;
}

interface Merchant {
  readonly slug: string;
  readonly name: string;
}

interface MerchantMenuProps<Chosen> {
  readonly merchants: readonly Chosen[];
  readonly chosen: Chosen | null;
  /** Path of the page of another merchant; null: of all. */
  readonly pathOf: (merchant: Chosen | null) => string;
  /** Whether all merchants can be chosen together. */
  readonly hasAll?: boolean;
}

/** A longer menu would not help the choice. */
const MERCHANTS_LISTED = 500;

/** The choice of a merchant. */
export function MerchantMenu<Chosen extends Merchant>(props: MerchantMenuProps<Chosen>) {
  const { merchants, chosen, pathOf, hasAll = false } = props;
  const { layout, desk } = useMessages();
  const nameOf = useMerchantNames();
  const all = { href: pathOf(null), name: desk.frame.allMerchants, current: chosen === null };
  // The owner of operators' keys has no parcels.
  const real = merchants.filter(({ slug }) => slug !== OPERATORS.slug);
  const each = real.slice(0, MERCHANTS_LISTED).map((merchant) => ({
    href: pathOf(merchant),
    name: nameOf(merchant.name),
    current: merchant.slug === chosen?.slug,
  }));
  return (
    <FilterMenu
      summary={layout.pieces.ofMerchant({
        name: chosen === null ? desk.frame.allMerchants : nameOf(chosen.name),
      })}
      label={layout.pieces.merchant}
      choices={hasAll ? [all, ...each] : each}
      isOn={hasAll && chosen !== null}
    />
  );
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly {
    readonly href: string;
    readonly name: string;
    /** Absent: not counted. */
    readonly count?: ComponentChildren;
    readonly isCurrent: boolean;
    readonly isUrgent?: boolean;
  }[];
}

/** The states of a list, one in each tab, with numbers; a script follows them in place. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label} data-in-place>
      {tabs.map(({ href, name, count = null, isCurrent, isUrgent = false }) => (
        <a
          key={href}
          href={href}
          aria-current={isCurrent ? 'page' : undefined}
          class={isUrgent ? 'bad' : undefined}
        >
          {name} {count !== null && <span>{count}</span>}
        </a>
      ))}
    </nav>
  );
}
