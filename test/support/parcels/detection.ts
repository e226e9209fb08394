import type { VirtualHub } from '../hubs/virtual-hub.ts';

/** How long after a scan it becomes visible, unless its scenario says otherwise. */
const SHOWN_AFTER_MS = 120_000;

/**
 * Minutes from when the sandbox showed each scan of these numbers until a call that was answered
 * asked for its number, for scans shown within the given time. One that nobody asked for yet has
 * waited until now.
 */
export function detectionDelaysMin(
  { sandbox, wire, hub }: VirtualHub,
  carrier: string,
  numbers: readonly string[],
  fromMs: number,
  untilMs: number,
): number[] {
  const answered = wire.calls.filter((call) => call.carrier === carrier && call.status === 200);
  const stories = new Map(sandbox.parcels(carrier).map((parcel) => [parcel.number, parcel]));
  const scenarios = sandbox.carriers.find(({ name }) => name === carrier)?.scenarios ?? [];
  return numbers.flatMap((number) => {
    const story = stories.get(number);
    const script = scenarios.find(({ name }) => name === story?.scenario);
    if (story === undefined || script === undefined) throw new Error(`no story of ${number}`);
    const callsMs = answered.filter((call) => call.numbers.includes(number));
    return (script.lives[0]?.events ?? []).flatMap(({ happensMs, visibleMs }) => {
      const afterMs = visibleMs ?? happensMs + SHOWN_AFTER_MS;
      const shownAtMs = story.startMs + afterMs / story.pace;
      if (shownAtMs < fromMs || shownAtMs >= untilMs) return [];
      const refreshed = callsMs.find(({ atMs }) => atMs >= shownAtMs);
      return [((refreshed?.atMs ?? hub.clock.nowMs()) - shownAtMs) / 60_000];
    });
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
