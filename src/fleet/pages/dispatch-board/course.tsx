import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { DayList, Empty, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import { capitalized } from '../../../kernel/capitalized.ts';
import { localIn } from '../../../kernel/time/zoned-time.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { explanationJson } from '../../api/deliveries/delivery-json.ts';
import { lengthOf } from './age.ts';

export type Explanation = ReturnType<typeof explanationJson>;

interface Props {
  readonly explanation: Explanation;
  readonly nameOf: (id: string | null) => string;
}

/** What a courier is judged by; all but the total only where it counted for somebody. */
const CRITERIA = ['approach_s', 'load_s', 'habit_s', 'idle_s', 'cost'] as const;

/** Which couriers were asked, the best first, what each was judged by, and their answers. */
export function Offers({ explanation: { offers }, nameOf }: Props) {
  const words = useMessages().dispatch.decision;
  const { locale } = useSpoken();
  if (offers.length === 0) return <Empty>{words.noOffersSent}</Empty>;
  const termOf = (offer: (typeof offers)[number], term: string) => Number(offer.terms[term] ?? 0);
  const shown = CRITERIA.filter(
    (term) => term === 'cost' || offers.some((offer) => termOf(offer, term) !== 0),
  );
  const head = [words.courier, ...shown.map((term) => words.criteria[term]), words.answer];
  return (
    <Table label={words.weighed} head={head} stacks isDense>
      {offers
        .toSorted((a, b) => termOf(a, 'cost') - termOf(b, 'cost'))
        .map((offer) => (
          <tr key={`${offer.courier_id} ${offer.round}`}>
            <th scope="row">{nameOf(offer.courier_id)}</th>
            {shown.map((term) => (
              <td key={term} class="number">
                {criterionText(locale, term, termOf(offer, term))}{' '}
                {term === 'approach_s' && termOf(offer, 'distance_m') > 0 && (
                  <span class="soft">{distanceOf(termOf(offer, 'distance_m'))}</span>
                )}
              </td>
            ))}
            <td>
              <Tag tone={offer.state === 'accepted' ? 'good' : 'plain'}>
                {words.answers[offer.state]}
              </Tag>
            </td>
          </tr>
        ))}
    </Table>
  );
}

/** A criterion as a duration; time without work counts in a courier's favour. Pure. */
function criterionText(locale: string, term: (typeof CRITERIA)[number], seconds: number): string {
  if (seconds === 0 && term !== 'cost') return '–';
  return signedLength(locale, term === 'idle_s' ? -seconds : seconds);
}

/** What happened to a delivery, the newest first. */
export function Steps({
  explanation: { steps },
  nameOf,
  nowMs,
}: Props & { readonly nowMs: number }) {
  const words = useMessages().dispatch.decision;
  const { locale, timeZone } = useSpoken();
  if (steps.length === 0) return <Empty>{words.nothingYet}</Empty>;
  const entries = steps.toReversed().map((step, index) => {
    const details = termWords(words, step.detail, step.what, locale);
    return {
      key: `${step.at} ${step.what} ${step.courier_id}`,
      at: step.at === null ? null : localIn(timeZone, Date.parse(step.at)),
      tone: index === 0 ? 'info' : undefined,
      children: (
        <>
          {capitalized(stepWords(words, step.what))}
          {step.courier_id !== null && ` · ${nameOf(step.courier_id)}`}
          {details !== '' && <div class="soft">{details}</div>}
        </>
      ),
    };
  });
  return <DayList {...{ entries, nowMs }} />;
}

type Words = Messages['dispatch']['decision'];

/** Terms that are durations besides those ending in `_s`, by their API name. */
const COSTS = ['cost', 'next_best_cost'];

/** The name of a step for people; a step without a text shows its own name. Pure. */
function stepWords({ did }: Words, what: string): string {
  return (did as Readonly<Record<string, string>>)[what] ?? what.replaceAll('_', ' ');
}

/** Lists the terms of a step and their values for people. Pure. */
export function termWords(
  { terms: words }: Words,
  terms: Readonly<Record<string, unknown>>,
  what: string,
  locale: string,
): string {
  const texts = Object.entries(terms).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    // A duration of zero did not count.
    if (value === 0 && name !== 'cost') return [];
    const isPlanned = name === 'idle_s' && what === 'auto';
    const key = isPlanned ? 'idle_planned' : name;
    if (!isTerm(words, key)) return [`${name.replaceAll('_', ' ')} ${String(value)}`];
    if (key === 'bundled' || key === 'offered') return [words[key]({ value: Number(value) })];
    if (key === 'distance_m') return [words[key]({ value: distanceOf(Number(value)) })];
    const isTime = name.endsWith('_s') || COSTS.includes(name);
    return [words[key]({ value: isTime ? signedLength(locale, Number(value)) : String(value) })];
  });
  return texts.join(', ');
}

/** A distance as people say it: 900 m, 2.7 km. */
function distanceOf(distanceM: number): string {
  if (distanceM < 950) return `${Math.round(distanceM / 50) * 50} m`;
  return `${distanceM < 9_950 ? (distanceM / 1_000).toFixed(1) : Math.round(distanceM / 1_000)} km`;
}

/** Formats seconds with a sign, because a courier long without work may have a negative cost. */
function signedLength(locale: string, seconds: number): string {
  return seconds < 0 ? `−${lengthOf(locale, -seconds)}` : lengthOf(locale, seconds);
}

function isTerm(words: Words['terms'], name: string): name is keyof Words['terms'] {
  return Object.hasOwn(words, name);
}
