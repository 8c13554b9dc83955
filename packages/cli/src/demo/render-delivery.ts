import type { Output } from '../console/output.ts';
import type { Delivery } from './receive-webhooks.ts';

const shownHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type', 'user-agent'];

/** A delivery as it came in: headers, verdict on the signature, body. */
export function renderDelivery({ headers, body, verified }: Delivery, output: Output): string {
  const { green, red, dim, bold } = output.colors;
  const lines = shownHeaders.flatMap((name) => (headers[name] === undefined ? [] : [`  ${dim(`${name}:`)} ${String(headers[name])}`]));
  const verdict = verified ? green('verified with the shared secret') : red('NOT good: it was refused');
  return ['', ...lines, `  ${bold('signature')} ${verdict}`, indent(pretty(body)), ''].join('\n');
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

/** One line: what kind of notification, and what it says. */
export function summaryOf({ body, verified }: Delivery): string {
  let found: { type?: string; data?: { summary?: string } };
  try {
    found = JSON.parse(body) as typeof found;
  } catch {
    found = {};
  }
  const text = `${found.type ?? 'something without a type'}: ${found.data?.summary ?? ''}`;
  return verified ? text : `${text} (its signature is NOT good)`;
}
