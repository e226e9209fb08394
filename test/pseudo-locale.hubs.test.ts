import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { estimateJson } from '../src/events/estimate.ts';
import { openTrackingPages } from '../src/http/public/tracking/pages/tracking-pages.tsx';
import { openTestPublic, type TestPublic } from '../src/http/public/tracking/test-public.ts';
import { STATUSES } from '../src/kernel/status.ts';
import { messagesIn } from '../src/platform/messages/catalogue.ts';
import { MESSAGES_FOLDER } from '../src/platform/messages/languages.ts';
import { PSEUDO, plainWords } from '../src/platform/messages/test-pseudo-locale.ts';
import { AUDIENCES, type Rendered, TEMPLATES } from '../src/reactions/notifications/contract.ts';
import { sampleInput } from '../src/reactions/notifications/templates/sample.ts';
import {
  TEST_TENANT,
  testTemplates,
} from '../src/reactions/notifications/templates/test-templates.ts';
import type { PublicTrack } from '../src/tracking/ports/public-tracks.ts';

// Test files share a worker's modules: what was loaded before has the shipped languages.
vi.hoisted(() => vi.resetModules());

// The installation of this test has one language more, which is only a folder. The console's pages
// are in languages.hubs.test.ts of src/http/console and its operators/.
vi.mock('../src/platform/shipped.ts', async (load) => {
  const real = await load<typeof import('../src/platform/shipped.ts')>();
  const { withPseudoLocale } = await import('../src/platform/messages/test-pseudo-locale.ts');
  const messages = withPseudoLocale(real.shippedFile('config/messages'));
  return {
    ...real,
    shippedFile: (path: string) => (path === 'config/messages' ? messages : real.shippedFile(path)),
  };
});

/** Test data, names, and texts that are the same everywhere. */
const DATA = [
  ...[
    'Anna Schmidt',
    'Nordlicht',
    'Hamburg',
    'Acme',
    'anna@example.com',
    'Sandbox',
    'Waybill',
    'acme',
  ],
  ...['Deutsch', 'English', 'Español', 'Français', 'PIN', 'SMS', 'UTC', 'OpenStreetMap'],
];

/** What people read of an HTML document: its texts, and attributes that are read aloud. */
function textsOf(html: string): readonly string[] {
  const own = html
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/<(script|style|code|pre|time)\b[^>]*>.*?<\/\1>/gs, '');
  const spoken = /\b(?:aria-label|title|placeholder|alt)="([^"]+)"/g;
  return [...own.matchAll(spoken)].map(([, text = '']) => text).concat(own.split(/<[^>]*>/));
}

function englishLeftIn(texts: readonly string[], data: readonly string[] = []): readonly string[] {
  const known = [...DATA, ...data].toSorted((one, other) => other.length - one.length);
  return [...new Set(texts)].filter((text) => {
    const own = text.replaceAll(/https?:\/\/\S+/g, '');
    return plainWords(known.reduce((rest, each) => rest.replaceAll(each, ''), own)).length > 0;
  });
}

afterAll(() => {
  rmSync(MESSAGES_FOLDER, { recursive: true, force: true });
  vi.resetModules();
});

describe('messages in a language that is only a folder', () => {
  const templates = testTemplates({ branding: { name: 'Nordlicht' }, place: 'Hamburg' });

  /** An SMS is left out: it replaces accented letters by those of the GSM alphabet. */
  const read = (rendered: Rendered): readonly string[] => {
    if (rendered.kind === 'email')
      return [rendered.subject, rendered.text, ...textsOf(rendered.html)];
    return rendered.kind === 'push' ? [rendered.title, rendered.body] : [];
  };

  it.each(TEMPLATES)('%s has no English left', async (template) => {
    const found: unknown[] = [];
    for (const kind of ['email', 'push'] as const) {
      for (const audience of AUDIENCES.filter((each) => each !== 'merchant')) {
        const input = sampleInput({
          tenant: TEST_TENANT,
          template,
          kind,
          audience,
          locale: PSEUDO,
          carrier: 'Acme',
          publicUrl: 'https://t.example',
        });
        const left = englishLeftIn(read(await templates.render(input)));
        if (left.length > 0) found.push([kind, audience, left]);
      }
    }
    expect(found).toEqual([]);
  });
});

describe('public pages in a language that is only a folder', () => {
  let site: TestPublic;
  beforeAll(async () => {
    site = await openTestPublic();
  });
  afterAll(() => site?.close());

  const leftAt = async (path: string) => {
    const headers = { accept: 'text/html', 'accept-language': PSEUDO };
    const { text } = await site.call('GET', path, undefined, headers);
    expect([path, text.includes(`<html lang="${PSEUDO}"`)]).toEqual([path, true]);
    const names = site.hub.adapters.list().map(({ manifest }) => manifest.displayName);
    return englishLeftIn(textsOf(text), names);
  };

  it('leave no English on the pages around a parcel', async () => {
    const [carrier] = site.carriers;
    for (const path of ['/track', `/track/${carrier}/ZZZ999`]) {
      expect([path, await leftAt(path)]).toEqual([path, []]);
    }
  });

  it.each(['picked_up', 'exception', 'cancelled'] as const)(
    'leave no English on the page and the personal link of a parcel that is %s',
    async (status) => {
      const [carrier] = site.carriers;
      const number = `TEST${STATUSES.indexOf(status)}`;
      const parcel = await site.track({ number, order: `O-${number}` });
      await parcel.move(status);
      const at = `/track/${carrier}/${number}`;
      for (const path of [at, `${at}?t=${site.token(parcel.id)}`]) {
        const left = await leftAt(path);
        expect([status, left.filter((text) => !text.includes(number))]).toEqual([status, []]);
      }
    },
  );

  it.each(STATUSES)('leave no English about any reason of a parcel that is %s', (status) => {
    const pages = openTrackingPages({ carrier: () => ({ name: 'Acme', url: null }) });
    const request = { language: PSEUDO, path: '/track/acme/1', query: new URLSearchParams() };
    const estimate = { date: '2026-11-20', from: null, to: '2026-11-20T12:00', confidence: null };
    const reasons = Object.keys(messagesIn('en').status.reasons);
    const found = [null, ...reasons].flatMap((reason) => {
      const event = {
        occurred_at: '2026-11-19T18:31:00.000Z',
        occurred_local: '2026-11-19T13:31:00',
        time_zone: '-05:00',
        status,
        sub_status: reason,
        milestone: null,
        location: null,
        description: 'In English, from the database',
      };
      const track: PublicTrack = {
        tracking_number: '1',
        carrier: 'acme',
        status,
        sub_status: reason,
        events: [event],
        status_text: 'In English, from the database',
        confirmed: false,
        estimated_delivery: estimateJson({ ...estimate, source: 'model' }, null),
      };
      return englishLeftIn(
        textsOf(String(pages.track(request, track, 'v1', { canSubscribe: true }))),
      );
    });
    expect([...new Set(found)]).toEqual([]);
  });
});
