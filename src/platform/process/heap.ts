import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unheldTimers } from '../work/timers.ts';

const CHECK_EVERY_MS = 15_000;
/** The share of time in which a process at rest computes; collecting takes a tenth of a second. */
const AT_REST = 0.1;
/** How much larger than after the last collection the heap may be. */
const GROWTH = 1.3;

interface Heap {
  sizeBytes(): number;
  collect(): void;
  /** The share of time in which this process has computed since the last call. */
  busy(): number;
}

/**
 * Collects garbage while the process is at rest. V8 would keep that of a start, or of a busy hour,
 * until the heap has grown to several times what is in use; under load, that is V8's to decide.
 */
export function collectAtRest(heap: Heap = openHeap(), timers = unheldTimers): void {
  let leftBytes = 0;
  timers.every(CHECK_EVERY_MS, () => {
    if (heap.busy() > AT_REST || heap.sizeBytes() < leftBytes * GROWTH) return;
    heap.collect();
    leftBytes = heap.sizeBytes();
  });
}

function openHeap(): Heap {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let beforeMs = usedMs();
  let checkedAtMs = unheldTimers.nowMs();
  return {
    sizeBytes: () => process.memoryUsage().heapTotal,
    collect,
    busy() {
      const [nowMs, atMs] = [usedMs(), unheldTimers.nowMs()];
      const share = (nowMs - beforeMs) / (atMs - checkedAtMs);
      beforeMs = nowMs;
      checkedAtMs = atMs;
      return share;
    },
  };
}

/** Of the processor: on a busy machine, the event loop also counts waiting for it. */
function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
