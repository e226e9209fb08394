/** One attempt to bring a push to its hook. */
export interface OutgoingPush {
  readonly carrier: string;
  readonly subscriptionId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers the status, or null when no answer came. Never rejects. */
export type DeliverPush = (push: OutgoingPush) => Promise<number | null>;

/** Carriers give up on a hook that answers later than this or sooner. */
const TIMEOUT_MS = 10_000;

/** Over HTTP, as carriers do: redirects are not followed. */
export const deliverOverHttp: DeliverPush = async ({ url, headers, body }) => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
};
