import { lengthOf } from './age.ts';

type Words = Readonly<Record<string, (value: string) => string>>;

const time = (before: string) => (value: string) => `${before} ${lengthOf(Number(value))}`;

/** What a courier was weighed by, or what a step says besides, by its name in the API. */
const TERMS: Words = {
  distance_m: (metres) => `${metres} m to the pickup, straight`,
  approach_s: time('way there'),
  load_s: time('for what they carry'),
  habit_s: time('for offers they declined'),
  idle_s: time('less for having had no work:'),
  cost: time('in all'),
  next_best_cost: time('the next best'),
  ready_to_door_s: time('from ready to the door'),
  lateness_s: time('late at the pickup by'),
  bundled: (parcels) => (parcels === '1' ? 'alone on its route' : `${parcels} on one route`),
  waited_s: time('after'),
  round: (round) => `round ${round}`,
  asked: (asked) => `${asked} ${asked === '1' ? 'courier' : 'couriers'} asked`,
  reason: (reason) => `“${reason}”`,
};
/** What the planner means by it. */
const OF_PLANS: Words = { idle_s: time('wait at the pickup') };

const STEPS: Readonly<Record<string, string>> = {
  wanted: 'asked for',
  offered: 'couriers were asked',
  accepted: 'a courier took it',
  declined: 'a courier declined',
  auto: 'the hub chose a courier',
  dispatcher: 'a dispatcher chose',
  scanned: 'a courier scanned it',
  given_back: 'the courier gave it back',
  off_shift: 'the courier’s shift ended',
  revoked: 'the courier’s phone was signed out',
  silent: 'nothing was heard of the courier',
  taken_off: 'it was taken off the courier’s route',
  unassignable: 'nobody is left to ask',
  ended: 'it needs no courier any more',
};

/** For people; what has no words yet, under its own name. Pure. */
export function stepWords(what: string): string {
  return STEPS[what] ?? what.replaceAll('_', ' ');
}

/** @param what the step that says so; absent: a courier was weighed by it. Pure. */
export function termWords(terms: Readonly<Record<string, unknown>>, what?: string): string {
  const words = what === 'auto' ? { ...TERMS, ...OF_PLANS } : TERMS;
  const said = Object.entries(terms).flatMap(([name, value]) =>
    value === null || value === undefined
      ? []
      : [words[name]?.(String(value)) ?? `${name.replaceAll('_', ' ')} ${String(value)}`],
  );
  return said.join(', ') || '–';
}
