export { createFanOut, type FanOut, type FanOutOptions, versionOf } from './fan-out.ts';
export {
  createLiveStreams,
  type LiveStreams,
  type LiveStreamsOptions,
  type StreamSink,
} from './streams.ts';
export { databaseUpdates, type UpdateSource } from './update-source.ts';
