import { expect, it, describe as suite } from 'vitest';
import { compileTexts } from '../platform/messages/catalogue.ts';
import { SHAPE } from '../platform/messages/shape.gen.ts';
import { describe, type StatusTexts } from './texts.ts';

const FILE = {
  unknown: 'News',
  withReason: '{status}: {reason}',
  labels: { returning: 'Going back', exception: 'Problem', none: 'Information' },
  reasons: { refused: 'refused for $& and more' },
  reasonsByStatus: { exception: { refused: 'The recipient refused it' }, returning: {}, none: {} },
  milestones: { departed: 'Left the building' },
  texts: { handed_over: 'Handed over in person' },
};
const texts = compileTexts(SHAPE.status, FILE, FILE) as StatusTexts;

suite('describing a reading', () => {
  const base = { status: 'exception', reason: null, milestone: null, known: true } as const;

  it('describes an unknown code only as an update', () => {
    expect(describe(texts, { ...base, known: false, reason: 'refused' })).toBe('News');
  });

  it('uses the most specific text available, and falls back step by step to the status', () => {
    const all = { ...base, text: 'handed_over', milestone: 'departed', reason: 'refused' };
    expect(describe(texts, all)).toBe('Handed over in person');
    expect(describe(texts, { ...all, text: 'no_such' })).toBe('Left the building');
    const { text: _, ...plain } = all;
    expect(describe(texts, { ...plain, milestone: 'no_such' })).toBe('The recipient refused it');
    expect(describe(texts, { status: 'returning', reason: 'refused' })).toBe(
      'Going back: refused for $& and more',
    );
    expect(describe(texts, { ...base, reason: 'no_such' })).toBe('Problem');
    expect(describe(texts, { status: 'none', reason: null })).toBe('Information');
  });

  it('is not fooled by names that every object has', () => {
    expect(describe(texts, { ...base, milestone: 'toString', reason: 'constructor' })).toBe(
      'Problem',
    );
  });
});
