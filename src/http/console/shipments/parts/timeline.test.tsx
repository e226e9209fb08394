import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { messagesIn } from '../../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../../platform/messages/languages.ts';
import type { ShownEvent } from '../../../../tracking/ports/shipments.ts';
import { SpokenIn } from '../../kit/language.ts';
import { ShipmentTimeline } from './timeline.tsx';

const EVENT: ShownEvent = {
  identity: 'one',
  source: 'carrier',
  code: 'X',
  status: 'delivery_attempted',
  reason: null,
  milestone: null,
  occurredAt: null,
  occurredLocal: null,
  timeZone: null,
  place: null,
  zoneSource: 'none',
  verdict: 'steering',
  facility: null,
};

const SPOKEN = { isReopenable: true, query: new URLSearchParams(), done: null, reasons: {} };

it('has every event by the reader’s clock, with the local time of another zone beside its place', () => {
  const event = {
    ...EVENT,
    occurredAt: '2026-11-24T03:00:00.000Z',
    occurredLocal: '2026-11-23T21:00:00',
    timeZone: 'America/Chicago',
  };
  const html = renderToString(
    <SpokenIn value={{ ...SPOKEN, language: 'en', locale: 'en', timeZone: 'Europe/Berlin' }}>
      <ShipmentTimeline
        snapshot={{ view: { events: [event] }, explanation: { facts: [] } }}
        nowMs={Date.parse('2026-11-24T12:00:00Z')}
        describe={() => 'Left'}
      />
    </SpokenIn>,
  ).replaceAll(/\s/gu, ' ');
  expect(html).toContain('Today');
  expect(html).toContain('>4:00 AM</time>');
  // By its place's clock it was the day before.
  expect(html).toContain('>Nov 23, 9:00 PM local time<');
});

it.each(LANGUAGES)(
  'shows a status only once when the text of the event is the same: %s',
  (language) => {
    const spoken = { ...SPOKEN, language, locale: language, timeZone: 'UTC' };
    const event = { ...EVENT, milestone: 'dropped_off' };
    const snapshot = { view: { events: [event] }, explanation: { facts: [] } };
    const word = messagesIn(language).status.short.delivery_attempted;
    const shown = (says: string) =>
      renderToString(
        <SpokenIn value={spoken}>
          <ShipmentTimeline snapshot={snapshot} nowMs={0} describe={() => says} />
        </SpokenIn>,
      );
    const capital = `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
    expect(shown(capital).toLowerCase().split(word.toLowerCase())).toHaveLength(2);
    expect(shown('At the door')).toContain(word);
  },
);
