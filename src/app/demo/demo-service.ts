import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CodeMatch } from '../../adapters/index.ts';
import type { Status } from '../../kernel/status.ts';
import { type Mapping, readFact } from '../../normalization/index.ts';
import type { Draws } from './draws.ts';

/** A service of a carrier by which the demo merchant ships. */
export interface DemoService {
  readonly carrier: string;
  readonly name: string;
  /** The pattern of its numbers: `#` is any digit, each `?` at the end a check digit. */
  readonly number: string;
  /** Countries from and to, as `US-CA`. */
  readonly lanes: readonly string[];
  /** Working days from pickup to delivery; 0: the same day. */
  readonly days: number;
  readonly share: number;
  /** Codes that all facts of the service have. */
  readonly with: CodeMatch;
}

/** What a scan is to be read as. */
export interface Meaning {
  readonly status: Status;
  readonly reason: string | null;
  readonly milestone: string | null;
}

const DOCUMENT = z.strictObject({
  services: z.array(
    z.strictObject({
      name: z.string(),
      number: z.string(),
      lanes: z.array(z.string().regex(/^[A-Z]{2}-[A-Z]{2}$/)),
      days: z.int().min(0),
      share: z.number().positive(),
      with: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** Reads the services in `demo.yaml` of these carriers' folders; a carrier without one has none. */
export function readDemoServices(carriers: readonly string[]): readonly DemoService[] {
  return carriers.flatMap((carrier) => {
    const file = fileURLToPath(new URL(`../../adapters/${carrier}/demo.yaml`, import.meta.url));
    if (!existsSync(file)) return [];
    const { services } = DOCUMENT.parse(parse(readFileSync(file, 'utf8')));
    return services.map((service) => ({ ...service, carrier }));
  });
}

/**
 * Returns codes that the carrier's mapping reads as wanted, by a rule that somebody has reviewed;
 * without the reason where the carrier does not give it. Null: no such rule. Pure.
 */
export function codesFor(
  mapping: Mapping,
  within: CodeMatch,
  { status, reason, milestone }: Meaning,
): CodeMatch | null {
  const isCreated = status === 'created';
  const rules = mapping.rules.filter(
    (rule) =>
      rule.status === status &&
      rule.reviewed &&
      !rule.hidden &&
      (isCreated || !rule.logical) &&
      Object.entries(within).every(([key, value]) => rule.match[key] === value) &&
      readFact(mapping, { codes: rule.match, logical: false }).reason === rule.reason,
  );
  const named = rules.filter((rule) => rule.reason === reason);
  const fitting = named.length > 0 ? named : rules.filter((rule) => rule.reason === null);
  const best = fitting.find((rule) => rule.milestone === milestone) ?? fitting[0];
  return best?.match ?? null;
}

/** Draws a number of a service whose check digits fit. */
export function drawNumber(
  draws: Draws,
  { number }: Pick<DemoService, 'number'>,
  fits: (number: string) => boolean,
): string {
  const drawn = number.replaceAll('#', () => String(draws.int(0, 9)));
  const checkDigitCount = drawn.split('?').length - 1;
  const start = drawn.slice(0, drawn.length - checkDigitCount);
  for (let check = 0; check < 10 ** checkDigitCount; check += 1) {
    const whole =
      checkDigitCount === 0 ? start : `${start}${String(check).padStart(checkDigitCount, '0')}`;
    if (fits(whole)) return whole;
  }
  throw new Error(`no check digit fits ${drawn}`);
}
