import { z } from 'zod';
import { readShippedYaml } from '../../../platform/settings/yaml-settings.ts';
import type { Scenario, ScenarioEvent, ScenarioInstance } from './scenario.ts';

/** The content of a carrier's `scenarios.yaml`, with all names in it resolved. */
export interface ScenarioFile {
  readonly scenarios: readonly Scenario[];
  /** The carrier's texts for each kind of scan, for events that a sandbox adds by itself. */
  readonly scans: Readonly<Record<string, Pick<ScenarioEvent, 'codes' | 'text'>>>;
}

/**
 * Reads the scenarios of a sandbox carrier. Throws with file, line and column of each mistake.
 *
 * @example readScenarios(new URL('./scenarios.yaml', import.meta.url))
 */
export function readScenarios(url: URL): ScenarioFile {
  return readShippedYaml(url, scenarioFile);
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A duration from the parcel's start, such as `8.5h`, `2m` or `-60d`. */
const duration = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?(?:ms|[smhd])$/, 'expected a duration, such as 8.5h, 2m or -60d')
  .transform((text) =>
    Math.round(Number.parseFloat(text) * (UNIT_MS.get(text.replace(/[-\d.]/g, '')) ?? 0)),
  );

const texts = z.record(z.string(), z.string());
const details = texts.default({});

const place = z
  .strictObject({
    city: z.string(),
    region: z.string().default(''),
    postal_code: z.string(),
    country: z.string(),
    zone: z.string(),
    facility: z.string().optional(),
  })
  .transform(({ postal_code: postalCode, ...rest }) => ({ ...rest, postalCode }));

const scan = z.strictObject({ codes: texts, text: z.string(), details });

const push = z.union([
  z.enum(['once', 'lost', 'twice']),
  z.strictObject({ late: duration }).transform(({ late }) => ({ lateMs: late })),
]);

const event = z.strictObject({
  at: duration,
  /** A key of `scans`. Without it, the event has codes of its own. */
  scan: z.string().optional(),
  codes: texts.default({}),
  text: z.string().optional(),
  place: z.string().optional(),
  visible: duration.optional(),
  deleted: duration.optional(),
  push: push.optional(),
  details,
});
/** A list of events, and of names of paths whose events are inserted. */
const steps = z.array(z.union([event, z.string()]));
type Step = z.output<typeof event>;

const parcel = z.strictObject({
  service: z.string(),
  origin: z.string(),
  destination: z.string(),
  weight_g: z.number(),
  pieces: z.int().min(1).optional(),
  estimates: z
    .array(
      z
        .strictObject({ visible: duration, at: duration, window: duration.optional() })
        .transform(({ visible, at, window }) => ({
          visibleMs: visible,
          atMs: at,
          windowMs: window,
        })),
    )
    .optional(),
  details,
});

/**
 * How an instance differs from its paths: at scans of these names, at these positions, or
 * everywhere.
 */
const change = z.strictObject({
  scans: z.array(z.string()).optional(),
  positions: z.array(z.int()).optional(),
  push: push.optional(),
  /** How long after it happened an event is shown. */
  delay: duration.optional(),
  not_before: duration.optional(),
  details,
});

const instance = z.strictObject({
  ...parcel.partial().shape,
  parcel: z.string(),
  starts: duration.optional(),
  known: duration.optional(),
  events: steps,
  changes: z.array(change).default([]),
  details,
});

const scenarioFile = z
  .strictObject({
    places: z.record(z.string(), place),
    scans: z.record(z.string(), scan).default({}),
    parcels: z.record(z.string(), parcel),
    paths: z.record(z.string(), steps).default({}),
    scenarios: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        numbers: z.array(z.string()).min(1),
        instances: z.array(instance).default([]),
      }),
    ),
  })
  .transform((file, context): ScenarioFile => {
    let path: readonly PropertyKey[] = [];
    // Returns the entry with this name; undefined if there is none, which is reported as an issue.
    const entryOf = <Value>(table: Readonly<Record<string, Value>>, name: string) => {
      const found = table[name];
      const message = `found no "${name}"; expected one of ${Object.keys(table).join(', ')}`;
      if (found === undefined) context.addIssue({ code: 'custom', path: [...path], message });
      return found;
    };
    const withPathsExpanded = (list: z.output<typeof steps>): readonly Step[] =>
      list.flatMap((step) =>
        typeof step === 'string' ? withPathsExpanded(entryOf(file.paths, step) ?? []) : [step],
      );
    const eventOf = (step: Step): ScenarioEvent => {
      const kind = step.scan === undefined ? undefined : entryOf(file.scans, step.scan);
      return {
        codes: kind?.codes ?? step.codes,
        text: step.text ?? kind?.text ?? '',
        place: step.place === undefined ? null : (entryOf(file.places, step.place) ?? null),
        happensMs: step.at,
        visibleMs: step.visible,
        deletedMs: step.deleted,
        push: step.push,
        details: { ...kind?.details, ...step.details },
      };
    };
    const instanceOf = (given: z.output<typeof instance>): readonly ScenarioInstance[] => {
      const base = entryOf(file.parcels, given.parcel);
      if (base === undefined) return [];
      const origin = entryOf(file.places, given.origin ?? base.origin);
      const destination = entryOf(file.places, given.destination ?? base.destination);
      if (origin === undefined || destination === undefined) return [];
      return [
        {
          startsMs: given.starts,
          knownMs: given.known,
          service: given.service ?? base.service,
          origin,
          destination,
          weightG: given.weight_g ?? base.weight_g,
          pieces: given.pieces ?? base.pieces,
          estimates: given.estimates ?? base.estimates,
          events: given.changes.reduce(applyChange, withPathsExpanded(given.events)).map(eventOf),
          details: { ...base.details, ...given.details },
        },
      ];
    };
    const scenarios = file.scenarios.map(({ name, title, numbers, instances }, index): Scenario => {
      const lives = instances.flatMap((each, place) => {
        path = ['scenarios', index, 'instances', place];
        return instanceOf(each);
      });
      return { name, title, numbers, lives };
    });
    return { scenarios, scans: file.scans };
  });

/** Changes the steps with one of the names and at one of the positions, if the change names any. */
function applyChange(list: readonly Step[], one: z.output<typeof change>): readonly Step[] {
  const { scans, positions, delay, not_before: notBefore, details } = one;
  return list.map((step, position) => {
    const isAffected =
      (scans?.includes(step.scan ?? '') ?? true) && (positions?.includes(position) ?? true);
    if (!isAffected) return step;
    const delayed = delay === undefined ? step.visible : step.at + delay;
    return {
      ...step,
      visible: notBefore === undefined ? delayed : Math.max(step.at, notBefore),
      push: one.push ?? step.push,
      details: { ...step.details, ...details },
    };
  });
}
