import type { ComponentChildren } from 'preact';
import { isDemo, MODES, type Mode } from '../../../kernel/tenant.ts';
import { LISTED_MERCHANTS, mayDo } from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { DEMO_AT, DEMO_RULE_ID, DemoMark, DemoRule } from '../demo/demo-notice.tsx';
import { SetupBar, type SetupStep } from '../setup/steps.tsx';
import { FormTokenIn, PostForm, ReadOnlyIn, useIsReadOnly } from './fields.tsx';
import { Frame } from './frame.tsx';
import { Icon } from './icons.tsx';
import { useMerchantNames, useMessages, useSpoken } from './language.ts';
import { accountPages, navigationFor } from './navigation.ts';
import { Tag } from './pieces.tsx';
import type { DeskDeps, DeskVisitor } from './visit.ts';
import { NowAt, PageModeIn } from './whose.tsx';

interface DeskLayoutProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: DeskVisitor | null;
  /** The token of its forms while nobody is signed in. */
  readonly csrf?: string;
  readonly at?: string;
  readonly notice?: ComponentChildren;
  /** The notice is a warning. */
  readonly isWarning?: boolean;
  /** When the page is visited as this step of the setup. */
  readonly setup?: SetupStep | null;
  /** Whether it was done just now; absent: true with a notice that is not a warning. */
  readonly isStepDone?: boolean;
  /** What a page of the hub shows; absent: all merchants, in both modes. */
  readonly scope?: HubScope;
  /** A script of the page, besides the console's. */
  readonly script?: string;
  /**
   * The main actions of the page, in the header before "Add parcel", which is then a plain button;
   * null: they are on the page itself.
   */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of every page of the desk. */
export function DeskLayout(props: DeskLayoutProps) {
  const { deps, title, visitor, at, isWarning = false, setup, script, children } = props;
  const { desk, console: hub } = useMessages();
  const outcomes: Readonly<Record<string, string>> = hub.notices;
  const { done } = useSpoken();
  const isKnown = done !== null && Object.hasOwn(outcomes, done);
  const said = props.notice ?? (isKnown ? outcomes[done] : null);
  const notice = said ?? (visitor?.cameFrom && <NowAt visitor={visitor} />);
  const { isStepDone = Boolean(notice) && !isWarning, csrf = visitor?.csrf ?? '' } = props;
  const words = desk.frame;
  // The pages of the hub show all merchants, and the page about the demo says it itself.
  const isOfDemo = visitor !== null && isDemo(visitor.tenant) && at !== DEMO_AT && !isHubPage(at);
  return (
    <FormTokenIn value={csrf}>
      <Frame
        assets={deps.assets}
        title={`${title} · Waybill`}
        home="/console"
        navigation={visitor && navigationFor(visitor, at, words)}
        account={visitor && <Account visitor={visitor} at={at} />}
        header={visitor && <Header {...{ ...props, visitor, isOfDemo }} />}
        notice={notice}
        isWarning={isWarning}
        script={script}
      >
        {isOfDemo && visitor.isDemoBeingFilled && <p class="notice">{desk.demo.making}</p>}
        {setup && visitor && <SetupBar step={setup} isDone={isStepDone} />}
        <PageModeIn value={visitor?.tenant.mode ?? 'live'}>
          {isOfDemo && (visitor.isReadOnly || at === IMPORT_AT) && (
            <DemoRule visitor={visitor} next={at} />
          )}
          {isOfDemo && visitor.isReadOnly ? (
            <ReadOnlyIn value={true}>
              <fieldset class="read-only" aria-describedby={DEMO_RULE_ID} disabled>
                {children}
              </fieldset>
            </ReadOnlyIn>
          ) : (
            children
          )}
        </PageModeIn>
      </Frame>
    </FormTokenIn>
  );
}

interface PageHeadProps {
  readonly title: ComponentChildren;
  /** The pages that lead to this one, the nearest last. */
  readonly above?: readonly (readonly [path: string, name: string])[];
  /** What stands beside the title: the state of what it names. */
  readonly marks?: ComponentChildren;
  /** What the page is about, in a sentence. */
  readonly lead?: ComponentChildren;
  /** What can be done on the page. */
  readonly children?: ComponentChildren;
}

/** The heading of a page, with the way back before it and what can be done at its end. */
export function PageHead({ title, above = [], marks, lead, children }: PageHeadProps) {
  return (
    <div class="page-head">
      {above.length > 0 && (
        <p class="crumbs">
          {above.map(([path, name]) => (
            <a key={path} href={path}>
              {name}
            </a>
          ))}
        </p>
      )}
      <h1>{title}</h1>
      {marks}
      {children}
      {lead && <p class="lead">{lead}</p>}
    </div>
  );
}

interface AddingProps {
  /** What the button says, and the title of the form. */
  readonly label: string;
  /** The page, to which its form is sent. */
  readonly to: string;
  /** Where the form is left; absent: the page. */
  readonly back?: string;
  readonly submit: string;
  /** As a step of the setup, and after a refusal. */
  readonly isOpen: boolean;
  /** The fields of the form. */
  readonly children: ComponentChildren;
}

/**
 * The main action of a page with a list: opens the form for something new. It is in the head of the
 * page, or the action of its empty list.
 */
export function Adding({ label, to, back = to, submit, isOpen, children }: AddingProps) {
  const words = useMessages().layout.pieces;
  if (useIsReadOnly()) return null;
  return (
    <details class="adding" open={isOpen}>
      <summary class="button primary">
        <Icon name="add" />
        <span>{label}</span>
      </summary>
      <PostForm to={to} class="stack narrow card">
        <h2>{label}</h2>
        {children}
        <div class="row">
          <button type="submit" class="primary">
            {submit}
          </button>
          <a class="button" href={back}>
            {words.cancel}
          </a>
        </div>
      </PostForm>
    </details>
  );
}

interface FoldedCardProps {
  readonly id: string;
  readonly title: ComponentChildren;
  /** What is in it, in a line: shown while it is folded. */
  readonly brief?: string | undefined;
  readonly children: ComponentChildren;
}

/** A card of a record; where there is room it is open, on a phone on demand. */
export function FoldedCard({ id, title, brief, children }: FoldedCardProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <details class="fold">
        <summary>
          <h2 id={id}>{title}</h2>
          {brief && <span class="brief-line">{brief}</span>}
        </summary>
        {children}
      </details>
    </section>
  );
}

/** In the demo it works, and says how far. */
const IMPORT_AT = '/console/import';

/** Pages on which "Add parcel" is the main action unless they have one of their own. */
const OF_PARCELS = ['/console', '/console/shipments'];

interface HeaderProps extends Pick<DeskLayoutProps, 'actions' | 'at' | 'scope'> {
  readonly visitor: DeskVisitor;
  /** A mark says that this is the demo, which is only in test mode. */
  readonly isOfDemo: boolean;
}

/** Whether a page is of the hub: such pages show all merchants, in both modes. */
const isHubPage = (at = '') => at.startsWith('/console/hub');

function Header({ visitor, at = '', isOfDemo, actions, scope }: HeaderProps) {
  const words = useMessages().desk.frame;
  const { query } = useSpoken();
  const isOfHub = isHubPage(at);
  const isTest = visitor.tenant.mode === 'test' && !isOfHub && !isOfDemo;
  const [path, name, label, placeholder] = isOfHub
    ? (['/console/hub/shipments', 'number', words.searchHub, words.searchHub] as const)
    : (['/console/shipments', 'q', words.search, words.searchShort] as const);
  return (
    <>
      <search>
        <form method="get" action={path}>
          <label class="unseen" for="q">
            {label}
          </label>
          <input
            {...{ id: 'q', name, type: 'search', placeholder }}
            value={query.get(name) ?? ''}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
          />
          <kbd>{words.paletteKey}</kbd>
        </form>
      </search>
      <span class="space" />
      {isOfDemo && <DemoMark visitor={visitor} />}
      {isOfHub && <Scope {...{ visitor, ...scope }} />}
      {isTest && (
        <span class="test-mode" title={words.testModeMeans}>
          {words.testMode}
        </span>
      )}
      {actions}
      {!isOfHub && mayDo(visitor, 'shipments:change') && (
        <a
          class={OF_PARCELS.includes(at) && actions === undefined ? 'button primary' : 'button'}
          href="/console/shipments/new"
        >
          <Icon name="add" />
          <span>{words.addParcel}</span>
        </a>
      )}
    </>
  );
}

/** The merchant and mode of a page of the hub; null or absent: all. */
interface HubScope {
  readonly merchant?: { readonly name: string } | null;
  readonly mode?: Mode | null;
  /** Whether the demo is among all merchants. */
  readonly hasDemo?: boolean;
}

/** Whose parcels the figures of a page of the hub count. */
function Scope({
  visitor,
  merchant,
  mode,
  hasDemo = false,
}: HubScope & Pick<HeaderProps, 'visitor'>) {
  const words = useMessages().desk.frame;
  const nameOf = useMerchantNames();
  const isOfAll = merchant === undefined || merchant === null;
  const isWithoutDemo =
    isOfAll && !hasDemo && visitor.memberships.some(({ tenant }) => isDemo(tenant));
  return (
    <span class="soft scope">
      {isOfAll ? words.allMerchants : nameOf(merchant.name)},{' '}
      {mode ? words.modes[mode] : words.bothModes}
      {isWithoutDemo && `, ${words.withoutDemo}`}
    </span>
  );
}

interface AccountProps {
  readonly visitor: DeskVisitor;
  readonly at: string | undefined;
}

/** The menu of the signed-in user: what they look at, their own pages, and signing out. */
function Account({ visitor, at }: AccountProps) {
  const { actor, role, power, merchant, tenant } = visitor;
  const words = useMessages().desk.frame;
  const merchantName = useMerchantNames()(merchant.name);
  const name =
    actor.kind === 'user'
      ? actor.person.name
      : actor.kind === 'key'
        ? words.bootstrapKey
        : words.key({ name: actor.name });
  return (
    <details class="menu">
      <summary>
        <span class="avatar" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
        <span>
          <strong>{name}</strong>
          <span class="soft sentence" title={`${merchantName} · ${words.modes[tenant.mode]}`}>
            {isHubPage(at) && power ? words.powers[power] : merchantName}
          </span>
        </span>
        <Icon name="choose" />
      </summary>
      <div class="sheet">
        {(power ?? role) && (
          <p class="tags">
            {power && <Tag>{words.powers[power]}</Tag>}
            {role && <Tag>{words.roles[role]}</Tag>}
          </p>
        )}
        <Switch visitor={visitor} />
        {actor.kind === 'user' && (
          <ul class="links">
            {accountPages(words).map(({ path, name: page }) => (
              <li key={path}>
                <a href={path} aria-current={path === at ? 'page' : undefined}>
                  {page}
                </a>
              </li>
            ))}
          </ul>
        )}
        <PostForm to="/console/sign-out" class="stack">
          <button type="submit">{words.signOut}</button>
        </PostForm>
      </div>
    </details>
  );
}

/** The current merchant and mode, and a switch to others. */
function Switch({ visitor }: { readonly visitor: DeskVisitor }) {
  const { tenant, memberships, power } = visitor;
  const words = useMessages().desk.frame;
  const nameOf = useMerchantNames();
  const isCut = power !== null && memberships.length >= LISTED_MERCHANTS;
  return (
    <PostForm to="/console/switch" class="stack">
      <label>
        {words.merchantAndMode}
        <select name="of">
          {memberships.flatMap(({ tenant: { merchantId: id }, name }) =>
            (isDemo({ merchantId: id }) ? MODES.slice(1) : MODES).map((mode) => (
              <option
                key={`${id} ${mode}`}
                value={`${id} ${mode}`}
                selected={id === tenant.merchantId && mode === tenant.mode}
              >
                {nameOf(name)}, {words.modes[mode]}
              </option>
            )),
          )}
        </select>
      </label>
      {isCut && (
        <label>
          {words.anotherMerchant}
          <input name="slug" maxLength={64} autocomplete="off" />
        </label>
      )}
      <button type="submit">{words.switch}</button>
    </PostForm>
  );
}

/** Pages of one subject, of which the menu names the first. */
const SUBJECTS = {
  mappings: [
    ['/console/hub/mappings', 'mappings'],
    ['/console/hub/mapping-jobs', 'mappingJobs'],
  ],
  dates: [
    ['/console/hub/edd/accuracy', 'deliveryDates'],
    ['/console/hub/edd/models', 'predictions'],
  ],
} as const satisfies Readonly<
  Record<string, readonly (readonly [path: string, title: keyof Messages['console']])[]>
>;

interface PageTabsProps {
  readonly of: keyof typeof SUBJECTS;
  readonly at: string;
}

/** Links between the pages of a subject, below their headings. */
export function PageTabs({ of, at }: PageTabsProps) {
  const { console: words, layout } = useMessages();
  const pages = SUBJECTS[of];
  return (
    <nav class="tabs" aria-label={layout.frame.pagesOf({ section: words[pages[0][1]].title })}>
      {pages.map(([path, title]) => (
        <a key={path} href={path} aria-current={path === at ? 'page' : undefined}>
          {title === 'deliveryDates' ? words.deliveryDates.tab : words[title].title}
        </a>
      ))}
    </nav>
  );
}
