/** A place on Earth, in degrees. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

const earthDiameter = 12_742;
const radian = Math.PI / 180;

/** Great-circle distance in kilometres, by the haversine formula. */
export function distance(from: Place, to: Place): number {
  const north = Math.sin(((to.lat - from.lat) * radian) / 2);
  const east = Math.sin(((to.lon - from.lon) * radian) / 2);
  const h = north * north + Math.cos(from.lat * radian) * Math.cos(to.lat * radian) * east * east;
  return earthDiameter * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Direction in which the shortest way begins, in degrees clockwise from north. */
export function bearing(from: Place, to: Place): number {
  const east = (to.lon - from.lon) * radian;
  const y = Math.sin(east) * Math.cos(to.lat * radian);
  const x =
    Math.cos(from.lat * radian) * Math.sin(to.lat * radian) -
    Math.sin(from.lat * radian) * Math.cos(to.lat * radian) * Math.cos(east);
  return (Math.atan2(y, x) / radian + 360) % 360;
}
