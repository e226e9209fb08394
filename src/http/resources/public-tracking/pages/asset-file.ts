/** A file that pages load, as it is served. */
export interface AssetFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Of what runs by itself: its Content-Security-Policy. */
  readonly policy?: string;
  /** Of a service worker: where it may work. */
  readonly scope?: string;
}
