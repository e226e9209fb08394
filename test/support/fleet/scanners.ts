import type { RunningHub } from '../hubs/hub-process.ts';
import { HUB_TEST_KEY } from '../hubs/hub-process.ts';
import { type Load, pause } from '../hubs/kill-under-load.ts';

const SENDERS = 4;
const SCANS_A_REQUEST = 10;
/** Between two requests of a sender: a parcel is scanned dozens of times, not thousands. */
const EVERY_MS = 25;
const FIRST_MS = Date.UTC(2026, 2, 10);

export interface ScannedParcel {
  readonly number: string;
  readonly id: string;
  /** Wall clocks of the scans that were accepted: each has one of its own. */
  readonly accepted: Set<string>;
}

interface Scan {
  readonly tracking_number: string;
  readonly code: string;
  readonly scanned_at: string;
}

let sent = 0;

/** A hall's scanners: what was not answered is sent again, as they do. */
export function startScanners(hub: RunningHub, parcels: readonly ScannedParcel[]): Load {
  let stopping = false;
  let accepted = 0;
  const send = async (): Promise<void> => {
    let scans: readonly Scan[] | null = null;
    while (!stopping) {
      scans ??= someScans(parcels);
      const results = await post(hub, scans);
      if (results === null) {
        await pause(20);
        continue;
      }
      results.forEach(({ outcome }, index) => {
        const scan = scans?.[index];
        if (outcome === 'rejected' || scan === undefined) return;
        const parcel = parcels.find(({ number }) => number === scan.tracking_number);
        parcel?.accepted.add(scan.scanned_at.slice(0, 19));
        accepted += 1;
      });
      scans = null;
      await pause(EVERY_MS);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, send));
  return {
    acknowledged: () => accepted,
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

function someScans(parcels: readonly ScannedParcel[]): Scan[] {
  return Array.from({ length: SCANS_A_REQUEST }, () => {
    sent += 1;
    return {
      tracking_number: parcels[sent % parcels.length]?.number ?? '',
      code: 'SORT',
      scanned_at: new Date(FIRST_MS + sent * 1_000).toISOString(),
    };
  });
}

/** Null: no answer, or one that promises nothing. */
async function post(
  { url }: RunningHub,
  scans: readonly Scan[],
): Promise<readonly { outcome: string }[] | null> {
  try {
    const response = await fetch(new URL('/v1/scans', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(scans),
    });
    const answer = (await response.json()) as { results: readonly { outcome: string }[] };
    return response.status === 202 ? answer.results : null;
  } catch {
    return null;
  }
}
