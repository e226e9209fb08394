import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadAdapters, packagedMappings } from '../../adapters/index.ts';
import { compileMapping } from '../mapping/mapping.ts';
import { completed, MEANINGS } from '../mapping/meanings.ts';
import { showCodes } from '../mapping/rule.ts';
import { readFact } from '../read-fact.ts';

const adapters = await loadAdapters();
const packaged = packagedMappings(adapters);

function mappingOf(name: string) {
  const manifest = adapters.get(name)?.manifest;
  const shipped = new URL(`../../../config/carrier-mappings/${name}.yaml`, import.meta.url);
  const file = packaged.get(name) ?? fileURLToPath(shipped);
  if (manifest === undefined) throw new Error(`no adapter for ${name}`);
  const outcome = compileMapping(readFileSync(file, 'utf8'), file, manifest);
  if (!outcome.ok) throw new Error(`the mapping of ${name} does not compile`);
  return outcome.mapping;
}

type Codes = Readonly<Record<string, string>>;

/** How carriers name the ends that `MEANINGS` lists, by reason. */
const NAMED: Readonly<Record<string, Readonly<Record<string, Codes>>>> = {
  agent: {
    usps: { text: 'Delivered to Agent', code: '60' },
    ups: { status3: '143' },
    'canada-post': { event: '1471' },
  },
  neighbour: {
    ups: { type: 'D', code: '3H' },
    dhl: { service: 'parcel-nl', status: 'DELIVERED_AT_NEIGHBOURS' },
    postnl: { event: 'I10' },
    'correios-br': { event: 'BDE', status: '67' },
    aftership: { subtag: 'Delivered_005' },
    shipengine: { status: 'DE', detail: 'DELIVERED_TO_NEIGHBOUR' },
    fleet: { code: 'DELIVERED', reason: 'NEIGHBOUR' },
  },
  parcel_locker: {
    usps: { code: '01', attribute: '03' },
    ups: { type: 'D', code: 'P5' },
    postnl: { event: 'I09' },
  },
  picked_up_by_recipient: {
    usps: { text: 'Delivered, Individual Picked Up at', code: '43' },
    ups: { mail: '1G' },
    'canada-post': { event: '1406' },
    dhl: { service: 'parcel-nl', status: 'COLLECTED_AT_PARCELSTATION' },
    postnl: { event: 'I02' },
    trackingmore: { substatus: 'delivered002' },
  },
};

it.each(Object.entries(NAMED))('%s is one meaning, whoever the carrier is', (reason, named) => {
  const { status, milestone } = MEANINGS.find((each) => each.reason === reason) ?? {};
  for (const [carrier, codes] of Object.entries(named)) {
    const { status: read, ...words } = readFact(mappingOf(carrier), { codes, logical: false });
    const got = { status: read, reason: words.reason, milestone: words.milestone };
    expect([carrier, got]).toEqual([carrier, { status, reason, milestone }]);
  }
});

it('no mapping uses a word of the shared meanings for something else', () => {
  const ends = new Map(MEANINGS.flatMap(({ milestone, status }) => [[milestone, status]]));
  const wrong = adapters.list().flatMap(({ manifest: { name } }) =>
    mappingOf(name).rules.flatMap((rule) => {
      const isOther = rule.milestone !== null && (ends.get(rule.milestone) ?? rule.status);
      const isSplit = JSON.stringify(completed(rule)) !== JSON.stringify(pickWords(rule));
      return (isOther !== false && isOther !== rule.status) || isSplit
        ? [`${name} ${showCodes(rule.match)}`]
        : [];
    }),
  );
  expect(wrong).toEqual([]);
});

const pickWords = ({ reason, milestone }: ReturnType<typeof completed>) => ({ reason, milestone });
