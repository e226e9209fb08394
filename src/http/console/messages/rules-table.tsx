import { capitalized } from '../../../kernel/capitalized.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { CHANNEL_KINDS, type RulesNow } from '../../../reactions/notifications/index.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { Switch, Table } from '../kit/pieces.tsx';

type Rule = RulesNow['rules']['rules'][number];

interface Props {
  readonly now: RulesNow;
  /** Where its switches post. */
  readonly to: string;
}

/** A row for each event, a column for each channel: who gets the message by it. */
export function RulesTable({ now, to }: Props) {
  const words = useMessages().desk.templates;
  const { milestones } = useMessages().desk.milestones;
  const { audiences, channels } = useMessages().desk.shipment;
  const { language } = useSpoken();
  const { rules } = now.rules;
  const used = CHANNEL_KINDS.filter((each) => rules.some((rule) => rule.channels.includes(each)));
  const usual = usualAgeOf(rules);
  const rows = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.milestones, conditionsOf(rule, usual, words, language)]);
    rows.set(key, [...(rows.get(key) ?? []), rule]);
  }
  const heads = used.map((each) => capitalized(channels[each]));
  const head = [words.tellsOf, ...heads, words.more, words.state];
  return (
    <Table label={words.rules} {...{ head }} stacks isDense>
      {[...rows.values()].map((row) => {
        const [first] = row;
        if (first === undefined) return null;
        const name = capitalized(first.milestones.map((each) => milestones[each]).join(', '));
        return (
          <tr key={first.name}>
            <td class="wrap">{name}</td>
            {used.map((each) => (
              <td key={each}>
                {capitalized(
                  [
                    ...new Set(
                      row
                        .filter((rule) => rule.channels.includes(each))
                        .flatMap((rule) => rule.audience),
                    ),
                  ]
                    .map((one) => audiences[one])
                    .join(', '),
                )}
              </td>
            ))}
            <td class="wrap">{capitalized(conditionsOf(first, usual, words, language))}</td>
            <td>
              <Switches {...{ row, name, to }} generation={String(now.generation)} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

interface SwitchesProps {
  readonly row: readonly Rule[];
  /** The event. */
  readonly name: string;
  readonly to: string;
  readonly generation: string;
}

/** The switch of each rule for an event; several say their channels. */
function Switches({ row, name, to, generation }: SwitchesProps) {
  const { channels } = useMessages().desk.shipment;
  return (
    <div class="row">
      {row.map((rule) => {
        const by = capitalized(rule.channels.map((each) => channels[each]).join(', '));
        return (
          <div key={rule.name} class="switched">
            {row.length > 1 && <span aria-hidden="true">{by}</span>}
            <Switch
              {...{ to, isOn: rule.enabled, label: `${name} (${by})` }}
              fields={{
                do: 'switch',
                rule: rule.name,
                enabled: rule.enabled ? 'no' : 'yes',
                generation,
              }}
            />
          </div>
        );
      })}
    </div>
  );
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
