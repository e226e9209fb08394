import { capitalized } from '../../../kernel/capitalized.ts';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type RulesNow,
  TEMPLATES,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { Switch, Table } from '../kit/pieces.tsx';

type Rule = RulesNow['rules']['rules'][number];

/** What can be sent at all. */
export interface Possible {
  /** The kinds of messages that reach anybody. */
  readonly channels: readonly ChannelKind[];
  /** Whether the hub has own couriers. */
  readonly couriers: boolean;
}

interface Props {
  readonly now: RulesNow;
  readonly possible: Possible;
  /** Where its switches post. */
  readonly to: string;
  /** The event whose text is shown beside the table, and the paths of the others. */
  readonly shown: TemplateName;
  readonly pathOf: (template: TemplateName) => string;
}

/** A row for each event, with a switch for each channel, or why it has none. The shown one says more. */
export function RulesTable({ now, possible, to, shown, pathOf }: Props) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  const { language } = useSpoken();
  const { rules } = now.rules;
  const usual = usualAgeOf(rules);
  const rows = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.milestones, conditionsOf(rule, usual, words, language)]);
    rows.set(key, [...(rows.get(key) ?? []), rule]);
  }
  const channels = CHANNEL_KINDS.filter((each) =>
    rules.some((rule) => rule.channels.includes(each)),
  );
  const { channels: names } = useMessages().desk.shipment;
  const head = [words.tellsOf, ...channels.map((each) => capitalized(names[each]))];
  return (
    <Table label={words.rules} head={head} isDense>
      {[...rows.values()].map((row) => {
        const [first] = row;
        if (first === undefined) return null;
        const name = capitalized(first.milestones.map((each) => milestones[each]).join(', '));
        const template = TEMPLATES.find((each) => each === first.milestones[0]);
        return (
          <tr key={first.name} aria-current={template === shown ? 'true' : undefined}>
            <td class="wrap">
              {template === undefined ? (
                <b>{name}</b>
              ) : (
                <a href={`${pathOf(template)}#shown`}>{name}</a>
              )}
              {template === shown && (
                <p>
                  <Reached {...{ row }} conditions={conditionsOf(first, usual, words, language)} />
                </p>
              )}
            </td>
            <Switches
              {...{ row, name, to, channels, possible }}
              generation={String(now.generation)}
            />
          </tr>
        );
      })}
    </Table>
  );
}

interface ReachedProps {
  readonly row: readonly Rule[];
  readonly conditions: string;
}

/** Whom an event's messages reach, and on what conditions. */
function Reached({ row, conditions }: ReachedProps) {
  const { audiences, channels } = useMessages().desk.shipment;
  const words = useMessages().desk.templates;
  const by = new Map<string, string[]>();
  for (const { audience, channels: kinds } of row) {
    const whom = audience.map((each) => audiences[each]).join(', ');
    by.set(whom, [...(by.get(whom) ?? []), ...kinds.map((each) => channels[each])]);
  }
  // The columns name the channels, unless they reach different people.
  const reached = [...by].map(([whom, kinds]) =>
    by.size === 1
      ? capitalized(whom)
      : words.reached({ channels: capitalized([...new Set(kinds)].join(', ')), audiences: whom }),
  );
  return <span class="soft">{[...reached, conditions].filter(Boolean).join(' · ')}</span>;
}

interface SwitchesProps {
  readonly row: readonly Rule[];
  /** The event. */
  readonly name: string;
  readonly to: string;
  readonly generation: string;
  /** Of the columns. */
  readonly channels: readonly ChannelKind[];
  readonly possible: Possible;
}

/** The event that only own couriers report. */
const OF_COURIERS = 'arriving';

/** The switches of an event: one for each channel of each rule. */
function Switches({ row, name, to, generation, channels, possible }: SwitchesProps) {
  const { channels: names } = useMessages().desk.shipment;
  const { off } = useMessages().desk.templates;
  const occurs = possible.couriers || row[0]?.milestones.some((each) => each !== OF_COURIERS);
  return channels.map((channel) => {
    const rules = row.filter((rule) => rule.channels.includes(channel));
    const reason =
      rules.length === 0
        ? off.no_rule({ channel: names[channel] })
        : !occurs
          ? off.no_couriers
          : possible.channels.includes(channel)
            ? null
            : off.no_channel({ channel: names[channel] });
    if (reason !== null) {
      return (
        <td key={channel} class="switches soft" title={reason}>
          <span aria-hidden="true">–</span>
          <span class="unseen">{reason}</span>
        </td>
      );
    }
    return (
      <td key={channel} class="switches">
        {rules.map((rule) => (
          <Switch
            key={rule.name}
            {...{ to, isOn: rule.enabled }}
            label={`${name} (${capitalized(names[channel])})`}
            fields={{
              do: 'switch',
              rule: rule.name,
              channel,
              enabled: rule.enabled ? 'no' : 'yes',
              generation,
            }}
          />
        ))}
      </td>
    );
  });
}

/** The age above which most rules send nothing, said once above the table; null: no rules. */
export function UsualAge({ now }: Pick<Props, 'now'>) {
  const words = useMessages().desk.templates;
  const { language } = useSpoken();
  const usual = usualAgeOf(now.rules.rules);
  return usual === null ? null : <>{words.usualAge({ age: durationIn(language, usual) })}</>;
}

/** The most frequent maximum age of the rules; null: there are none. Pure. */
function usualAgeOf(rules: readonly Rule[]): string | null {
  const counts = new Map<string, number>();
  for (const { max_age: age } of rules) counts.set(age, (counts.get(age) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

/** Unusual settings of a rule, which only the API can change. Pure. */
function conditionsOf(
  rule: Rule,
  usualAge: string | null,
  words: Messages['desk']['templates'],
  language: Language,
): string {
  const { carriers, tags } = rule.only;
  const only = [...carriers, ...tags];
  const { quiet_hours: hours, max_age: age } = rule;
  return [
    ...(age === usualAge ? [] : [words.notOlder({ age: durationIn(language, age) })]),
    ...(only.length > 0 ? [words.onlyFor({ what: only.join(', ') })] : []),
    ...(hours === 'off' ? [words.anyTime] : []),
    ...(typeof hours === 'object' ? [words.quietFor({ from: hours.from, to: hours.to })] : []),
  ].join(' · ');
}

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** A duration of the rules, such as `24h`, in words: 24 hours. Pure. */
function durationIn(language: Language, duration: string): string {
  const unit = UNITS[duration.slice(-1)];
  if (unit === undefined) return duration;
  const format = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return numberFormat(localeOf(language), format).format(Number(duration.slice(0, -1)));
}
