import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportedFact } from '../sdk.ts';
import { parse } from './parse.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, 'fixtures', `${name}.xml`), 'utf8');

function factsOf(text: string): readonly ReportedFact[] {
  const outcome = parse({ text, kind: 'track', httpStatus: 200 });
  return outcome.outcome === 'reports' ? outcome.reports.flatMap(({ facts }) => facts) : [];
}

function oneEvent(members: Readonly<Record<string, string>>): ReportedFact | undefined {
  const inner = Object.entries({
    'event-identifier': '0100',
    'event-date': '2026-07-01',
    'event-time': '10:00:00',
    'event-time-zone': 'EDT',
    'event-site': 'TORONTO',
    'event-province': 'ON',
    ...members,
  }).map(([name, text]) => `<${name}>${text}</${name}>`);
  return factsOf(
    `<tracking-detail><pin>9907000000000021</pin><significant-events><occurrence>${inner.join('')}</occurrence></significant-events></tracking-detail>`,
  )[0];
}

describe('Canada Post events', () => {
  it('are the same facts in any order', () => {
    const text = fixture('track-notice-card');
    const occurrences = text.match(/<occurrence>[\s\S]*?<\/occurrence>/g) ?? [];
    let index = 0;
    const turned = text.replace(
      /<occurrence>[\s\S]*?<\/occurrence>/g,
      () => [...occurrences].reverse()[index++] ?? '',
    );
    const identities = (xml: string) => factsOf(xml).map(({ identity }) => identity.join(' '));
    expect(turned).not.toBe(text);
    expect(identities(turned).sort()).toEqual(identities(text).sort());
  });

  it('have one code with and without leading zeros, and unknown codes are retained', () => {
    const codes = ['0174', '174', '20', '0', 'X01', '99999'].map(
      (code) => oneEvent({ 'event-identifier': code })?.codes['event'],
    );
    expect(codes).toEqual(['174', '174', '20', '0', 'X01', '99999']);
  });

  it('are of the way back only where words say that it is', () => {
    const turnOf = (words: string) => oneEvent({ 'event-description': words })?.codes['turn'];
    expect(turnOf('Item successfully returned to sender')).toBe('to_sender');
    expect(turnOf('Item being returned to the sender is out for delivery')).toBe('to_sender');
    expect(turnOf('Tentative de renvoyer article à expéditeur. Carte laissée')).toBe('to_sender');
    expect(turnOf('Item will be returned to sender if not collected within 10 days')).toBe(
      undefined,
    );
    expect(turnOf('Return label created')).toBe(undefined);
    expect(turnOf('Delivered')).toBe(undefined);
  });

  it('have the offset that is written, and none that is guessed', () => {
    const offsetOf = (members: Readonly<Record<string, string>>) => oneEvent(members)?.time;
    expect(offsetOf({ 'event-time-zone': 'NDT' })).toMatchObject({ offsetMin: -150 });
    expect(offsetOf({ 'event-time-zone': '' })).toMatchObject({ zoneSource: 'none' });
    // China's standard time has the same letters as Manitoba's.
    expect(
      offsetOf({ 'event-time-zone': 'CST', 'event-site': 'CNBJSA,China', 'event-province': '' }),
    ).toMatchObject({ zone: 'Asia/Shanghai', offsetMin: 480 });
    expect(offsetOf({ 'event-time': '25:00:00' })).toMatchObject({
      local: '2026-07-01',
      precision: 'date',
    });
  });

  it('beyond the limit are counted and not read', () => {
    const one = fixture('track-label').match(/<occurrence>[\s\S]*?<\/occurrence>/)?.[0] ?? '';
    const text = fixture('track-label').replace(one, one.repeat(600));
    const outcome = parse({ text });
    expect(outcome).toMatchObject({ outcome: 'reports', warnings: ['more than 500 events'] });
    expect(factsOf(text)).toHaveLength(500);
  });

  it('contain nobody’s name', () => {
    const text = fixture('track-delivered').replaceAll('SAMPLE', 'Jo Recipient');
    expect(text).toContain('Jo Recipient');
    expect(JSON.stringify(parse({ text }))).not.toContain('Jo Recipient');
  });
});

describe('Canada Post messages', () => {
  it('of the gateway are distinguished by their words', () => {
    const said = (description: string) =>
      parse({
        text: `<messages><message><code>Server</code><description>${description}</description></message></messages>`,
        httpStatus: 500,
      });
    expect(said('Rejected by SLM Monitor')).toMatchObject({
      outcome: 'rate_limited',
      retryAfterS: 60,
    });
    expect(said('Failed to establish a backside connection')).toMatchObject({ outcome: 'error' });
  });
});
