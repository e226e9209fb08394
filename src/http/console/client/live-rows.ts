import { PAGE_CHANGED } from '../../maps/map-data.ts';
import { linkOf, rows } from './lists.ts';

// Updates of the rows of a list: only cells change, never the selection or the focus.

interface RowChange {
  readonly id: string;
  readonly version?: string;
  readonly says?: string;
  readonly cells?: Readonly<Record<string, string>>;
  readonly gone?: true;
}

const ANNOUNCED_AFTER_MS = 2_000;
const RETRY_MS = 30_000;

const banner = () => document.getElementById('news');
let unannounced: string[] = [];

/** One announcement for all changes within a moment. */
function announce(text: string): void {
  unannounced.push(text);
  if (unannounced.length > 1) return;
  setTimeout(() => {
    const at = banner();
    const [only] = unannounced;
    const several = at?.dataset['changed']?.replace('{n}', `${unannounced.length}`);
    if (at) at.textContent = (unannounced.length === 1 ? only : several) ?? '';
    unannounced = [];
  }, ANNOUNCED_AFTER_MS);
}

function updateRow({ id, version, says, cells, gone }: RowChange): void {
  const row = rows().find(({ dataset }) => dataset['row'] === id);
  if (row === undefined || row.dataset['version'] === version) return;
  if (gone) {
    if (row.classList.contains('gone')) return;
    row.classList.add('gone');
    const number = linkOf(row)?.textContent?.trim() ?? '';
    announce((banner()?.dataset['gone'] ?? '').replace('{number}', () => number));
    return;
  }
  row.dataset['version'] = version;
  for (const cell of row.querySelectorAll<HTMLElement>('td[data-col]')) {
    const html = cells?.[cell.dataset['col'] ?? ''];
    if (html !== undefined) cell.innerHTML = html;
  }
  if (says) announce(says);
}

let source: EventSource | null = null;
let retry = 0;

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

/** Only visible pages hold a connection: over HTTP/1.1 a browser has six for all its tabs. */
function connect(): void {
  disconnect();
  const watched = banner()?.dataset['live'];
  if (watched === undefined || document.visibilityState !== 'visible') return;
  const opened = new EventSource(watched);
  source = opened;
  opened.addEventListener('row', ({ data }) => updateRow(JSON.parse(data) as RowChange));
  // After any answer but 200 the browser gives up for good.
  opened.addEventListener('error', () => {
    if (source !== opened || opened.readyState !== EventSource.CLOSED) return;
    clearTimeout(retry);
    retry = setTimeout(connect, RETRY_MS);
  });
}

connect();
// Its rows may be older than what the stream has sent: a new stream sends them all.
document.addEventListener(PAGE_CHANGED, connect);
document.addEventListener('visibilitychange', connect);
// A page restored from the back/forward cache is reloaded.
addEventListener('pagehide', disconnect);
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
