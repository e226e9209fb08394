import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { LANGUAGES, type Language, languageOf } from '../../../platform/messages/languages.ts';
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type Notifications,
  type OpenedChannels,
  type OwnWordsDocument,
  type Rendered,
  type RulesChange,
  type RulesNow,
  ruleSet,
  sampleInput,
  TEMPLATES,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { languageFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import {
  CHANGE_FIELDS,
  MessagesPage,
  TABS,
  type Tab,
  type TabContent,
  tabPath,
} from './messages-page.tsx';
import type { Possible } from './rules-table.tsx';
import { EVERY_MESSAGE } from './sent-table.tsx';
import { fieldsOf, TextPage, textFrom } from './text-page.tsx';

const AT = '/console/messages';

interface TemplateKey {
  readonly template: TemplateName;
  readonly language: Language;
}

interface Sending {
  readonly channelsOf: OpenedChannels['channelsOf'];
  /** Whether the hub has own couriers. */
  readonly couriers: boolean;
}

/** Notification rules, and message texts. */
export function messageRoutes(deps: DeskDeps, sending: Sending): readonly Route[] {
  const { ownWords, templates } = deps.parts.templating;
  const storedAt = async (call: DeskCall, place: TemplateKey) =>
    (await ownWords.list(call.tenant)).find((each) => isAt(each, place)) ?? null;
  const shortOf = async (call: DeskCall, place: TemplateKey) => ({
    channels: (await possibleFor(sending, call.tenant)).channels,
    sms: await render(deps, call, place, 'sms', null),
    push: await render(deps, call, place, 'push', null),
  });
  const contentOf = async (call: DeskCall | DeskFormCall, tab: Tab): Promise<TabContent> => {
    if (tab === 'history' || tab === 'not_sent') return { tab, ...(await sentOf(deps, call, tab)) };
    const language = languageIn(call);
    if (tab !== 'texts') {
      const now = await deps.notifications.rules.now(call.tenant);
      if (tab === 'hours') return { tab, now };
      const template = TEMPLATES.find((name) => name === call.query.get('show')) ?? 'delivered';
      return {
        tab,
        now,
        possible: await possibleFor(sending, call.tenant),
        shown: { template, language, ...(await shortOf(call, { template, language })) },
      };
    }
    const stored = await ownWords.list(call.tenant);
    const texts = await Promise.all(
      TEMPLATES.map(async (template) => {
        const key = { template, language };
        const mail = await render(deps, call, key, 'email', null);
        const subject = mail.kind === 'email' ? mail.subject : '';
        return { template, subject, isOwn: stored.some((each) => isAt(each, key)) };
      }),
    );
    return { tab, language, texts };
  };
  const list = async (call: DeskCall | DeskFormCall, fault?: Problem) =>
    MessagesPage({ deps, call, content: await contentOf(call, tabOf(call)), fault });
  const one = async (call: DeskCall | DeskFormCall, said?: URLSearchParams, fault?: Problem) => {
    const place = templateKeyFrom(call);
    const stored = await storedAt(call, place);
    const short = await shortOf(call, place);
    const fields = fieldsOf(templates.written(place.language, place.template), stored?.document);
    return TextPage({ deps, call, place, stored, ...short, fault, said: said ?? fields });
  };
  return [
    deskPage(deps, 'readDeskMessages', (call) => list(call)),
    deskForm(deps, 'changeDeskRules', async (call) => {
      try {
        if (await isToConfirm(deps.notifications.rules, call)) {
          const fields = CHANGE_FIELDS.map((name) => [name, call.form.get(name) ?? '']);
          return { seeOther: tabPath('rules', Object.fromEntries(fields)) };
        }
        const done = await changeRules(deps.notifications.rules, call);
        return { seeOther: tabPath(tabOf(call), { done }) };
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { invalid: await list(call, error) };
      }
    }),
    deskPage(deps, 'readDeskText', (call) => one(call)),
    deskForm(deps, 'changeDeskText', async (call) => {
      const place = templateKeyFrom(call);
      const at = `${AT}/${place.template}/${place.language}`;
      const shipped = templates.written(place.language, place.template);
      if (call.form.get('do') === 'reset') {
        await ownWords.remove(call.tenant, place, null);
        await call.note(`${place.template} ${place.language}`);
        return { seeOther: `${at}?done=shipped` };
      }
      let document: OwnWordsDocument | null;
      try {
        document = textFrom(call.form, shipped);
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { invalid: await one(call, call.form, error) };
      }
      if (document === null) await ownWords.remove(call.tenant, place, null);
      else await ownWords.store(call.tenant, place, document, null);
      await call.note(`${place.template} ${place.language}`);
      return { seeOther: `${at}?done=saved` };
    }),
    deskPage(deps, 'readDeskTextPreview', async (call) => mailOf(deps, call, null)),
    deskForm(deps, 'previewDeskText', async (call) => {
      const place = templateKeyFrom(call);
      const stored = (await storedAt(call, place))?.document ?? null;
      try {
        const shipped = templates.written(place.language, place.template);
        return await mailOf(deps, call, textFrom(call.form, shipped));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        // While incomplete, the preview shows the stored text.
        return mailOf(deps, call, stored);
      }
    }),
  ];
}

/** Emails count as possible: whoever sets up a provider may want to switch them off before. */
async function possibleFor({ channelsOf, couriers }: Sending, tenant: Tenant): Promise<Possible> {
  const reaches = async (kind: ChannelKind) => {
    if (kind === 'email' || tenant.mode === 'test') return true;
    return (await channelsOf(tenant, kind)).some(({ provider }) => provider !== 'mailbox');
  };
  const reached = await Promise.all(CHANNEL_KINDS.map(reaches));
  return { couriers, channels: CHANNEL_KINDS.filter((_, index) => reached[index]) };
}

async function mailOf(deps: DeskDeps, call: DeskCall, draft: OwnWordsDocument | null) {
  const mail = await render(deps, call, templateKeyFrom(call), 'email', draft);
  return { framedHtml: mail.kind === 'email' ? mail.html : '' };
}

/** Renders a message about an invented parcel, with the texts of `draft`; null: the stored ones. */
function render(
  deps: DeskDeps,
  call: DeskCall,
  { template, language }: TemplateKey,
  kind: ChannelKind,
  draft: OwnWordsDocument | null,
): Promise<Rendered> {
  const [adapter] = deps.parts.adapters.carriers();
  const input = sampleInput({
    tenant: call.tenant,
    template,
    kind,
    locale: language,
    carrier: adapter?.manifest.name ?? 'carrier',
    publicUrl: deps.parts.publicUrl(),
  });
  return deps.parts.templating.templates.preview(input, draft);
}

/** The tab of the page, or of the form that was sent from it; a language alone means the texts. */
function tabOf(call: DeskCall | DeskFormCall): Tab {
  if ('form' in call) return call.form.get('do') === 'hours' ? 'hours' : 'rules';
  const named = TABS.find((each) => each === call.query.get('tab'));
  return named ?? (call.query.has('texts') ? 'texts' : 'history');
}

const MESSAGES_SHOWN = 50;

/** A merchant's messages, newest first: all, or those not sent. */
async function sentOf(
  { parts: { db }, notifications }: DeskDeps,
  { tenant, query }: DeskCall,
  tab: 'history' | 'not_sent',
) {
  const filter = { ...EVERY_MESSAGE, state: tab === 'not_sent' ? tab : null };
  const page = { ...filter, cursor: query.get('cursor') ?? undefined, limit: MESSAGES_SHOWN };
  const { data: messages, next_cursor: nextCursor } = await readPageById(
    `desk-${tab}`,
    tenant,
    page,
    (before, limit) => notifications.list(tenant, filter, { before, limit }),
    (message) => message,
  );
  const ids = new Set(messages.map(({ shipmentId }) => shipmentId));
  const shipments = await shipmentsByIds(db.pipeline, [...ids]);
  const numbers = new Map(shipments.map(({ id, trackingNumber }) => [id, trackingNumber]));
  return { messages, numbers, nextCursor };
}

function languageIn(call: DeskCall): Language {
  return languageOf(call.query.get('texts')) ?? languageFor(call.request);
}

/** Reads the template and language from the path; throws a 404 if either is unknown. */
function templateKeyFrom(call: DeskCall): TemplateKey {
  const template = TEMPLATES.find((name) => name === call.param('template'));
  const language = LANGUAGES.find((name) => name === call.param('language'));
  if (template !== undefined && language !== undefined) return { template, language };
  throw new Problem('not_found', 'desk.noSuchText');
}

function isAt(stored: TemplateKey, { template, language }: TemplateKey): boolean {
  return stored.template === template && stored.language === language;
}

/** Whether a change gives the merchant rules of its own, and has not been confirmed. */
async function isToConfirm(
  rules: Notifications['rules'],
  { tenant, form }: DeskFormCall,
): Promise<boolean> {
  if (form.get('do') === 'reset' || form.get('sure') === 'yes') return false;
  return (await rules.now(tenant)).source !== 'own';
}

type RulesDone = 'switched' | 'hours' | 'shipped';

/**
 * Changes a merchant's rules as the form requests: `do` names the change. Members the form lacks
 * stay unchanged.
 *
 * @throws Problem 422 for invalid input, 409 when somebody has changed them meanwhile
 */
async function changeRules(
  rules: Notifications['rules'],
  { tenant, form, note }: DeskFormCall,
): Promise<RulesDone> {
  const expected = generationIn(form);
  const act = form.get('do');
  if (act === 'reset') {
    assertDone(await rules.remove(tenant, expected));
    await note(null);
    return 'shipped';
  }
  if (act === 'hours') {
    const now = await rules.now(tenant);
    const hours = { from: form.get('from') ?? '', to: form.get('to') ?? '' };
    const changed = parseBody(ruleSet, { ...now.rules, quiet_hours: hours });
    assertDone(await rules.replace(tenant, changed, expected));
    await note(null);
    return 'hours';
  }
  const name = form.get('rule') ?? '';
  const set = (await rules.now(tenant)).rules;
  if (!set.rules.some((each) => each.name === name)) {
    throw new Problem('not_found', 'desk.noSuchRule');
  }
  const of = { name, channel: form.get('channel'), enabled: form.get('enabled') === 'yes' };
  const changed = parseBody(ruleSet, { ...set, rules: switchedIn(set.rules, of) });
  assertDone(await rules.replace(tenant, changed, expected));
  await note(name);
  return 'switched';
}

interface Switched {
  readonly name: string;
  /** Null: all channels of the rule. */
  readonly channel: string | null;
  readonly enabled: boolean;
}

/**
 * Switches a channel of a rule. If the rule has others, the channel gets a rule of its own after it.
 * Pure.
 */
function switchedIn(rules: RulesNow['rules']['rules'], { name, channel, enabled }: Switched) {
  return rules.flatMap((rule) => {
    if (rule.name !== name) return [rule];
    const of = rule.channels.filter((each) => each === channel);
    const others = rule.channels.filter((each) => each !== channel);
    if (of.length === 0 || others.length === 0) return [{ ...rule, enabled }];
    const own = { ...rule, name: `${name}-${channel}`, channels: of, enabled };
    return [{ ...rule, channels: others }, own];
  });
}

/** The version of the rules on the page; -1, which no rules have, if the form states none. */
function generationIn(form: URLSearchParams): number {
  const said = Number(form.get('generation'));
  return Number.isSafeInteger(said) && said >= 0 ? said : -1;
}

/** Throws `Problem` unless the change was made. */
function assertDone(change: RulesChange): void {
  if (change.kind !== 'other') return;
  throw new Problem('conflict', 'desk.rulesChangedMeanwhile', { fix: 'desk.reopenAndRepeat' });
}
