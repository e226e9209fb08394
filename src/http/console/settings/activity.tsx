import { h } from 'preact';
import { capitalized } from '../../../kernel/capitalized.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { localIn } from '../../../kernel/time/zoned-time.ts';
import {
  type ApiKey,
  listActions,
  listApiKeys,
  listMembers,
  listOperators,
  type Member,
  type MemberAction,
  type MerchantRow,
  operatorKeys,
  visibleMerchants,
  type WhoActed,
} from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { useTitle } from '../exceptions/case-page.tsx';
import { useDates } from '../kit/dates.ts';
import { deskPage } from '../kit/desk-route.ts';
import { useMerchantNames, useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { DayList, Empty } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { idIn, type Subject, subjectsOf } from './activity-subjects.ts';

const AT = '/console/actions';
const HUB_AT = '/console/hub/actions';
const ACTIONS_SHOWN = 200;

/** The activity log: who changed what, in both modes; of a merchant, and for operators of all. */
export function activityRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readDeskActions', async (call) => {
      const { merchantId } = call.tenant;
      const filter = filterOf(call);
      const actions = await listActions(deps.members, merchantId, {
        ...filter,
        limit: ACTIONS_SHOWN,
      });
      const people = await listMembers(deps.members, merchantId);
      const keys = await listApiKeys(deps.keys, call.tenant);
      const subjects = await subjectsOf(deps, call.tenant, actions);
      return h(Page, { deps, call, actions, people, keys, subjects, filter, merchants: null });
    }),
    deskPage(deps, 'readHubActions', async (call) => {
      const filter = filterOf(call);
      const [actions, merchants, people, keys] = await Promise.all([
        listActions(deps.members, null, { ...filter, limit: ACTIONS_SHOWN }),
        visibleMerchants(deps.parts.db.pipeline),
        listOperators(deps.members),
        operatorKeys(deps.parts.db.pipeline),
      ]);
      const subjects = null;
      return h(Page, { deps, call, actions, people, keys, subjects, filter, merchants });
    }),
  ];
}

function filterOf({ query }: Pick<DeskCall, 'query'>): Props['filter'] {
  const by = query.get('by') ?? '';
  return { actorId: isUuid(by) ? by : null, action: query.get('did') || null };
}

interface Props extends DeskPageProps {
  readonly actions: readonly MemberAction[];
  readonly people: readonly Pick<Member, 'userId' | 'person'>[];
  /** What the entries are about, by id; null: nothing is named. */
  readonly subjects: ReadonlyMap<string, Subject> | null;
  /** Whose entries these are; null: the merchant's that the page is about. */
  readonly merchants: readonly MerchantRow[] | null;
  readonly keys: readonly ApiKey[];
  /** Whose entries are shown, and of what; null: all. */
  readonly filter: { readonly actorId: string | null; readonly action: string | null };
}

function Page({ deps, call, actions, people, keys, subjects, filter, merchants }: Props) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().desk.activity;
  const { timeZone } = useSpoken();
  const { moment } = useDates(nowMs);
  const at = merchants === null ? AT : HUB_AT;
  const isFiltered = filter.actorId !== null || filter.action !== null;
  return (
    <DeskLayout
      {...{ deps, at, visitor: call.visitor, scope: { hasDemo: true } }}
      title={words.title}
    >
      <PageHead title={words.heading} lead={merchants === null ? words.lead : words.leadOfAll} />
      <Filters {...{ at, actions, people, keys, filter }} />
      {actions.length === 0 ? (
        <Empty>{isFiltered ? words.noneFound : words.none}</Empty>
      ) : (
        <section class="card" aria-label={words.actions}>
          <DayList
            nowMs={nowMs}
            entries={actions.map((action) => ({
              key: action.id,
              at: localIn(timeZone, action.atMs),
              dateTime: iso(action.atMs),
              title: moment(iso(action.atMs)),
              children: <Entry {...{ action, subjects, merchants }} mode={call.tenant.mode} />,
            }))}
          />
        </section>
      )}
      {actions.length === ACTIONS_SHOWN && <p class="soft">{words.older}</p>}
    </DeskLayout>
  );
}

interface FiltersProps extends Pick<Props, 'actions' | 'people' | 'keys' | 'filter'> {
  readonly at: string;
}

/** Narrows the log to one member or key, and to one kind of action. */
function Filters({ at, actions, people, keys, filter }: FiltersProps) {
  const { desk } = useMessages();
  const { activity: words, frame, shipments } = desk;
  const { locale } = useSpoken();
  const members = people.map(({ userId, person }) => [userId, person.name] as const);
  const ofKeys = keys.map(
    ({ id, name, bootstrap }) =>
      [id, bootstrap ? frame.bootstrapKey : words.key({ name })] as const,
  );
  const kinds = Object.entries<string>(words.did).map(
    ([action, did]) => [action, capitalized(did)] as const,
  );
  const selects = [
    { name: 'by', label: words.who, all: words.anybody, chosen: filter.actorId },
    { name: 'did', label: words.actions, all: words.anything, chosen: filter.action },
  ] as const;
  const by = [...members, ...ofKeys];
  const { actorId } = filter;
  if (actorId !== null && by.every(([id]) => id !== actorId)) {
    const [newest] = actions;
    by.push([actorId, capitalized(newest ? namedAs(newest.who, desk) : words.former)]);
  }
  const choices = {
    by,
    did: kinds.toSorted(([, one], [, other]) => one.localeCompare(other, locale)),
  };
  const shown = selects.filter(({ name }) => choices[name].length > 0);
  return (
    <form method="get" action={at} class="row acts-at-once">
      {shown.map(({ name, label, all, chosen }) => (
        <select key={name} name={name} aria-label={label}>
          <option value="">{all}</option>
          {choices[name].map(([value, text]) => (
            <option key={value} value={value} selected={value === chosen}>
              {text}
            </option>
          ))}
        </select>
      ))}
      <button type="submit" class="apply">
        {shipments.apply}
      </button>
    </form>
  );
}

interface EntryProps extends Pick<Props, 'subjects' | 'merchants'> {
  readonly action: MemberAction;
  /** Of the page, which names it; entries name only another one. */
  readonly mode: MemberAction['mode'];
}

function Entry({ action: entry, subjects, merchants, ...page }: EntryProps) {
  const { who, program, action, subject, mode } = entry;
  const { desk } = useMessages();
  const words = desk.activity;
  const { modes } = desk.frame;
  const did: Readonly<Record<string, string>> = words.did;
  const nameOf = useMerchantNames();
  const merchant = merchants?.find(({ id }) => id === entry.merchantId);
  return (
    <>
      <span class="sentence">
        <b>
          {action === 'signInToDesk' ? words.signedIn({ by: who.kind }) : (did[action] ?? action)}
        </b>
      </span>
      {subject && (
        <About
          {...{ subject, subjects: subjects ?? NOTHING_NAMED }}
          isListed={subjects !== null && !UNLISTED.has(action)}
        />
      )}
      <div class="soft">
        {namedAs(who, desk)}
        {program !== null && ` · ${words.program({ name: program })}`}
        {merchant && ` · ${nameOf(merchant.name)}`}
        {(merchant || mode !== page.mode) && ` · ${modes[mode]}`}
      </div>
    </>
  );
}

/** Actions about something that no finder names, so that a missing name does not mean it is gone. */
const UNLISTED = new Set([
  ...['inviteToDesk', 'withdrawDeskInvitation'],
  ...['importFromDesk', 'matchDeskImport', 'changeDeskShipments', 'removeDeskView'],
  ...['pauseDeskArea', 'resumeDeskArea', 'appointOperator', 'dismissOperator', 'changeDeskSender'],
]);

const NOTHING_NAMED: ReadonlyMap<string, Subject> = new Map();

interface AboutProps {
  readonly subjects: ReadonlyMap<string, Subject>;
  /** As it was recorded: ids and words, some of them the values of forms. */
  readonly subject: string;
  /** Whether the things that it may be about have names while they exist. */
  readonly isListed: boolean;
}

/** What an entry is about, by name, with the recorded text as its tooltip. */
function About({ subject, subjects, isListed }: AboutProps) {
  const { desk, status, console: hub } = useMessages();
  const known: Readonly<Record<string, string>> = {
    ...status.short,
    ...hub.cases.requestKinds,
    ...desk.frame.powers,
    ...desk.frame.roles,
    ...desk.activity.parts,
  };
  const parts = subject.split(' ');
  const ids = parts.map(idIn).filter((id) => id !== null);
  const named = ids.map((id) => subjects.get(id)).find((each) => each !== undefined);
  const isGone = named === undefined && isListed && ids.length > 0;
  const rest = parts
    .filter((part) => idIn(part) === null)
    // Beside a name, a word without a text only repeats it: the carrier of an account.
    .map((part) => known[part] ?? (ids.length === 0 || /^\d/.test(part) ? part : ''))
    .join(' ')
    .trim();
  const texts = [
    named && <SubjectName {...named} />,
    isGone && <span class="soft">{desk.activity.gone}</span>,
    rest && <span class="soft">{rest}</span>,
  ].filter(Boolean);
  return <span title={ids.join(' ') || undefined}>{texts.map((text) => [' · ', text])}</span>;
}

function SubjectName({ name, path, exceptionCase }: Subject) {
  const text = path === null ? name : <a href={path}>{name}</a>;
  if (exceptionCase === undefined) return <>{text}</>;
  return (
    <>
      {text} <CaseTitle {...exceptionCase} />
    </>
  );
}

function CaseTitle(exceptionCase: Parameters<typeof useTitle>[0]) {
  return <span class="soft">{useTitle(exceptionCase).title}</span>;
}

function namedAs(who: WhoActed, { activity: words, frame }: Messages['desk']): string {
  switch (who.kind) {
    case 'first_key':
      return frame.bootstrapKey;
    case 'operator':
      return words.operator;
    case 'api_key':
      return who.name === null ? words.aKey : words.key({ name: who.name });
    case 'member':
      return who.name ?? words.former;
  }
}
