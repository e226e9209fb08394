import { describe, expect, it } from 'vitest';
import { type BodyLimits, type BodyRoom, createBodyRooms, REQUEST_BYTES } from './body-room.ts';

const MIB = 1_048_576;
const LIMITS: BodyLimits = {
  bytesInAll: 24 * MIB,
  bytesOfCarrier: 12 * MIB,
  bytesOfUnknown: 6 * MIB,
  reserve: 2 * MIB,
  bytesOfNetwork: 3 * MIB,
  sendersKnownMax: 2,
};
const CARRIERS = ['one', 'two', 'three'];

const unknownSender = (carrier: string, network: string) => ({ carrier, network, proved: false });
const proved = (carrier: string, network: string) => ({ carrier, network, proved: true });

type Rooms = ReturnType<typeof createBodyRooms>;

/** Fills the memory that unknown senders of a carrier can get, from as many addresses as needed. */
function flood(rooms: Rooms, carrier: string): BodyRoom[] {
  const open: BodyRoom[] = [];
  for (let index = 0; index < 10_000; index += 1) {
    const room = rooms.enter(unknownSender(carrier, `flood of ${carrier} ${index}`), 0);
    if (room === null) return open;
    open.push(room);
    room.hold(MIB / 2);
  }
  throw new Error('unknown senders were never refused');
}

describe('room for bodies', () => {
  it('is bounded for one address, which keeps no other out', () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    let entered = 0;
    while (rooms.enter(unknownSender('one', 'a'), 0) !== null) entered += 1;
    expect(entered).toBe(LIMITS.bytesOfNetwork / REQUEST_BYTES);
    expect(rooms.enter(unknownSender('two', 'a'), 0)).toBeNull();
    expect(rooms.enter(unknownSender('one', 'b'), 0)).not.toBeNull();
  });

  it("is limited for a carrier's unknown senders, with a place reserved for known ones", () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    rooms.enter(unknownSender('one', 'genuine'), 0)?.leave(true);
    flood(rooms, 'one');
    expect(rooms.heldBytes()).toBeLessThanOrEqual(LIMITS.bytesOfUnknown);
    expect(rooms.enter(unknownSender('one', 'nobody knows'), 0)).toBeNull();
    expect(rooms.enter(unknownSender('one', 'genuine'), MIB)?.hold(MIB)).toBe(true);
    expect(rooms.enter(proved('one', 'elsewhere'), MIB)?.hold(MIB)).toBe(true);
  });

  it('knows a sender for the carrier whose pushes it sent, and forgets the most silent', () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    for (const network of ['a', 'b', 'c'])
      rooms.enter(unknownSender('one', network), 0)?.leave(true);
    rooms.enter(unknownSender('one', 'd'), 0)?.leave(false);
    flood(rooms, 'one');
    flood(rooms, 'two');
    const entering = ['a', 'b', 'c', 'd'].map((name) => rooms.enter(unknownSender('one', name), 0));
    expect(entering.map((room) => room !== null)).toEqual([false, true, true, false]);
    expect(rooms.enter(unknownSender('two', 'b'), 0)).toBeNull();
  });

  it('is bounded in all, and each carrier finds its reserve under a flood of all others', () => {
    const many = Array.from({ length: 20 }, (_, index) => `carrier-${index}`);
    const rooms = createBodyRooms([...many, 'quiet'], LIMITS);
    for (const carrier of many) flood(rooms, carrier);
    expect(rooms.heldBytes()).toBeLessThanOrEqual(LIMITS.bytesInAll);
    expect(rooms.enter(unknownSender(many[0] ?? '', 'late'), 0)).toBeNull();
    const reserve = LIMITS.bytesInAll / 2 / (2 * 21);
    const genuine = rooms.enter(unknownSender('quiet', 'x'), 0);
    expect(genuine?.hold(reserve - REQUEST_BYTES)).toBe(true);
    expect(rooms.enter(proved(many[0] ?? '', 'y'), 0)).not.toBeNull();
    expect(rooms.heldBytes()).toBeLessThanOrEqual(LIMITS.bytesInAll);
  });

  it('counts received bytes, not announced ones', () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    for (let index = 0; index < 50; index += 1) {
      expect(rooms.enter(unknownSender('one', `slow ${index}`), MIB)).not.toBeNull();
    }
    expect(rooms.heldBytes()).toBe(50 * REQUEST_BYTES);
  });

  it('is refused beforehand to what would not fit now', () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    expect(rooms.enter(unknownSender('one', 'a'), 2 * MIB)?.hold(2 * MIB)).toBe(true);
    expect(rooms.enter(unknownSender('one', 'a'), MIB)).toBeNull();
    expect(rooms.enter(unknownSender('one', 'a'), 1_000)).not.toBeNull();
  });

  it('changes nothing when it is refused, and comes back when it is left, once', () => {
    const rooms = createBodyRooms(CARRIERS, LIMITS);
    const room = rooms.enter(unknownSender('one', 'a'), 0);
    expect(room?.hold(MIB)).toBe(true);
    expect(room?.hold(4 * MIB)).toBe(false);
    expect(rooms.heldBytes()).toBe(MIB + REQUEST_BYTES);
    room?.leave(false);
    room?.leave(false);
    expect(rooms.heldBytes()).toBe(0);
  });

  it('is not there for a carrier that does not push', () => {
    expect(createBodyRooms(CARRIERS, LIMITS).enter(proved('four', 'a'), 0)).toBeNull();
  });
});
