import type { Problem } from '../../../kernel/errors.ts';
import { languageName, localeOf } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import {
  CHANNEL_KINDS,
  type RulesNow,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { Filter } from '../kit/choices.tsx';
import { Faults } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Switch, Table, Tag } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';

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
        <p class="explains">{now.source === 'own' ? words.ownRules : words.shippedRules}</p>
        <Rules {...{ now }} />
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

interface OfRules {
  readonly now: RulesNow;
}

/** A row for each rule, a column for each channel: who gets the message by it. */
function Rules({ now }: OfRules) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  const { audiences, channels } = useMessages().desk.shipment;
  const { language } = useSpoken();
  const used = CHANNEL_KINDS.filter((each) =>
    now.rules.rules.some((rule) => rule.channels.includes(each)),
  );
  const names = (rule: RulesNow['rules']['rules'][number]) =>
    rule.milestones.map((each) => milestones[each]).join(', ');
  const byChannel = used.map((each) => channels[each]);
  const head = [words.tellsOf, ...byChannel, words.more, words.state];
  return (
    <Table label={words.rules} {...{ head }} stacks isDense>
      {now.rules.rules.map((rule) => (
        <tr key={rule.name}>
          <td class="wrap sentence">{names(rule)}</td>
          {used.map((each) => (
            <td key={each} class="sentence">
              {rule.channels.includes(each) &&
                rule.audience.map((one) => audiences[one]).join(', ')}
            </td>
          ))}
          <td class="wrap sentence">{detailsOf(rule, words, language)}</td>
          <td>
            <Switch
              {...{ to: AT, isOn: rule.enabled }}
              label={`${names(rule)} (${rule.channels.map((each) => channels[each]).join(', ')})`}
              fields={{
                do: 'switch',
                rule: rule.name,
                enabled: rule.enabled ? 'no' : 'yes',
                generation: String(now.generation),
              }}
            />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Unusual settings of a rule, which only the API can change. */
function detailsOf(
  rule: RulesNow['rules']['rules'][number],
  words: Messages['desk']['templates'],
  language: Language,
): string {
  const { carriers, tags } = rule.only;
  const only = [...carriers, ...tags];
  const { quiet_hours: hours } = rule;
  return [
    words.notOlder({ age: durationIn(language, rule.max_age) }),
    ...(only.length > 0 ? [words.onlyFor({ what: only.join(', ') })] : []),
    ...(hours === 'off' ? [words.anyTime] : []),
    ...(typeof hours === 'object' ? [words.quietFor({ from: hours.from, to: hours.to })] : []),
  ].join('; ');
}

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** A duration of the rules, such as `24h`, in words: 24 hours. Pure. */
function durationIn(language: Language, duration: string): string {
  const unit = UNITS[duration.slice(-1)];
  if (unit === undefined) return duration;
  const format = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(localeOf(language), format).format(Number(duration.slice(0, -1)));
}

function QuietHours({ now }: OfRules) {
  const words = useMessages().desk.templates;
  const { quiet_hours: hours, time_zone: zone } = now.rules;
  return (
    <section>
      <h2>{words.quietHours}</h2>
      <p>{words.quietMeans({ zone })}</p>
      <PostForm to={AT} class="row">
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
    <Table label={words.texts} head={[words.message, words.subject, words.state]} stacks>
      {texts.map(({ template, subject, isOwn }) => (
        <tr key={template}>
          <td class="wrap">
            <a class="sentence" href={`${AT}/${template}/${language}`}>
              {milestones[template]}
            </a>
          </td>
          <td class="wrap" lang={language}>
            <span lang={language}>{subject}</span>
          </td>
          <td>{isOwn ? <Tag tone="good">{words.own}</Tag> : <Tag>{words.shipped}</Tag>}</td>
        </tr>
      ))}
    </Table>
  );
}
