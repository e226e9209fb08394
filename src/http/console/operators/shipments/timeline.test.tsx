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

it.each(LANGUAGES)(
  'shows a status only once when the text of the event is the same: %s',
  (language) => {
    const spoken = {
      language,
      timeZone: 'UTC',
      isOpenedAgain: true,
      query: new URLSearchParams(),
      done: null,
      reasons: {},
    };
    const snapshot = { view: { events: [EVENT] }, explanation: { facts: [] } };
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
