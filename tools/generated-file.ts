/** A file that is derived from others of this repository, as it should be. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export type Generator = (root: string) => Promise<readonly GeneratedFile[]>;
