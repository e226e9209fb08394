export { createFanOut, type FanOut, type FanOutOptions, versionOf } from './fan-out.ts';
export { frame } from './frames.ts';
export {
  createLiveStreams,
  createStreams,
  type LastWords,
  type LiveStreams,
  type LiveStreamsOptions,
  type StreamSink,
  type StreamSource,
  type Streams,
} from './streams.ts';
export { databaseUpdates, type UpdateSource } from './update-source.ts';
