import type { TestHub } from '../../testing/test-hub.ts';

/** The parts of a proof's form, as a phone sends them. */
export interface ProofParts {
  readonly photo?: Uint8Array | readonly Uint8Array[];
  readonly signature?: Uint8Array | string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly fileName?: string;
}

/** Strokes that are long enough to count. */
export const SIGNED = JSON.stringify({
  width: 300,
  height: 150,
  strokes: [
    [
      [10, 80],
      [60, 20],
      [200, 100],
    ],
  ],
});

export function proofForm({ photo, signature, fields, type, fileName }: ProofParts): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value);
  const photos = photo === undefined ? [] : photo instanceof Uint8Array ? [photo] : photo;
  const blobOf = (bytes: Uint8Array) =>
    new Blob([Uint8Array.from(bytes)], { type: type ?? 'image/jpeg' });
  for (const each of photos) form.append('photo', blobOf(each), fileName ?? 'photo.jpg');
  if (typeof signature === 'string') form.append('signature', signature);
  else if (signature !== undefined) form.append('signature', blobOf(signature), 'signature');
  return form;
}

export interface ProofAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Sends the form with a key. */
export async function sendProof(
  hub: Pick<TestHub, 'url'>,
  key: string,
  shipmentId: string,
  parts: ProofParts | FormData,
): Promise<ProofAnswer> {
  const answer = await fetch(`${hub.url}/v1/shipments/${shipmentId}/proof`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: parts instanceof FormData ? parts : proofForm(parts),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as Record<string, unknown> };
}
