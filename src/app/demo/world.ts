import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const place = z.strictObject({
  city: z.string(),
  region: z.string().nullable().default(null),
  postal_code: z.string(),
  zone: z.string(),
});

const WORLD = z.strictObject({
  countries: z.record(
    z.string(),
    z.strictObject({
      depot: place,
      hubs: z.array(place),
      cities: z.array(place.extend({ via: z.array(z.string()).default([]) })),
      streets: z.array(z.string()),
    }),
  ),
  people: z.array(
    z.strictObject({
      locale: z.string(),
      given: z.array(z.string()),
      family: z.array(z.string()),
    }),
  ),
});

/** Where invented parcels begin and end, and the names of their recipients. */
export type World = z.output<typeof WORLD>;
export type Country = World['countries'][string];

export interface Place extends z.output<typeof place> {
  readonly country: string;
}

export function readWorld(): World {
  return WORLD.parse(parse(readFileSync(new URL('world.yaml', import.meta.url), 'utf8')));
}
