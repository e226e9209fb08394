import { pushHeaders } from '../../test/support/fedex-push.ts';

/** Returns a signed push as bytes on the wire. */
export function signedRequest(body: string): Buffer {
  const headers = Object.entries(pushHeaders(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `POST /webhooks/carrier/fedex HTTP/1.1\r\nhost: hub\r\n${headers.join('')}content-length: ${length}\r\n\r\n${body}`,
  );
}
