import type { ErrorText } from '../../../kernel/errors.ts';
import type { Refusal } from './url-rules.ts';

/** The outcome of a post. */
export type EgressOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names are in lower case; several values of one name are joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** The beginning of the body, as UTF-8. */
      readonly text: string;
      /** Whether the body was longer, or did not end in time. */
      readonly truncated: boolean;
    }
  /** It was not and will not be sent, until the URL, its DNS or the settings change. */
  | { readonly kind: 'refused'; readonly reason: Refusal['reason']; readonly detail: ErrorText }
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'dns' | 'tls' | 'network';
      /** A short code such as ECONNREFUSED or CERT_HAS_EXPIRED; it contains no secrets. */
      readonly detail: string;
    };
