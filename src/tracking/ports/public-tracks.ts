// What recipients see of a parcel, and the channel that announces its changes.

export { announceTracks, TRACKS_CHANNEL } from '../public/announce-tracks.sql.ts';
export { type PickupPlace, pickupPlace } from '../public/pickup-place.ts';
export { type PublicOrderParcel, publicOrderParcels } from '../public/public-orders.sql.ts';
export {
  cacheTag,
  type Describe,
  type PublicEvent,
  type PublicTrack,
} from '../public/public-track.ts';
export {
  eachPublicTrack,
  type PublicTrackRow,
  publicTracksByNumber,
} from '../public/public-tracks.sql.ts';
export { shardOf } from '../record/shards.ts';
