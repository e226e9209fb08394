/** Why a hub cannot be used from this phone. */
export type AddressFault = 'unreadable' | 'not_encrypted';

/** The same machine: nobody can eavesdrop in between. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A hub's address as entered, without a trailing slash. Plain HTTP would expose the device key and
 * photos of front doors on the way, so only a hub on the same machine may use it.
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
 * The hub and the code from a QR code or link: `https://hub.example/driver#enrol=7K3MQXN42D`.
 * Null: not such a link.
 */
export function readEnrolmentLink(
  link: string,
): { readonly hub: string; readonly code: string } | null {
  const read = /^(https?:\/\/[^?#\s]+?)\/driver\/?#enrol=([A-Za-z0-9-]{4,64})$/.exec(link.trim());
  const [, hub = '', code = ''] = read ?? [];
  return read === null ? null : { hub, code };
}
