import { expect, it } from 'vitest';
import type { MappedCarrier } from '../../normalization/index.ts';
import { compileMapping, emptyMapping } from '../../normalization/index.ts';
import { type NewRule, suggestedMatch, withRule } from './overlay-rule.ts';
import { exampleEvent } from './review-queue.ts';

const CARRIER: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event', 'exception'],
  matchOrder: [['event', 'exception'], ['event']],
  corrections: [],
  returnCancelled: [],
};

const rule = (match: Record<string, string>, status: NewRule['status'] = 'exception'): NewRule => ({
  match,
  status,
  reason: 'damaged',
  milestone: null,
  logical: false,
});

function compiles(text: string | null) {
  if (text === null) throw new Error('there is a text');
  const outcome = compileMapping(text, 'overlay', CARRIER, emptyMapping(CARRIER));
  expect(outcome).toMatchObject({ ok: true });
  return outcome.ok ? outcome.mapping.rules : [];
}

it('begins an overlay, and adds to one, one rule per line, whatever the codes look like', () => {
  let text: string | null = '';
  const codes = ['QQ', '01', 'NO', '1e3', 'yes: {x}', '#', "it's", 'a"b', '2026-01-01', 'ünï'];
  for (const code of codes) text = withRule(text ?? '', 'acme', rule({ event: code }));
  expect(compiles(text).map(({ match }) => match['event'])).toEqual(codes);
  expect(text?.split('\n').filter((line) => line.includes('match:'))).toHaveLength(codes.length);
});

it('keeps comments, order and tests, and replaces a rule with an equal match', () => {
  const before = [
    '# ours',
    'carrier: acme',
    'rules:',
    '  - { match: { event: "AA" }, status: delivered } # as confirmed by phone',
    '  - { match: { event: "BB" }, status: in_transit }',
    'tests:',
    '  - { given: { event: "AA" }, then: { status: delivered } }',
    '',
  ].join('\n');
  const after = withRule(before, 'acme', rule({ event: 'BB' }));
  expect(after).toContain('# ours');
  expect(after).toContain('# as confirmed by phone');
  const rules = compiles(after);
  expect(rules.map(({ match, status }) => [match['event'], status])).toEqual([
    ['AA', 'delivered'],
    ['BB', 'exception'],
  ]);
  expect(after?.indexOf('tests:')).toBeGreaterThan(after?.indexOf('BB') ?? 0);
});

it('rejects a text that is no overlay', () => {
  for (const text of ['- a', 'rules: 1', 'a: [', '"text"', 'rules: { a: b }']) {
    expect(withRule(text, 'acme', rule({ event: 'A' }))).toBeNull();
  }
});

it('suggests the most specific combination for which the codes are complete', () => {
  expect(suggestedMatch(CARRIER, { event: 'A', exception: 'B', other: 'C' })).toEqual({
    event: 'A',
    exception: 'B',
  });
  expect(suggestedMatch(CARRIER, { event: 'A' })).toEqual({ event: 'A' });
  expect(suggestedMatch(CARRIER, { other: 'C' })).toBeNull();
});

it('cuts an event out of a payload: the smallest part with all its codes, redacted', () => {
  const body = JSON.stringify({
    parcel: { recipient: { name: 'Zebediah' } },
    events: [
      { code: 'AA', place: { city: 'Markertown' } },
      { code: 'QQ', detail: { exception: '7' }, text: 'for Zebediah' },
    ],
  });
  const shown = exampleEvent(body, { event: 'QQ', exception: '7' }, new Set(['for']));
  expect(shown).toEqual({ code: 'QQ', detail: { exception: '7' }, text: 'for ▒▒▒' });
  expect(exampleEvent(body, { event: 'ZZ' }, new Set())).toBeNull();
  expect(exampleEvent('<xml/>', { event: 'QQ' }, new Set())).toBeNull();
  expect(exampleEvent('['.repeat(100_000), { event: 'QQ' }, new Set())).toBeNull();
});
