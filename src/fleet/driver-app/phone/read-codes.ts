/** Finds codes in the current picture of a video. */
export type ReadCodes = (video: HTMLVideoElement) => Promise<readonly string[]>;
