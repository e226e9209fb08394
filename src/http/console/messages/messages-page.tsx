import { capitalized } from '../../../kernel/capitalized.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { languageName } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import type { RulesNow, TemplateName } from '../../../reactions/notifications/index.ts';
import { Filter } from '../kit/choices.tsx';
import { Faults } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Table, Tag } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { RulesTable, UsualAge } from './rules-table.tsx';

const AT = '/console/messages';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly now: RulesNow;
  /** Language of the listed texts. */
  readonly language: Language;
  readonly texts: readonly {
    readonly template: TemplateName;
    readonly subject: string;
    /** Changed by the merchant. */
    readonly isOwn: boolean;
  }[];
  readonly fault: Problem | undefined;
}

/** Who is notified of what on which channel, and the text of each message. */
export function MessagesPage({ deps, call, now, language, texts, fault }: Props) {
  const words = messagesFor(call).desk.templates;
  const { parcels } = messagesFor(call).desk.frame;
  const { visitor } = call;
  const generation = String(now.generation);
  return (
    <DeskLayout
      {...{ deps, visitor }}
      title={words.title}
      at={AT}
      notice={doneOf(call, words.done)}
    >
      <h1>{words.title}</h1>
      <p class="lead">{words.lead({ parcels: parcels[call.tenant.mode] })}</p>
      {fault && <Faults problem={fault} fields={{ '/quiet_hours': { name: words.quietHours } }} />}
      <section>
        <h2>{words.rules}</h2>
        <p class="explains lead">
          {now.source === 'own' ? words.ownRules : words.shippedRules} <UsualAge {...{ now }} />
        </p>
        <Confirm {...{ call, now }} />
        <RulesTable {...{ now, to: AT }} />
        {now.source === 'own' && (
          <Action to={AT} {...{ label: words.reset }} fields={{ do: 'reset', generation }} />
        )}
      </section>
      <QuietHours {...{ now }} />
      <section>
        <h2>{words.texts}</h2>
        <ul class="filters" aria-label={words.language}>
          {LANGUAGES.map((each) => (
            <LanguageFilter key={each} {...{ each, language }} />
          ))}
        </ul>
        <Texts {...{ language, texts }} />
      </section>
    </DeskLayout>
  );
}

function LanguageFilter({
  each,
  language,
}: {
  readonly each: Language;
  readonly language: Language;
}) {
  const reader = useSpoken().language;
  return (
    <Filter
      href={`${AT}?texts=${each}`}
      name={languageName(each, reader)}
      current={each === language}
    />
  );
}

/** The fields of a change, in the query of the page that asks about it. */
export const CHANGE_FIELDS = ['do', 'rule', 'channel', 'enabled', 'from', 'to'] as const;

/** Asks before the first change, which gives the merchant rules of its own. */
function Confirm({ call, now }: Pick<Props, 'call' | 'now'>) {
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
        <a class="button" href={AT}>
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
    <section>
      <h2>{words.quietHours}</h2>
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

function Texts({ language, texts }: Pick<Props, 'language' | 'texts'>) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  return (
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
  );
}
