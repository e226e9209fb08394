import { describe, expect, it } from 'vitest';
import { createGate, forgetIdle, noteOutcome, roomOf, SLOTS_MAX } from './gate.ts';

const success = { delivered: true, isSlow: false, isPaused: false, durationMs: 5 };
const timeOut = { delivered: false, isSlow: true, isPaused: false, durationMs: 12_000 };

describe('an endpoint', () => {
  it('gets more requests at once while it uses them all, to a limit', () => {
    const gate = createGate('e');
    const first = gate.slots;
    noteOutcome(gate, success);
    expect(gate.slots).toBe(first);
    for (let i = 0; i < 1_000; i += 1) {
      gate.inFlight = gate.slots - 1;
      noteOutcome(gate, success);
    }
    expect(gate.slots).toBe(SLOTS_MAX);
  });

  it('that hangs is down to one request, and nothing is fetched ahead for it', () => {
    const gate = createGate('e');
    for (let i = 0; i < 8; i += 1) noteOutcome(gate, timeOut);
    expect(gate.slots).toBe(1);
    expect(roomOf(gate, 0)).toBe(1);
    gate.inFlight = 1;
    expect(roomOf(gate, 0)).toBe(0);
  });

  it('that fails fast keeps its slots: others of its events may go through', () => {
    const gate = createGate('e');
    const before = gate.slots;
    noteOutcome(gate, { ...timeOut, isSlow: false, durationMs: 1 });
    expect(gate.slots).toBe(before);
  });

  it('that answers fast has more taken ahead than one that is slow', () => {
    const [fast, slow] = [createGate('f'), createGate('s')];
    for (let i = 0; i < 50; i += 1) {
      noteOutcome(fast, success);
      noteOutcome(slow, { ...success, durationMs: 3_000 });
    }
    expect(roomOf(fast, 0)).toBeGreaterThan(4 * roomOf(slow, 0));
  });

  it('that is paused or disabled has no room', () => {
    const gate = createGate('e');
    gate.pausedUntilMs = 100;
    expect(roomOf(gate, 99)).toBe(0);
    expect(roomOf(gate, 100)).toBeGreaterThan(0);
    gate.isClosed = true;
    expect(roomOf(gate, 100)).toBe(0);
  });

  it('is forgotten when there is nothing to do, unless it is in trouble', () => {
    const [idle, troubled, busy] = [createGate('i'), createGate('t'), createGate('b')];
    noteOutcome(troubled, timeOut);
    busy.inFlight = 1;
    const gates = new Map([idle, troubled, busy].map((gate) => [gate.endpointId, gate]));
    forgetIdle(gates);
    expect([...gates.keys()]).toEqual(['t', 'b']);
  });
});
