import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../kernel/test-runs.ts';
import { compileMapping, emptyMapping } from './mapping/mapping.ts';
import { lookupKey, type MappedCarrier } from './mapping/rule.ts';
import { readFact } from './read-fact.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event', 'exception', 'derived'],
  matchOrder: [['event', 'exception'], ['event'], ['derived']],
  corrections: [{ match: { event: 'DX', exception: '9' } }],
  returnCancelled: [{ event: 'RC' }],
};

const outcome = compileMapping(
  `carrier: acme
rules:
  - { match: { event: DE, exception: "03" }, status: exception, reason: address_not_found }
  - { match: { event: DE }, status: exception, reviewed: false }
  - { match: { event: OC }, status: created, milestone: label_created, logical: true }
  - { match: { event: DL }, status: delivered, text: handed_over }
  - { match: { event: US }, status: none, hidden: true }
  - { match: { derived: DL }, status: none }
tests:
  - { given: { event: DL }, then: { status: delivered } }
`,
  'acme.yaml',
  ACME,
);
if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
const { mapping } = outcome;

function read(codes: Record<string, string>, logical = false) {
  return readFact(mapping, { codes, logical });
}

describe('reading a fact', () => {
  it('reads an unknown code as in_transit, logical, unknown and unreviewed', () => {
    expect(read({ event: 'ZZ' })).toEqual({
      status: 'in_transit',
      reason: null,
      milestone: null,
      logical: true,
      hidden: false,
      known: false,
      reviewed: false,
      rule: null,
      correction: false,
      returnCancelled: false,
      mappingVersion: mapping.version,
    });
    expect(read({})).toMatchObject({ known: false, logical: true });
    expect(readFact(emptyMapping(ACME), { codes: { event: 'DL' }, logical: false })).toMatchObject({
      status: 'in_transit',
      known: false,
    });
  });

  it('lets the most specific match win', () => {
    expect(read({ event: 'DE', exception: '03', derived: 'DL' })).toMatchObject({
      reason: 'address_not_found',
      rule: { event: 'DE', exception: '03' },
      reviewed: true,
    });
    expect(read({ event: 'DE', exception: '99' })).toMatchObject({
      status: 'exception',
      reason: null,
      reviewed: false,
      rule: { event: 'DE' },
    });
  });

  it('names the codes that no rule mentions when a coarser rule had to apply', () => {
    expect(read({ event: 'RS', derived: 'DL' })).toMatchObject({
      status: 'none',
      known: true,
      unheard: ['event'],
    });
    expect(read({ event: 'DE', exception: '99' }).unheard).toEqual(['exception']);
    expect(read({ event: 'DE', exception: '03' })).not.toHaveProperty('unheard');
  });

  it('is logical when the rule or the carrier says so', () => {
    expect(read({ event: 'OC' })).toMatchObject({ logical: true, milestone: 'label_created' });
    expect(read({ event: 'DE' }, true).logical).toBe(true);
    expect(read({ event: 'DE' }).logical).toBe(false);
  });

  it('passes on a rule’s own text, and hides what the rule hides', () => {
    expect(read({ event: 'DL' }).text).toBe('handed_over');
    expect(read({ event: 'US' })).toMatchObject({ status: 'none', hidden: true });
  });

  it('marks corrections and called-off returns, including codes without a rule', () => {
    expect(read({ event: 'DX', exception: '9' })).toMatchObject({ correction: true, known: false });
    expect(read({ event: 'DX', exception: '8' }).correction).toBe(false);
    expect(read({ event: 'RC' }).returnCancelled).toBe(true);
  });

  it('is not fooled by names that every object has, nor by values that look like two', () => {
    expect(read({ event: '__proto__' }).known).toBe(false);
    expect(readFact(mapping, { codes: Object.create({ event: 'DL' }), logical: false }).known).toBe(
      false,
    );
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), fc.string(), (a, b) => {
        const [x = '', y = ''] = a;
        const whole = `${x}${b}${y}`;
        const one = lookupKey(['p', 'q'], { p: x, q: `${b}${y}` });
        const two = lookupKey(['p', 'q'], { p: `${x}${b}`, q: y });
        expect(one === two).toBe(b === '');
        expect(lookupKey(['p'], { p: whole })).not.toBe(one);
      }),
      { seed: 7, numRuns: runs(500) },
    );
  });
});
