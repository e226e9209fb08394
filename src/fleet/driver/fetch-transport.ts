import type { FormPart, Timer, Transport } from './ports.ts';

/** The part of `fetch` that is used; that of browsers, React Native and Node.js fits it. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string | FormData;
    readonly signal: AbortSignal;
    readonly redirect: 'error';
    readonly credentials: 'omit';
    readonly cache: 'no-store';
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/** Time limit of a request; a slower one is sent again. */
const TIMEOUT_MS = 60_000;
/**
 * The assumed upload speed for photos, as in a stairwell: two kilobytes a second. The extra time
 * ends at the hub's own time limit.
 */
const BYTES_PER_S = 2_000;
const FORM_MS_MAX = 600_000;
/** The assumed size of a picture that React Native reads itself. */
const PICTURE_BYTES = 500_000;

/**
 * A transport that uses `fetch`.
 * @param fetch called without a receiver, so that the browser's own can be passed directly.
 */
export function fetchTransport(fetch: Fetch, timer: Timer, timeoutMs = TIMEOUT_MS): Transport {
  return async ({ method, url, headers, json, form }) => {
    const controller = new AbortController();
    const late = timer.set(() => controller.abort(), timeoutMs + extraMs(form ?? []));
    try {
      const body = form === undefined ? json && JSON.stringify(json) : formDataOf(form);
      const answer = await fetch(url, {
        method,
        headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: body as string | FormData }),
        signal: controller.signal,
        // Redirects are errors: a redirect is a hotel's sign-in page, or a hub at another address,
        // and neither is an answer.
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
      });
      const text = await answer.text();
      return { status: answer.status, header: (name) => answer.headers.get(name), text };
    } finally {
      timer.clear(late);
    }
  };
}

/** Extra time for pictures, by their size. */
function extraMs(form: readonly FormPart[]): number {
  const bytes = form.reduce((sum, part) => {
    if (!('file' in part)) return sum;
    return sum + ('bytes' in part.file ? part.file.bytes.length : PICTURE_BYTES);
  }, 0);
  return Math.min(FORM_MS_MAX, (bytes / BYTES_PER_S) * 1_000);
}

function formDataOf(parts: readonly FormPart[]): FormData {
  const form = new FormData();
  for (const part of parts) {
    if ('text' in part) form.append(part.name, part.text);
    else if ('json' in part) {
      const blob = new Blob([part.json], { type: 'application/json' });
      form.append(part.name, blob, part.filename);
    } else if ('bytes' in part.file) {
      const blob = new Blob([part.file.bytes], { type: part.file.type });
      form.append(part.name, blob, part.filename);
    } else {
      // React Native reads the file itself: its FormData accepts the file's location instead of a
      // Blob.
      form.append(part.name, { ...part.file } as object as Blob);
    }
  }
  return form;
}

/** Why a hub cannot be used from this phone. */
export type AddressFault = 'unreadable' | 'not_encrypted';

/** Addresses of the same machine, where nobody can eavesdrop in between. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Normalizes a hub's address as entered, to one without a trailing slash. Plain HTTP would expose
 * the device key and photos of front doors on the way, so only a hub on the same machine may use
 * it.
 */
export function readHubAddress(
  address: string,
):
  | { readonly ok: true; readonly hub: string }
  | { readonly ok: false; readonly fault: AddressFault } {
  const read = /^(https?):\/\/((?:[a-z0-9.-]+|\[[0-9a-f:]+\]))(:\d{1,5})?(\/[^?#\s]*)?$/i.exec(
    address.trim(),
  );
  const [, scheme = '', host = '', port = '', path = ''] = read ?? [];
  if (read === null) return { ok: false, fault: 'unreadable' };
  if (scheme.toLowerCase() === 'http' && !LOOPBACK.test(host.toLowerCase())) {
    return { ok: false, fault: 'not_encrypted' };
  }
  const hub = `${scheme.toLowerCase()}://${host.toLowerCase()}${port}${path}`;
  return { ok: true, hub: hub.replace(/\/+$/, '') };
}

/**
 * Extracts the hub and the code from a QR code or link, such as
 * `https://hub.example/driver#enrol=7K3MQXN42D`. Null: not such a link.
 */
export function readEnrolmentLink(
  link: string,
): { readonly hub: string; readonly code: string } | null {
  const read = /^(https?:\/\/[^?#\s]+?)\/driver\/?#enrol=([A-Za-z0-9-]{4,64})$/.exec(link.trim());
  const [, hub = '', code = ''] = read ?? [];
  return read === null ? null : { hub, code };
}
