import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readScenarios } from './read-scenarios.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './scenario.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-scenarios-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(instance: string) {
  const file = join(folder, 'scenarios.yaml');
  writeFileSync(
    file,
    `places:
  HUB: { city: Hub, postal_code: "1", country: DE, zone: Europe/Berlin }
  DOOR: { city: Door, postal_code: "2", country: DE, zone: Europe/Berlin }
scans:
  depart: { codes: { event: DEP }, text: Departed, details: { by: truck } }
  deliver: { codes: { event: DLV }, text: Delivered }
parcels:
  usual: { service: parcel, origin: HUB, destination: DOOR, weight_g: 900, details: { a: "1" } }
paths:
  begun: [{ at: 0h, scan: depart, place: HUB }]
  whole: [begun, { at: 1.5h, scan: deliver, place: DOOR }]
scenarios:
  - name: delivered
    title: From the hub to the door
    numbers: ["1"]
    instances:
      - ${instance}
`,
  );
  return readScenarios(pathToFileURL(file)).scenarios[0]?.lives[0];
}

it('resolves paths, scans and places', () => {
  const life = read(
    '{ parcel: usual, starts: -60d, weight_g: 1, details: { b: "2" }, events: [whole] }',
  );
  expect(life).toMatchObject({ startsMs: -60 * DAY_MS, weightG: 1, details: { a: '1', b: '2' } });
  expect(life?.origin.postalCode).toBe('1');
  expect(
    life?.events.map(({ codes, happensMs, place }) => [codes, happensMs, place?.city]),
  ).toEqual([
    [{ event: 'DEP' }, 0, 'Hub'],
    [{ event: 'DLV' }, 1.5 * HOUR_MS, 'Door'],
  ]);
});

it('changes the named scans, positions or all events of a path', () => {
  const life = read(`parcel: usual
        events: [whole]
        changes:
          - { not_before: 10m, details: { seen: late } }
          - { scans: [deliver], push: { late: 2m }, delay: 1h }
          - { positions: [0], push: lost }`);
  expect(life?.events).toMatchObject([
    { visibleMs: 10 * MINUTE_MS, push: 'lost', details: { by: 'truck', seen: 'late' } },
    { visibleMs: 2.5 * HOUR_MS, push: { lateMs: 2 * MINUTE_MS }, details: { seen: 'late' } },
  ]);
});

it.each([
  ['{ parcel: usual, events: [{ at: soon, scan: depart }] }', /expected a duration, such as 8\.5h/],
  ['{ parcel: usual, events: [hole] }', /found no "hole"; expected one of begun, whole/],
  ['{ parcel: none, events: [] }', /found no "none"; expected one of usual/],
  ['{ parcel: usual, events: [{ at: 0h, scan: depart, place: MOON }] }', /found no "MOON"/],
  ['{ parcel: usual, events: [], typo: 1 }', /typo/],
])('names file and line of a mistake: %s', (instance, message) => {
  expect(() => read(instance)).toThrow(message);
  expect(() => read(instance)).toThrow(/scenarios\.yaml:1[78]:\d+: scenarios\.0\.instances\.0/);
});
