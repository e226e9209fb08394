import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { manualClock } from '../../platform/clock.ts';
import { createTestCarrier, NO_LIMITS } from '../test-carrier.ts';
import { contentHash, judgeAnswer } from './judge-answer.ts';

const { adapter } = createTestCarrier(manualClock(0), NO_LIMITS);
const target = {
  trackingNumber: 'A',
  lastHash: null,
  lastIdentities: null,
  lastPolledAtMs: null,
  lastUpdateAtMs: null,
  history: [],
};
const answer = (events: { code: string; atMs: number }[], id = '1') => ({
  httpStatus: 200,
  text: JSON.stringify({ number: 'A', events, id }),
});
const [one, two] = [
  { code: 'PICK', atMs: 1_000_000 },
  { code: 'HUB', atMs: 5_000_000 },
];

function after(events: { code: string; atMs: number }[]) {
  const judged = judgeAnswer(target, answer(events), adapter);
  if (judged.kind !== 'changed') throw new Error(judged.kind);
  return { ...target, lastHash: judged.hash, lastIdentities: judged.identities };
}

it('takes anything for an answer without a throw', () => {
  for (const text of ['', '<html>', '{', 'null', '[]']) {
    expect(judgeAnswer(target, { text, httpStatus: 500 }, adapter).kind).toBe('changed');
  }
});

it('gives the adapter the requested number', () => {
  const given: unknown[] = [];
  const parse: typeof adapter.parse = (payload) => {
    given.push(payload.requestedNumber);
    return adapter.parse(payload);
  };
  judgeAnswer(target, answer([one]), { ...adapter, parse });
  expect(given).toEqual(['A']);
});

it('sees new and missing facts, and ignores changes in volatile fields', () => {
  expect(judgeAnswer(after([one]), answer([one], 'other'), adapter)).toEqual({
    kind: 'same',
    isMissingFacts: false,
  });
  expect(judgeAnswer(after([one]), answer([two, one]), adapter)).toMatchObject({
    kind: 'changed',
    isMissingFacts: false,
    newFactsAtMs: [two.atMs],
  });
  expect(judgeAnswer(after([one, two]), answer([two]), adapter)).toMatchObject({
    isMissingFacts: true,
    newFactsAtMs: [],
  });
});

it('misses facts pushed since the last poll, also in an unchanged answer, and only once', () => {
  const pushed = {
    ...after([one]),
    lastPolledAtMs: 6_000_000,
    lastUpdateAtMs: 7_000_000,
    history: [['delivered', 6_500]] as const,
  };
  const three = { code: 'DELIVERED', atMs: 6_500_000 };
  const missing = (target: typeof pushed, events: (typeof one)[]) => {
    const judged = judgeAnswer(target, answer(events), adapter);
    return 'isMissingFacts' in judged && judged.isMissingFacts;
  };
  expect(missing(pushed, [one])).toBe(true);
  expect(missing(pushed, [one, two])).toBe(true);
  // The carrier's minute and the push's second are the same instant.
  expect(missing(pushed, [one, { ...three, atMs: 6_480_000 }])).toBe(false);
  expect(missing({ ...pushed, lastPolledAtMs: 7_000_001 }, [one, two])).toBe(false);
  // A list that begins later does not contradict the fact.
  const unheard = { ...pushed, lastHash: 'x', lastIdentities: [] };
  expect(missing(unheard, [{ ...three, atMs: 9_000_000 }])).toBe(false);
});

it('compares with the last readable answer after one that cannot be read', () => {
  const before = after([one, two]);
  const garbled = judgeAnswer(before, { text: '<html>', httpStatus: 200 }, adapter);
  if (garbled.kind !== 'changed') throw new Error(garbled.kind);
  const { hash: lastHash, identities: lastIdentities } = garbled;
  expect(
    judgeAnswer({ ...before, lastHash, lastIdentities }, answer([one, two]), adapter),
  ).toMatchObject({
    kind: 'changed',
    newFactsAtMs: [],
    isMissingFacts: false,
  });
});

it('treats an unreadable event as garbled, not as retracted', () => {
  const garbling: Pick<typeof adapter, 'parse' | 'manifest'> = {
    ...adapter,
    parse(payload) {
      const read = adapter.parse(payload);
      return read.outcome === 'reports' ? { ...read, warnings: ['events[1]: no code'] } : read;
    },
  };
  const pushed = { ...after([one, two]), lastPolledAtMs: 6_000_000, lastUpdateAtMs: 7_000_000 };
  const target = { ...pushed, history: [['delivered', 6_500]] as const };
  const isMissing = { kind: 'changed', isMissingFacts: true };
  expect(judgeAnswer(target, answer([one]), adapter)).toMatchObject(isMissing);
  expect(judgeAnswer(target, answer([one]), garbling)).toMatchObject({
    kind: 'changed',
    isMissingFacts: false,
  });
});

it('treats a list of maximum length as truncated, not as retracted', () => {
  const many = Array.from({ length: 21 }, (_, index) => ({ code: 'HUB', atMs: index * 60_000 }));
  const cut = judgeAnswer(after(many.slice(0, 20)), answer(many.slice(1)), adapter);
  expect(cut).toMatchObject({ kind: 'changed', isMissingFacts: false });
});

it('hashes content whatever the order of members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(contentHash(JSON.stringify(turned), [])).toBe(contentHash(JSON.stringify(value), []));
    }),
    { seed: 3, numRuns: runs(100) },
  );
});
