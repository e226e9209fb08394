import { describe, expect, it } from 'vitest';
import { estimateJson } from '../../events/estimate.ts';
import type { PublicTrack } from '../../tracking/ports/public-tracks.ts';
import { framesOf, OPENING, type ParcelUpdate } from './frames.ts';

const track: PublicTrack = {
  tracking_number: 'K1',
  carrier: 'acme',
  status: 'in_transit',
  sub_status: null,
  status_text: 'On the way',
  confirmed: true,
  estimated_delivery: null,
  events: [],
};
const update = (version: string, changes: Partial<PublicTrack> = {}): ParcelUpdate => ({
  version,
  track: { ...track, ...changes },
});
const edd = estimateJson(
  { date: '2026-03-11', from: null, to: null, source: 'carrier', confidence: null },
  'America/Chicago',
);

/** Server-sent events as a browser reads them. */
function read(frames: string) {
  return frames
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => {
      const lines = frame.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2));
      const { id, event, data } = Object.fromEntries(lines) as Record<string, string>;
      return { id, event, data: JSON.parse(data ?? 'null') as Record<string, unknown> };
    });
}

describe('framesOf', () => {
  it('repeats nothing that was sent already', () => {
    expect(framesOf(update('a'), update('a'))).toBe('');
  });

  it('tells a newcomer the state and the date', () => {
    const frames = read(framesOf(null, update('a', { estimated_delivery: edd })));
    expect(frames.map(({ id, event }) => [id, event])).toEqual([
      ['a', 'status'],
      ['a', 'edd'],
    ]);
    expect(frames[0]?.data).toMatchObject({ version: 'a', status: 'in_transit', last_event: null });
    expect(frames[1]?.data).toMatchObject({ version: 'a', estimated_delivery: edd });
  });

  it('tells the status alone when the date stayed, and the date alone when the rest did', () => {
    const kinds = (before: ParcelUpdate, now: ParcelUpdate) =>
      read(framesOf(before, now)).map(({ event }) => event);
    expect(kinds(update('a'), update('b', { status: 'delivered' }))).toEqual(['status']);
    expect(kinds(update('a'), update('b', { confirmed: false }))).toEqual(['status']);
    expect(kinds(update('a'), update('b', { estimated_delivery: edd }))).toEqual(['edd']);
    const both = update('b', { status: 'delivered', estimated_delivery: edd });
    expect(kinds(update('a'), both)).toEqual(['status', 'edd']);
  });

  it('keeps line breaks in texts from ending an event', () => {
    const frames = framesOf(null, update('a', { status_text: 'one\n\nevent: forged\ndata: 1' }));
    expect(read(frames).map(({ event }) => event)).toEqual(['status', 'edd']);
  });

  it('opens with how soon to come back', () => {
    expect(OPENING).toMatch(/^retry: \d+\n\n$/);
  });
});
