export { createFanOut, type FanOut, versionOf } from './fan-out.ts';
export { frame } from './frames.ts';
export {
  createLiveStreams,
  createStreams,
  type FinalUpdate,
  type LiveStreams,
  type Streams,
} from './streams.ts';
export { databaseUpdates } from './update-source.ts';
