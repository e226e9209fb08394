/** A file that pages load, as served. */
export interface AssetFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Content-Security-Policy of a file that runs on its own, such as a worker. */
  readonly policy?: string;
  /** Scope of a service worker. */
  readonly scope?: string;
}
