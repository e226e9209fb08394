import { capitalized } from '../../../kernel/capitalized.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type {
  Notification,
  RulesNow,
  TemplateName,
} from '../../../reactions/notifications/index.ts';
import { LanguageSegments, Tabs } from '../kit/choices.tsx';
import { Faults } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Empty, Older, Table, Tag } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { PreviewFrame } from '../settings/preview-frame.tsx';
import { type Possible, RulesTable, UsualAge } from './rules-table.tsx';
import { SentTable } from './sent-table.tsx';
import { Short, type ShortProps } from './text-page.tsx';

const AT = '/console/messages';

export const TABS = ['history', 'not_sent', 'rules', 'texts', 'hours'] as const;
export type Tab = (typeof TABS)[number];

/** The content of a tab. */
export type TabContent =
  | {
      readonly tab: 'rules';
      readonly now: RulesNow;
      readonly possible: Possible;
      readonly shown: ShownText;
    }
  | { readonly tab: 'hours'; readonly now: RulesNow }
  | { readonly tab: 'texts'; readonly language: Language; readonly texts: readonly Text[] }
  | {
      readonly tab: 'history' | 'not_sent';
      readonly messages: readonly Notification[];
      /** Tracking numbers by shipment id. */
      readonly numbers: ReadonlyMap<string, string>;
      readonly nextCursor: string | null;
    };

/** The text of one event, as it is previewed beside the rules. */
interface ShownText extends ShortProps {
  readonly template: TemplateName;
}

interface Text {
  readonly template: TemplateName;
  readonly subject: string;
  /** Changed by the merchant. */
  readonly isOwn: boolean;
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly content: TabContent;
  readonly fault: Problem | undefined;
}

/** The path of a tab of the page. Pure. */
export function tabPath(tab: Tab, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...(tab !== 'history' && { tab }), ...more });
  return query.size === 0 ? AT : `${AT}?${query}`;
}

/** What was sent, who is notified of what, and the text of each message; each in a tab. */
export function MessagesPage({ deps, call, content, fault }: Props) {
  const words = messagesFor(call).desk.templates;
  const { parcels } = messagesFor(call).desk.frame;
  const { visitor } = call;
  const tabs = TABS.map((tab) => ({
    ...{ href: tabPath(tab), name: words.tabs[tab], count: null, isUrgent: false },
    isCurrent: tab === content.tab,
  }));
  return (
    <DeskLayout
      {...{ deps, visitor }}
      title={words.title}
      at={AT}
      notice={doneOf(call, words.done)}
    >
      <h1>{words.title}</h1>
      {!isDemo(call.tenant) && (
        <p class="lead">{words.lead({ parcels: parcels[call.tenant.mode] })}</p>
      )}
      {fault && <Faults problem={fault} fields={{ '/quiet_hours': { name: words.quietHours } }} />}
      <Tabs label={words.title} tabs={tabs} />
      <Content {...{ deps, call, content }} />
    </DeskLayout>
  );
}

function Content({ deps, call, content }: Pick<Props, 'deps' | 'call' | 'content'>) {
  switch (content.tab) {
    case 'rules':
      return <Rules call={call} {...content} />;
    case 'hours':
      return <QuietHours now={content.now} />;
    case 'texts':
      return <Texts {...content} />;
    default:
      return <History {...content} call={call} nowMs={deps.parts.clock.nowMs()} />;
  }
}

function History(
  props: Extract<TabContent, { tab: 'history' | 'not_sent' }> &
    Pick<Props, 'call'> & { readonly nowMs: number },
) {
  const { call, tab, messages, nextCursor } = props;
  const { shipment, templates: words } = useMessages().desk;
  if (messages.length === 0) {
    const others = (
      <p class="row">
        {(['rules', 'texts'] as const).map((each) => (
          <a key={each} class="button" href={tabPath(each)}>
            {words.tabs[each]}
          </a>
        ))}
      </p>
    );
    return (
      <Empty
        action={tab === 'history' && others}
        {...(isDemo(call.tenant)
          ? { says: { title: shipment.noDemoMessages, text: words.demoLead } }
          : { children: words.noneOf[tab] })}
      />
    );
  }
  return (
    <>
      <SentTable {...props} />
      {nextCursor !== null && <Older href={tabPath(tab, { cursor: nextCursor })} />}
    </>
  );
}

function Rules({
  call,
  now,
  possible,
  shown,
}: { readonly call: Props['call'] } & Extract<TabContent, { tab: 'rules' }>) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  const { template, language } = shown;
  const at = `${AT}/${template}/${language}`;
  const generation = String(now.generation);
  const sent = now.rules.rules
    .filter(({ enabled, milestones: of }) => enabled && of[0] === template)
    .flatMap(({ channels }) => channels);
  return (
    <>
      <p class="explains lead">
        {now.source === 'own' ? words.ownRules : words.shippedRules} <UsualAge {...{ now }} />
      </p>
      <Confirm {...{ call, now }} />
      <div class="with-samples">
        <RulesTable
          {...{ now, possible, to: AT }}
          shown={template}
          pathOf={(each) => tabPath('rules', { show: each })}
        />
        <div class="stack" id="shown">
          <PreviewFrame
            title={words.previewTitle}
            heading={capitalized(milestones[template])}
            src={`${at}/preview`}
          >
            <p>
              <a href={at}>{words.editText}</a>
            </p>
            <Short {...shown} sent={sent} />
          </PreviewFrame>
        </div>
      </div>
      {now.source === 'own' && (
        <Action to={AT} {...{ label: words.reset }} fields={{ do: 'reset', generation }} />
      )}
    </>
  );
}

/** The fields of a change, in the query of the page that asks about it. */
export const CHANGE_FIELDS = ['do', 'rule', 'channel', 'enabled', 'from', 'to'] as const;

/** Asks before the first change, which gives the merchant rules of its own. */
function Confirm({ call, now }: { readonly call: Props['call'] } & OfRules) {
  const words = useMessages().desk.templates;
  if (!call.query.has('do') || now.source === 'own') return null;
  const fields = CHANGE_FIELDS.map((name) => [name, call.query.get(name) ?? ''] as const);
  return (
    <div class="card text" role="status">
      <p>{words.sureOwn}</p>
      <PostForm to={AT} class="row">
        {[...fields, ['generation', String(now.generation)] as const].map(([name, value]) => (
          <input key={name} type="hidden" {...{ name, value }} />
        ))}
        <button type="submit" class="primary" name="sure" value="yes">
          {words.useOwn}
        </button>
        <a class="button" href={tabPath('rules')}>
          {words.keepDefaults}
        </a>
      </PostForm>
    </div>
  );
}

interface OfRules {
  readonly now: RulesNow;
}

function QuietHours({ now }: OfRules) {
  const words = useMessages().desk.templates;
  const { quiet_hours: hours, time_zone: zone } = now.rules;
  return (
    <section class="card text">
      <p>{words.quietMeans({ zone })}</p>
      <PostForm to={AT} class="row quiet-hours">
        <input type="hidden" name="generation" value={String(now.generation)} />
        <label for="from">{words.from}</label>
        <input id="from" name="from" type="time" value={hours.from} required />
        <label for="to">{words.to}</label>
        <input id="to" name="to" type="time" value={hours.to} required />
        <button type="submit" name="do" value="hours">
          {words.save}
        </button>
      </PostForm>
    </section>
  );
}

function Texts({ language, texts }: Extract<TabContent, { tab: 'texts' }>) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  return (
    <>
      <div class="chips">
        <LanguageSegments
          language={language}
          pathIn={(each) => tabPath('texts', { texts: each })}
        />
      </div>
      <Table label={words.texts} head={[words.message, words.subject]} stacks="bare">
        {texts.map(({ template, subject, isOwn }) => (
          <tr key={template}>
            <td>
              <a href={`${AT}/${template}/${language}`}>{capitalized(milestones[template])}</a>{' '}
              {isOwn && <Tag tone="good">{words.own}</Tag>}
            </td>
            <td class="wrap soft" lang={language}>
              {subject}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
