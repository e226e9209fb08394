import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSelfService, type DeliveryRequestService } from '../requests/create-self-service.ts';
import { startTestExceptions, type TestExceptions } from '../test-exceptions.ts';
import { addEvidence, listEvidence } from './evidence.ts';

let world: TestExceptions;
let service: DeliveryRequestService;
beforeAll(async () => {
  world = await startTestExceptions();
  service = createSelfService(world.deps);
});
afterAll(() => world.close());

const HEADS = {
  jpeg: [0xff, 0xd8, 0xff, 0xe0],
  png: [...Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  webp: [...Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
};
/** A photo with different bytes for each number. */
const photo = (index: number, kind: keyof typeof HEADS = 'jpeg') =>
  Uint8Array.from([...HEADS[kind], index, 1, 2, 3]);
const photos = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => photo(from + index));

async function parcel(number: string, ...lines: readonly string[]) {
  const it = await world.parcel(number);
  if (lines.length > 0) await it.tell(...lines);
  return { it, subject: { tenant: world.tenant, shipmentId: it.id } };
}
const DAMAGED = 'DMG 2026-03-10T06:00';
const DELIVERED = 'DEL 2026-03-10T06:00';

describe('photos of damage', () => {
  it('belong to the case from the carrier’s report, are marked as the recipient’s, and are published', async () => {
    const { it: broken, subject } = await parcel('ACME-PHOTO-1', DAMAGED);
    expect((await service.offers(subject))?.photos).toEqual({ sent: 0, most: 10 });
    const sent = [photo(1), photo(2, 'png'), photo(3, 'webp')];
    expect(await service.addPhotos(subject, sent)).toEqual({ outcome: 'added', added: 3 });
    const [exceptionCase, ...others] = await broken.cases();
    expect(others).toEqual([]);
    const listed = await listEvidence(world.deps, world.tenant, exceptionCase?.id ?? '');
    expect(listed.map(({ actor, mediaType }) => `${actor} ${mediaType}`)).toEqual([
      'recipient image/jpeg',
      'recipient image/png',
      'recipient image/webp',
    ]);
    expect((await broken.logged()).map(({ type }) => type)).toEqual([
      'exception_opened',
      'exception_updated',
    ]);
    expect((await service.offers(subject))?.photos).toEqual({ sent: 3, most: 10 });
    expect(await service.addPhotos(subject, sent), 'sent twice').toEqual({
      outcome: 'added',
      added: 0,
    });
  });

  it('open a case for a delivered parcel, which later scans leave open', async () => {
    const { it: broken, subject } = await parcel('ACME-PHOTO-2', DELIVERED);
    expect(await service.addPhotos(subject, [photo(1)])).toMatchObject({ added: 1 });
    await broken.tell(DELIVERED, 'MOVE 2026-03-10T05:00');
    expect(await broken.cases()).toMatchObject([{ kind: 'damaged', state: 'open' }]);
    expect((await broken.logged()).at(0)).toMatchObject({ type: 'exception_opened' });
  });

  it('are neither offered nor accepted before there is damage or long after delivery', async () => {
    const { it: moving, subject } = await parcel('ACME-PHOTO-3', 'MOVE 2026-03-10T06:00');
    expect((await service.offers(subject))?.photos).toBeNull();
    expect(await service.addPhotos(subject, [photo(1)])).toEqual({ outcome: 'not_offered' });
    await moving.tell('MOVE 2026-03-10T06:00', 'DEL 2026-03-10T07:00');
    expect((await service.offers(subject))?.photos).not.toBeNull();
    world.hub.clock.advance(15 * 86_400_000);
    expect(await service.addPhotos(subject, [photo(1)])).toEqual({ outcome: 'not_offered' });
    expect(await moving.cases()).toEqual([]);
    const foreign = { tenant: { ...world.tenant, mode: 'live' as const }, shipmentId: moving.id };
    expect(await service.addPhotos(foreign, [photo(1)])).toEqual({ outcome: 'not_offered' });
  });

  it.each([
    ['a paper', '%PDF-1.7'],
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a drawing that can run', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['another picture', 'GIF89a'],
    ['nothing', ''],
  ])('are rejected as a whole where one of them is %s', async (name, text) => {
    const { it: broken, subject } = await parcel(`ACME-PHOTO-${name.length}X`, DAMAGED);
    const wrong = Buffer.from(text, 'latin1');
    expect(await service.addPhotos(subject, [photo(1), wrong])).toEqual({
      outcome: 'unknown_type',
    });
    const [exceptionCase] = await broken.cases();
    expect(await listEvidence(world.deps, world.tenant, exceptionCase?.id ?? '')).toEqual([]);
  });

  it('are limited to ten per parcel, also concurrently, and leave room for the merchant’s', async () => {
    const { it: broken, subject } = await parcel('ACME-PHOTO-4', DAMAGED);
    expect(await service.addPhotos(subject, photos(11))).toEqual({ outcome: 'too_many' });
    await service.addPhotos(subject, photos(8));
    expect(await service.addPhotos(subject, photos(3, 50))).toEqual({ outcome: 'too_many' });
    await Promise.all([100, 110, 120].map((from) => service.addPhotos(subject, photos(2, from))));
    const [exceptionCase] = await broken.cases();
    const caseId = exceptionCase?.id ?? '';
    expect(await listEvidence(world.deps, world.tenant, caseId)).toHaveLength(10);
    expect(await service.addPhotos(subject, [])).toEqual({ outcome: 'none' });
    const own = { actor: 'merchant' } as const;
    const added = await addEvidence(world.deps, world.tenant, caseId, own, photo(200));
    expect(added.kind).toBe('done');
  });
});
