export { createFanOut, type FanOut, type FanOutOptions, versionOf } from './fan-out.ts';
export { frame } from './frames.ts';
export {
  createLiveStreams,
  createStreams,
  type FinalUpdate,
  type LiveStreams,
  type LiveStreamsOptions,
  type StreamSink,
  type Streams,
} from './streams.ts';
export { databaseUpdates, type UpdateSource } from './update-source.ts';
