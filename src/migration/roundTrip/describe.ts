// What round trips came to, in words: for the page, the report and the command line.

import { counted } from '../../words';
import type { RoundTrip } from './roundTrip';

/** What a result is called where there is room for a word or two. */
export const ROUND_TRIP_LABELS: Readonly<Record<RoundTrip['result'], string>> = {
  back: 'comes back',
  differs: 'differs',
  fails: 'fails',
  'no way back': 'no way back',
  'not tried': 'not tried',
};

/** One round trip in a sentence; what is not as it was, in sentences of its own, is in `remains`. */
export function describeRoundTrip({ result, remains, failure }: RoundTrip): string {
  switch (result) {
    case 'back':
      return 'The schema and every row are as they were.';
    case 'differs':
      return `${counted(remains.length, 'thing')} ${remains.length === 1 ? 'is' : 'are'} not as before:`;
    case 'fails':
      return failure ?? 'It fails.';
    case 'no way back':
      return 'Nothing takes it back.';
    case 'not tried':
      return 'A file before it does not go up.';
  }
}

/** All round trips of a chain in a sentence. */
export function summariseRoundTrips(trips: readonly RoundTrip[]): string {
  const count = (wanted: RoundTrip['result']): number => trips.filter(({ result }) => result === wanted).length;
  const all = trips.length;
  const back = count('back');
  if (back === all) {
    return all === 1
      ? 'It goes up and comes back: the schema and every row are as they were.'
      : `All ${counted(all, 'file')} go up and come back: each time, the schema and every row are as they were.`;
  }
  const [differs, fails, stays, untried] = (['differs', 'fails', 'no way back', 'not tried'] as const).map(count);
  return `Of ${counted(all, 'file')}, ${[
    `${back} ${back === 1 ? 'comes' : 'come'} back whole`,
    ...(differs ? [`${differs} ${differs === 1 ? 'leaves' : 'leave'} something that is not as before`] : []),
    ...(fails ? [`${fails} ${fails === 1 ? 'fails' : 'fail'}`] : []),
    ...(stays
      ? [`${stays} ${stays === 1 ? 'has' : 'have'} nothing that takes ${stays === 1 ? 'it' : 'them'} back`]
      : []),
    ...(untried ? [`${untried} ${untried === 1 ? 'was' : 'were'} not tried`] : []),
  ].join(', ')}.`;
}
