import { eventTypes, rejectionReasons, type Decoded } from './index.ts';

/** For tests: what is wrong with an answer of `decode`, whatever the bytes were. Empty when it is honest. */
export function faultsOf(decoded: Decoded, value: Uint8Array | null): string[] {
  if (decoded.ok) {
    const { timeMs, type } = decoded.event;
    return [...(timeMs >= 0 ? [] : [`timeMs ${timeMs}`]), ...(eventTypes.includes(type) ? [] : [`type ${type}`])];
  }
  const { reason, field, expected, found, message } = decoded.rejection;
  const body = value === null ? '' : Buffer.from(value).toString();
  const checks: [boolean, string][] = [
    [rejectionReasons.includes(reason) && reason !== 'internal_error', `reason ${reason}`],
    [field !== '' && expected !== '' && found !== '', 'an empty part'],
    [found.length <= 200, `found of ${found.length} characters`],
    [message.isWellFormed() && !/\p{Cc}/u.test(message), 'control characters or half pairs in the message'],
    [message.includes(expected) && message.includes(found), 'a message without its parts'],
    [body.length <= 40 || !message.includes(body), 'the whole body in the message'],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [`${fault}: ${message}`]));
}
