export { createFanOut, type FanOut, type FanOutOptions, versionOf } from './fan-out.ts';
export { databaseNews, type NewsSource } from './news-source.ts';
export {
  createLiveStreams,
  type LiveStreams,
  type LiveStreamsOptions,
  type StreamSink,
} from './streams.ts';
